"""With DVC itself, and validation in its own process: a cycle leaves the folder as `dvc repro` would."""

import hashlib
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from data_factories import stage_bytes
from factories import deliver, small_folder
from number_factories import NUMBER_PARAMS, number_batch

from tasks.ledger.audit import audit
from tasks.opening import open_ledger
from tasks.replay.checkout import checkout
from tasks.replay.step import replay
from tasks.run import Outcome, retrain
from tasks.version.remote import configure
from tasks.workspace import Workspace

pytestmark = pytest.mark.real

JANUARY, FEBRUARY = "2024-01", "2024-02"


def environment() -> dict[str, str]:
    """This process' environment with its own commands first and no other store."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**{k: v for k, v in os.environ.items() if k != "EVERGREEN_STORE"}, "PATH": path}


def dvc(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "dvc", *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    """A folder after two months that arrived at once: a decision and a champion."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("EVERGREEN_STORE", raising=False)
        folder = small_folder(tmp_path_factory.mktemp("played"))
        deliver(folder, JANUARY)
        deliver(folder, FEBRUARY)
        return folder, retrain(folder)


@pytest.fixture(autouse=True)
def _own_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVERGREEN_STORE", raising=False)


class TestTheFolderAfterwards:
    """What DVC finds."""

    def test_status_is_clean_and_repro_skips_every_stage(self, played):
        """Nothing has changed for DVC, and it runs no stage again."""
        folder, outcome = played
        assert outcome.verdict == "promote"
        assert json.loads(dvc(folder, "status", "--json")) == {}
        lock = (folder / "dvc.lock").read_bytes()
        said = dvc(folder, "repro")
        assert said.count("didn't change, skipping") == 8
        assert "Running stage" not in said
        assert (folder / "dvc.lock").read_bytes() == lock

    def test_a_pinned_run_comes_to_the_same_decision(self, played):
        """The digest is the one in the ledger, no entry is appended, and the folder keeps its bytes."""
        folder, outcome = played
        ledger = open_ledger(folder)[1]
        before = (
            ledger.state(),
            stage_bytes(folder / "data" / "model"),
            stage_bytes(folder / "data" / "prepared"),
        )
        again = retrain(folder, pinned=True)
        assert again.decision == outcome.decision
        assert again.entry is None
        ledger = open_ledger(folder)[1]
        after = (
            ledger.state(),
            stage_bytes(folder / "data" / "model"),
            stage_bytes(folder / "data" / "prepared"),
        )
        assert after == before
        assert json.loads(dvc(folder, "status", "--json")) == {}

    def test_the_store_has_every_batch(self, played):
        """The versioned bytes are in the folder's own store, though that is a relative path."""
        folder, _ = played
        assert "in sync" in dvc(folder, "status", "--cloud", "data/batches.dvc")
        assert (folder / "store" / "dvc" / "files").is_dir()

    def test_nothing_is_left_over(self, played):
        """No workspace stays, and the ledger and every champion's bytes hold."""
        folder, _ = played
        assert not list((folder / ".evergreen" / "runs").iterdir())
        assert audit(open_ledger(folder)[1]).wrong is None


class TestProvenance:
    """A decision's own data, for DVC too."""

    def test_a_checkout_is_what_dvc_recorded(self, played, tmp_path):
        """DVC hashes the batches that came back, and finds those of the pointer that was registered."""
        folder, outcome = played
        home, ledger = open_ledger(folder)
        checkout(ledger, outcome.entry, tmp_path / "back")
        configure(Workspace(tmp_path / "back"), home=home)
        assert json.loads(dvc(tmp_path / "back", "status", "--json", "data/batches.dvc")) == {}
        changed = next((tmp_path / "back" / "data" / "batches").iterdir())
        changed.write_bytes(b"other")
        assert "data/batches.dvc" in json.loads(
            dvc(tmp_path / "back", "status", "--json", "data/batches.dvc")
        )

    def test_the_pin_of_a_checkout_is_the_one_that_was_compared_with(self, played, tmp_path):
        """`champion.json`, made of the ledger's entries, has the hash that dvc.lock has for it."""
        folder, outcome = played
        checkout(open_ledger(folder)[1], outcome.entry, tmp_path / "back")
        pin = (tmp_path / "back" / "champion.json").read_bytes()
        assert hashlib.md5(pin).hexdigest() in (tmp_path / "back" / "dvc.lock").read_text()  # noqa: S324 - DVC's

    def test_a_decision_replays(self, played):
        """After a cycle with DVC itself, every document has the same bytes."""
        folder, outcome = played
        done = replay(open_ledger(folder)[1], outcome.entry)
        assert [one.name for one in done.documents if not one.identical] == []
        assert (done.lacking, done.changed) == ((), ())


