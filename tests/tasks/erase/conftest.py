"""A model folder with batches of every kind that hold one person's rows, and a champion made from some."""

import shutil
from pathlib import Path

import pytest
from data_factories import changed
from erasures import KEY
from factories import deliver, parquet, small_folder, small_frame
from ledgers import MODEL, decided_workspace, frozen, sha

from tasks.documents import canonical, write_atomically
from tasks.intake import incoming_prefix, intake, read_catalogue
from tasks.ledger import Ledger
from tasks.opening import open_ledger
from tasks.promote import promote
from tasks.version import Dataset, DatasetBatch

JANUARY, FEBRUARY, MARCH = "2024-01", "2024-02", "2024-03"


def frame(period: str, *, rows: tuple[int, ...] = (), seed: int = 0):
    """A month of 150 rows, of which these are the person's."""
    made = small_frame(period, seed, rows=150)
    made.loc[list(rows), "row_id"] = KEY
    return made


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """January as Parquet, corrected once; February as CSV; March without the person; champion of entry 5."""
    root = tmp_path_factory.mktemp("erasure")
    folder = small_folder(
        root, params=changed(("row_id: {type: string, unique: true}", "row_id: {type: string}"))
    )
    home, ledger = open_ledger(folder)
    deliver(folder, JANUARY, parquet(frame(JANUARY, rows=(3, 4))))
    intake(home.params, ledger.store)
    deliver(folder, JANUARY, parquet(frame(JANUARY, rows=(3,), seed=1)))
    text = frame(FEBRUARY, rows=(7,)).to_csv(index=False).encode()
    ledger.store.put(f"{incoming_prefix(MODEL)}{FEBRUARY}.csv", text)
    deliver(folder, MARCH, parquet(frame(MARCH)))
    intake(home.params, ledger.store)
    _decide(root, frozen(ledger.store))
    return folder


def _decide(root: Path, ledger: Ledger) -> None:
    """A promoted challenger whose window was January's first revision and March."""
    workspace = decided_workspace(root, ledger, "a")
    revisions = read_catalogue(ledger.store, MODEL).revisions
    used = [one for one in revisions if (one.period, one.revision) in ((JANUARY, 1), (MARCH, 1))]
    batches = tuple(
        DatasetBatch(period=one.period, file=one.file, sha256=one.sha256, rows=150) for one in used
    )
    write_atomically(workspace.dataset, Dataset(batches=batches).to_bytes())
    write_atomically(workspace.preparation, canonical({"periods": [JANUARY, MARCH]}))
    promote(workspace, ledger, sha("inputs"))


@pytest.fixture
def folder(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of one's own."""
    monkeypatch.delenv("EVERGREEN_STORE", raising=False)
    shutil.copytree(template, tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def ledger(folder: Path) -> Ledger:
    """The folder's ledger."""
    return open_ledger(folder)[1]
