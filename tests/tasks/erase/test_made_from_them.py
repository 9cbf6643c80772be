"""What was made from rows takes no office after they were erased, whoever would promote it."""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from unittest.mock import Mock

import pytest
from crashes import LATER, Died, dies_before, promote_until, stores_replaced
from erasures import KEY
from ledgers import MODEL, Meddled, decided_workspace, sha

from tasks.documents import canonical, write_atomically
from tasks.erase.step import erase
from tasks.errors import Refused
from tasks.intake import read_catalogue
from tasks.ledger import Ledger
from tasks.promote import finish, promote
from tasks.reconcile import reconcile
from tasks.run import retrain
from tasks.version import Dataset, DatasetBatch
from tasks.workspace import Workspace

MARCH = "2024-03"
"""Without the person."""


@pytest.fixture
def workspace(ledger: Ledger, tmp_path: Path) -> Callable[..., Workspace]:
    """A decision to promote that was made from all batches, of which `periods` were in the window."""

    def made(*periods: str) -> Workspace:
        decided = decided_workspace(tmp_path, ledger, "b")
        batches = tuple(
            DatasetBatch(period=one.period, file=one.file, sha256=one.sha256, rows=150)
            for one in read_catalogue(ledger.store, MODEL).revisions
            if one.revision == 1
        )
        write_atomically(decided.dataset, Dataset(batches=batches).to_bytes())
        write_atomically(decided.preparation, canonical({"periods": periods}))
        return decided

    return made


class TestARunThatHasTheOldBatchesInHand:
    """On another machine, which no lock reaches."""

    def test_registers_nothing_once_they_are_erased(self, folder: Path, ledger: Ledger, workspace) -> None:
        """Nor decides: the entry of the erasure names everything that was made from the rows."""
        decided = workspace("2024-01", MARCH)
        erase(folder, (KEY,), reason="asked for")
        before = ledger.state()
        with pytest.raises(
            Refused, match=r"made from rows of 2024-01 that were erased meanwhile, by entry 7"
        ):
            promote(decided, ledger, sha("inputs"))
        assert ledger.state() == before

    def test_decides_nothing_if_it_was_taken_for_dead(
        self, folder: Path, ledger: Ledger, workspace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its registration was older than the grace when the rows went."""
        decided = workspace("2024-01", MARCH)
        promote_until("decision", decided, ledger.store)
        monkeypatch.setattr("tasks.erase.entry.datetime", Mock(wraps=datetime, **{"now.return_value": LATER}))
        assert erase(folder, (KEY,), reason="asked for").entry == 8
        with pytest.raises(Refused, match=r"that were erased meanwhile, by entry 8"):
            promote(decided, ledger, sha("inputs"))
        assert ledger.state().number == 8

    def test_goes_on_if_none_was_in_its_window(self, folder: Path, ledger: Ledger, workspace) -> None:
        """Its model never saw the rows."""
        decided = workspace(MARCH)
        erase(folder, (KEY,), reason="asked for")
        assert promote(decided, ledger, sha("inputs")).promoted


class TestADecisionThatACrashLeft:
    """In the ledger, its promotion not."""

    @pytest.fixture
    def pending(self, folder: Path, ledger: Ledger, workspace) -> int:
        """Its entry, an erasure after it."""
        promote_until("promotion", workspace("2024-01", MARCH), ledger.store)
        assert erase(folder, (KEY,), reason="asked for").decisions == (4, 8)
        return 8

    def test_is_not_promoted(self, ledger: Ledger, pending: int) -> None:
        """It says why, as `approve` does."""
        with pytest.raises(
            Refused, match=rf"decision {pending} was made from rows of 2024-01 that were erased"
        ):
            finish(ledger, ledger.state().pending)
        assert ledger.state().champion.number == 5

    @pytest.mark.long
    def test_is_not_promoted_by_reconcile(self, folder: Path, ledger: Ledger, pending: int) -> None:
        """Which tells what it left, and why."""
        (left,) = (one for one in reconcile(folder, now=LATER).found if one.kind == "promotion")
        assert left.left is not None
        assert not left.done
        assert left.left.startswith(f"decision {pending} was made from rows of 2024-01 that were erased")
        assert ledger.state().champion.number == 5

    @pytest.mark.long
    def test_is_not_promoted_by_the_next_run(
        self, folder: Path, ledger: Ledger, pending: int, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Which goes on without it."""
        stop = Meddled(ledger.store, before=dies_before("looked"))
        with caplog.at_level(logging.ERROR), stores_replaced(lambda _: stop), suppress(Died, Refused):
            retrain(folder)
        assert f"decision {pending} was made from rows of 2024-01 that were erased" in caplog.text
        assert ledger.state().champion.number == 5