class TestNothingNew:
    """Asking is cheap."""

    def test_no_heavy_package_is_imported(self, played):
        """A process that finds nothing new has imported neither a frame, a suite, a model nor DVC."""
        code = (
            "import json, sys; from pathlib import Path; from tasks.run import retrain; "
            "outcome = retrain(Path(sys.argv[1])); "
            "heavy = {'pandas', 'numpy', 'pyarrow', 'scipy', 'great_expectations', 'xgboost', 'dvc', "
            "'jinja2', 'prefect', 'boto3'}; "
            "print(json.dumps([outcome.verdict, sorted(heavy & set(sys.modules))]))"
        )
        command = [sys.executable, "-c", code, str(played[0])]
        done = subprocess.run(
            command,
            env=environment(),
            cwd=Path(__file__).parents[3],
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(done.stdout) == ["nothing new", []]


class TestBroken:
    """Files of DVC's that are no longer what it wrote."""

    @pytest.mark.parametrize("name", ["dvc.lock", pytest.param("data/batches.dvc", marks=pytest.mark.long)])
    def test_are_written_anew(self, tmp_path, caplog, name):
        """The next run says so in one line, brings its batches from the store, and leaves good files."""
        folder = small_folder(tmp_path)
        deliver(folder, JANUARY)
        deliver(folder, FEBRUARY)
        retrain(folder)
        (folder / name).write_text("outs: [\nhalf a file")
        deliver(folder, "2024-03")
        outcome = retrain(folder)
        assert outcome.verdict in ("promote", "keep", "undecided")
        (line,) = [one.getMessage() for one in caplog.records if "not what dvc wrote" in one.getMessage()]
        assert str(folder / name) in line
        assert ".evergreen/runs" not in line
        assert "up to date" in dvc(folder, "status")


@pytest.mark.long
class TestTwoAtOnce:
    """Two runs in one folder: both end well, or one says clearly that the other was faster."""

    def test_one_decision_and_nothing_lost(self, tmp_path):
        """One look, one decision, one promotion; a clean folder; exit status 0, or 3 for a `Conflict`."""
        folder = small_folder(tmp_path)
        deliver(folder, JANUARY)
        deliver(folder, FEBRUARY)

        def one(_: int) -> subprocess.CompletedProcess[str]:
            command = [sys.executable, "-m", "tasks", "run", "--json", "--folder", str(folder)]
            return subprocess.run(
                command,
                env=environment(),
                cwd=Path(__file__).parents[3],
                capture_output=True,
                text=True,
                timeout=200,
                check=False,
            )

        with ThreadPoolExecutor(2) as pool:
            both = list(pool.map(one, range(2)))
        told = [json.loads(run.stdout) for run in both]
        for run, document in zip(both, told, strict=True):
            assert run.returncode in (0, 3), run.stdout + run.stderr
            if run.returncode == 3:
                assert document["error"]["kind"] == "Conflict"
        assert 0 in {run.returncode for run in both}
        kinds = [entry.body.kind for entry, _ in open_ledger(folder)[1].entries()]
        assert [kinds.count(kind) for kind in ("contract", "look", "decision", "promotion")] == [1, 1, 1, 1]
        assert audit(open_ledger(folder)[1]).wrong is None
        assert not list((folder / ".evergreen" / "runs").iterdir())
        assert json.loads(dvc(folder, "status", "--json")) == {}
        assert retrain(folder).verdict == "nothing new"


class TestRegression:
    """A folder that asks for a number, by the command line and with DVC itself."""

    @pytest.mark.long
    def test_run_promotes_and_repro_skips(self, tmp_path):
        """`evergreen run` makes a champion in a directory store; DVC finds every stage done."""
        folder = small_folder(tmp_path, params=NUMBER_PARAMS)
        for period in (JANUARY, FEBRUARY):
            deliver(folder, period, number_batch(period))
        done = subprocess.run(
            [sys.executable, "-m", "tasks", "run", "--json", "--folder", str(folder)],
            env=environment(),
            cwd=Path(__file__).parents[3],
            capture_output=True,
            text=True,
            timeout=200,
            check=True,
        )
        assert json.loads(done.stdout)["verdict"] == "promote"
        assert json.loads(dvc(folder, "status", "--json")) == {}
        assert dvc(folder, "repro").count("didn't change, skipping") == 8
