"""The policies in infra/policies/ allow what the code asks of a store, and no more."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from crashes import stores_replaced
from erasures import KEY
from factories import small_folder
from ledgers import MODEL, Meddled, decided_workspace, enthroned, frozen
from policies import FOLDER, allows, places, statements

from tasks.erase.step import erase
from tasks.intake import incoming_prefix, intake
from tasks.ledger import Ledger
from tasks.ledger.audit import audit
from tasks.opening import open_ledger
from tasks.promote import promote
from tasks.score import SCORES
from tasks.status import status
from tasks.store import open_store
from tasks.store.probe import probe

NAMES = ("worker", "scorer", "reader")
TASKS = Path(__file__).parents[2] / "tasks"
PREFIX = re.compile(r"""f"([a-z]+)/(?:\{|files/)""")
"""How the code writes a key: the place, then the model or the content."""


def named_in_code() -> set[str]:
    """The first part of every key that a module of tasks makes; DVC's remote is a place, too."""
    found = set[str]()
    for path in TASKS.rglob("*.py"):
        found |= set(PREFIX.findall(path.read_text(encoding="utf-8")))
    return found


class TestPlaces:
    """Every place of a store."""

    def test_are_all_the_workers_to_read(self) -> None:
        """A new place has to be put into the policy, and one that nothing uses taken out of it."""
        others = {"data", "of"}  # paths below a model folder, which are no keys
        assert places("worker", "s3:GetObject") == named_in_code() - others
        assert len(named_in_code()) > 10

    def test_of_the_ledger_are_nobodys_to_change(self) -> None:
        """It is appended to: by creation, which cannot write over what is there."""
        for name in NAMES:
            for call in ("put", "replace", "delete"):
                assert not allows(name, call, f"ledger/{MODEL}/{1:020d}.json"), (name, call)
        assert allows("worker", "create", f"ledger/{MODEL}/{1:020d}.json")

    def test_are_read_and_no_more(self) -> None:
        """Who reads can write nothing, anywhere."""
        actions = {action for one in statements("reader") for action in one["Action"]}
        assert actions == {"s3:GetObject", "s3:ListBucket"}

    def test_of_scores_are_all_that_a_scorer_writes(self) -> None:
        """It puts its answers there and nowhere else, and removes none."""
        actions = {action for one in statements("scorer") for action in one["Action"]}
        assert actions == {"s3:GetObject", "s3:ListBucket", "s3:PutObject"}
        assert places("scorer", "s3:PutObject") == {SCORES}

    def test_with_rows_are_the_workers_alone(self) -> None:
        """Who reads what was decided needs no rows."""
        for name in ("scorer", "reader"):
            for key in (
                "batches/m/aa.parquet",
                "batches/m/aa.csv",
                "quarantine/m/a.parquet",
                "incoming/m/a.csv",
                "dvc/files/md5/aa/b",
            ):
                assert not allows(name, "get", key), (name, key)

    def test_are_there_for_three_roles(self) -> None:
        """And no file that nothing tests."""
        assert {path.stem for path in FOLDER.iterdir()} == set(NAMES)


class TestCalls:
    """What each of them really asks a store for."""

    @pytest.fixture
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A folder with a batch, and a champion."""
        monkeypatch.delenv("EVERGREEN_STORE", raising=False)
        folder = small_folder(tmp_path)
        enthroned(tmp_path / "made", frozen(open_store(str(folder / "store"))), "a")
        return folder

    def test_of_a_worker_are_allowed(self, folder: Path, tmp_path: Path) -> None:
        """It takes in, promotes, probes and erases."""

        def work(ledger: Ledger) -> None:
            csv = f"row_id,x\n{KEY},1\nb,2\n".encode()
            ledger.store.store.put(f"{incoming_prefix(MODEL)}2024-01.csv", csv)  # type: ignore[attr-defined]
            intake(open_ledger(folder)[0].params, ledger.store)
            promote(decided_workspace(tmp_path / "made", ledger, "b"), ledger, "0" * 64)
            probe(ledger.store)
            assert erase(folder, (KEY,), reason="asked for").rows == 1

        calls = _asked(folder, work)
        assert {call for call, _ in calls} >= {"get", "create", "replace", "put", "delete", "list", "exists"}
        assert [one for one in calls if not allows("worker", *one)] == []

    def test_of_a_reader_are_allowed(self, folder: Path) -> None:
        """State, audit and status need no row."""

        def read(ledger: Ledger) -> None:
            assert audit(ledger).wrong is None
            status(open_ledger(folder)[0], ledger)

        assert [one for one in _asked(folder, read) if not allows("reader", *one)] == []

    def test_of_a_scorer_are_allowed(self, folder: Path) -> None:
        """The champion's entry and its bytes."""
        from tasks.ledger.artifacts import artifacts_of, fetch_artifact

        def score(ledger: Ledger) -> None:
            champion = ledger.state().champion
            assert champion
            for ref in artifacts_of(ledger.entry(champion.registered)).values():
                fetch_artifact(ledger.store, MODEL, ref)

        calls = _asked(folder, score)
        assert [one for one in calls if not allows("scorer", *one)] == []
        assert len(calls) > 4


def _asked(folder: Path, act: Callable[[Ledger], None]) -> list[tuple[str, str]]:
    """Every call to the folder's store while `act` is at it."""
    made: list[Meddled] = []

    def watched(store):  # type: ignore[no-untyped-def]
        made.append(Meddled(store))
        return made[-1]

    with stores_replaced(watched):
        act(open_ledger(folder)[1])
    return [call for one in made for call in one.calls]
