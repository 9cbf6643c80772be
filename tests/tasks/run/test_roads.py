"""With settings other than the default, runs and the stages of dvc.yaml come to the same bytes."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from data_factories import changed, on_paper
from factories import WITH_SUITE, deliver, own_suite, small_batch, small_folder
from number_factories import NUMBER_PARAMS, number_batch
from roads import outputs

from tasks.__main__ import evergreen
from tasks.documents import digest
from tasks.opening import open_ledger
from tasks.run import retrain
from tasks.show import show
from tasks.train.card import ModelCard, read_card
from tasks.workspace import Workspace

CALIBRATED = changed(("  seed: 7\n", "  calibrate: true\n  coverage: 0.8\n  seed: 7\n"))
MARCH = "2024-03"
DIFFER = ("measurements.json", "report.html", "dvc.lock", "batches.dvc")
"""What a run measures, the page that shows it, and what DVC writes."""


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
    Setting("regression", NUMBER_PARAMS, number_batch, lambda card: card.objective == "regression"),
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


def say(*arguments: object) -> None:
    """A command of `evergreen` that has to be done."""
    done = CliRunner().invoke(evergreen, [str(one) for one in arguments])
    assert done.exit_code == 0, done.output


def one_by_one(folder: Path) -> None:
    """The commands of dvc.yaml in their order, in this process and without DVC."""
    for stage in yaml.safe_load((folder / "dvc.yaml").read_text())["stages"].values():
        interpreter, module, tasks, *arguments = stage["cmd"].split()
        assert (interpreter, module, tasks) == ("python", "-m", "tasks")
        say(*arguments, "--folder", folder)


def reproduced(folder: Path) -> None:
    """`dvc repro` with an empty cache."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-m", "dvc", "repro", "--no-run-cache"]
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def recorded(folder: Path, entry: int | None) -> dict[str, str]:
    """The hash of every artifact of a decision that has to be the same on each road, by name."""
    assert entry is not None
    found = show(open_ledger(folder)[1], entry).artifacts
    return {name: one.sha256 for name, one in found.items() if name not in DIFFER}


def made(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """The hashes of what lies in a folder under these artifacts' names."""
    paths = Workspace(folder).artifact_paths()
    return {name: digest(paths[name].read_bytes()) for name in names}


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
