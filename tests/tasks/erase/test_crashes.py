"""An erasure that dies between any two writes is finished by whoever comes next, and the same comes of it."""

import shutil
from pathlib import Path

import pytest
from crashes import Died, dies_at, stores_replaced
from erasures import KEY, holders
from ledgers import MODEL, Meddled

from tasks.erase.step import erase
from tasks.errors import Refused
from tasks.intake import Catalogue, read_catalogue
from tasks.ledger import Body
from tasks.ledger.audit import audit
from tasks.opening import open_ledger
from tasks.reconcile import reconcile
from tasks.run import retrain

AFTER_THE_ENTRY = 6
"""The first of an erasure's writes in this folder by which its entry is in: three batches, entry, pointer."""


def dies(folder: Path, nth: int) -> bool:
    """Whether an erasure died before its `nth` write."""
    with stores_replaced(lambda store: Meddled(store, before=dies_at(nth))):
        try:
            erase(folder, (KEY,), reason="asked for")
        except Died:
            return True
    return False


def outcome(folder: Path) -> tuple[Catalogue, Body, int]:
    """The catalogue, what the ledger's last entry says, and its number; the audit finds nothing."""
    ledger = open_ledger(folder)[1]
    assert audit(ledger).wrong is None
    number = ledger.state().number
    return read_catalogue(ledger.store, MODEL), ledger.entry(number).body, number


@pytest.fixture(scope="module")
def undisturbed(template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Catalogue, Body, int]:
    """What comes of an erasure that nothing interrupts."""
    folder = tmp_path_factory.mktemp("undisturbed") / "model"
    shutil.copytree(template, folder)
    erase(folder, (KEY,), reason="asked for")
    return outcome(folder)


class TestTheSameCommand:
    """Again, with the same key."""

    @pytest.mark.parametrize("nth", [3, 10])
    def test_ends_as_if_nothing_had_happened(self, folder: Path, nth: int, undisturbed) -> None:
        """Before the entry, and between two removals: one entry, the same batches."""
        assert dies(folder, nth)
        erase(folder, (KEY,), reason="asked for")
        assert outcome(folder) == undisturbed
        assert holders(folder) == []

    @pytest.mark.long
    def test_does_so_after_a_death_at_each_write(self, template: Path, tmp_path: Path, undisturbed) -> None:
        """Every one of them, and a second death on the way back."""
        nth = 1
        while True:
            folder = tmp_path / f"{nth}"
            shutil.copytree(template, folder)
            if not dies(folder, nth):
                break
            dies(folder, 2)
            erase(folder, (KEY,), reason="asked for")
            assert outcome(folder) == undisturbed, nth
            assert holders(folder) == [], nth
            nth += 1
        assert nth > 12


class TestAnybody:
    """Without the key: the entry says what is to be done."""

    def test_finishes_it_by_reconcile(self, folder: Path, undisturbed) -> None:
        """Once; the second time there is nothing to do."""
        assert dies(folder, AFTER_THE_ENTRY)
        (told,) = reconcile(folder, dry_run=True).found
        assert (told.kind, told.action, told.done) == ("erasure", "finished", False)
        assert holders(folder)
        (done,) = reconcile(folder).found
        assert (done.what, done.done) == ("the erasure of entry 6, interrupted", True)
        assert outcome(folder) == undisturbed
        assert holders(folder) == []
        assert reconcile(folder).found == ()

    @pytest.mark.long
    def test_finishes_it_by_an_erasure_of_another_key(self, folder: Path) -> None:
        """And is told."""
        assert dies(folder, AFTER_THE_ENTRY)
        done = erase(folder, ("2024-03-00001",), reason="another")
        assert (done.finished, done.entry) == ((6,), 7)
        assert holders(folder) == []

    def test_cannot_learn_from_the_rows_meanwhile(self, folder: Path) -> None:
        """A run says what it waits for, and trains nothing."""
        assert dies(folder, AFTER_THE_ENTRY)
        with pytest.raises(Refused, match=r"the erasure of entry 6 is not finished.*`evergreen reconcile`"):
            retrain(folder)
