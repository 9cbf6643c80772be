"""With settings other than the default, runs and the stages of dvc.yaml come to the same bytes."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from class_factories import SURE_PARAMS, class_batch
from data_factories import changed, on_paper
from factories import WITH_SUITE, deliver, own_suite, parquet, small_batch, small_folder, small_frame
from number_factories import NUMBER_PARAMS, number_batch
from roads import made, one_by_one, outputs, recorded, say

from tasks.run import retrain
from tasks.train.card import ModelCard, read_card
from tasks.workspace import Workspace

QUARANTINE = changed(
    ("  rows: {min: 100, max: 5000}", "  rows: {min: 100, max: 5000}\n  quarantine: {max_share: 0.05}")
)
CALIBRATED = changed(("  seed: 7\n", "  calibrate: true\n  coverage: 0.8\n  seed: 7\n"))
MARCH = "2024-03"


def with_bad_rows(period: str) -> bytes:
    """A month with a dead sensor in nine rows."""
    frame = small_frame(period)
    dead = frame.index.isin([0, 7, 8, 9, *range(150, 155)])
    return parquet(frame.assign(x=frame["x"].mask(dead, 9999.0)))


@dataclass(frozen=True)
class Setting:
    """A params.yaml, the months of its question, and what shows in the card that it was followed."""

    name: str
    params: str
    batch: Callable[[str], bytes]
    followed: Callable[[ModelCard], object]
    suite: bool = False

    def __str__(self) -> str:
        return self.name

    def folder(self, parent: Path, name: str) -> Path:
        """A model folder of these settings, with a suite of its own if they name one."""
        folder = small_folder(parent, name=name, params=self.params)
        if self.suite:
            own_suite(folder, [("expect_column_mean_to_be_between", {"column": "x", "min_value": -1})])
        return folder


SETTINGS = [
    Setting("calibrated", CALIBRATED, small_batch, lambda card: card.calibration),
    # Without their quarantine these months are blocked, and there is no model at all.
    pytest.param(
        Setting("quarantine", QUARANTINE, with_bad_rows, lambda card: card.train_rows),
        marks=pytest.mark.long,
        id="quarantine",
    ),
    Setting("regression", NUMBER_PARAMS, number_batch, lambda card: card.objective == "regression"),
    pytest.param(
        Setting("sure classes", SURE_PARAMS, class_batch, lambda card: card.sets and card.calibration),
        marks=pytest.mark.long,
        id="sure classes",
    ),
    Setting("own suite", changed(WITH_SUITE), small_batch, lambda card: card.trees, suite=True),
]


def clones(parent: Path, setting: Setting, *names: str) -> list[Path]:
    """Folders of these names that share nothing but the store: March, and a champion of the months before.

    All but the first are pinned: they have been given the champion and all batches.
    """
    home = setting.folder(parent, "home")
    for month in ("2024-01", "2024-02"):
        deliver(home, month, setting.batch(month))
    assert retrain(home).verdict == "promote"
    deliver(home, MARCH, setting.batch(MARCH))
    folders = [setting.folder(parent, name) for name in names]
    for folder in folders[1:]:
        say("intake", "--folder", folder)
        say("fetch", "--folder", folder)
    return folders


def reproduced(folder: Path) -> None:
    """`dvc repro` with an empty cache."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-m", "dvc", "repro", "--no-run-cache"]
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def against_a_champion(folder: Path, setting: Setting) -> bool:
    """Whether the model followed the settings, and met a champion."""
    card = read_card(Workspace(folder).model_card.read_bytes())
    return bool(setting.followed(card)) and '"champion": null' not in (folder / "champion.json").read_text()


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the folders go; the store of the first one, home, is everybody's."""
    monkeypatch.setenv("EVERGREEN_STORE", str(tmp_path / "home" / "store"))
    return tmp_path


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
class TestSameBytes:
    """March, against the champion of January and February."""

    def test_stage_by_stage(self, shared: Path, setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
        """The commands of dvc.yaml, one after the other, make every artifact that a run records."""
        on_paper(monkeypatch)
        run, stages = clones(shared, setting, "run", "stages")
        one_by_one(stages)
        found = recorded(run, retrain(run).entry)
        assert {"model.ubj", "model.json", "evidence.json", "decision.json"} <= set(found)
        assert made(stages, found) == found
        assert against_a_champion(stages, setting)

    @pytest.mark.real
    @pytest.mark.long
    @pytest.mark.timeout(1200)
    def test_with_dvc_itself(self, shared: Path, setting: Setting) -> None:
        """`dvc repro` with an empty cache, a run and a pinned run leave the same files and one decision."""
        run, pinned, repro = clones(shared, setting, "run", "pinned", "repro")
        reproduced(repro)
        told = [retrain(run), retrain(pinned, pinned=True)]
        found = outputs(run)
        assert outputs(pinned) == found
        assert outputs(repro) == found
        assert {one.decision for one in told} == {found["data/decision.json"]}
        assert all(against_a_champion(folder, setting) for folder in (run, pinned, repro))
