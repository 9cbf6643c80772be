"""Erasures at once, each on a machine of its own: nobody's rows stay because somebody else's go."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from crashes import Died, stores_replaced
from erasures import KEY, holders
from ledgers import MODEL, Meddled

from tasks.erase.step import Erasing, erase
from tasks.errors import Conflict, Refused
from tasks.intake import read_catalogue
from tasks.ledger import Ledger, Registered
from tasks.reconcile import reconcile

OTHER = "2024-01-00009"
"""Somebody whose row is in a batch that holds the person's, too."""


@pytest.fixture
def second(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on another machine, with the same store."""
    other = tmp_path / "elsewhere"
    other.mkdir()
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(folder / name, other / name)
    monkeypatch.setenv("EVERGREEN_STORE", str(folder / "store"))
    return other


def erased_while(folder: Path, key: str, moment: str, act: Callable[[], object]) -> Erasing:
    """An erasure during which something happens, once it says that it has come to `moment`."""
    acts = iter([act])

    def say(text: str) -> None:
        if text.startswith(moment):
            next(acts, lambda: None)()

    return erase(folder, (key,), reason="asked for", say=say)


class TestTwoErasures:
    """The later entry is of what the earlier one has left, or it is not written."""

    def test_are_searched_one_after_the_other(self, folder: Path, second: Path) -> None:
        """What was found before somebody else's rows went is not what is there now, and none of it stays."""
        with pytest.raises(Refused, match=r"another erasure came meanwhile, entry 6: .*; repeat it"):
            erased_while(folder, KEY, "looking for", lambda: erase(second, (OTHER,), reason="another"))
        assert OTHER not in _ids(folder)
        again = erase(folder, (KEY,), reason="asked for")
        assert (again.entry, again.rows, again.unsearched) == (7, 4, ())
        assert not {KEY, OTHER} & _ids(folder)

    def test_leave_each_other_what_is_to_be_removed(self, folder: Path, second: Path) -> None:
        """The first ends after the second died with an entry: what the second found goes all the same."""

        def die(operation: str, _key: str, _data: bytes) -> None:
            if operation == "delete" and ledger.state().erased == 7:
                raise Died

        def second_dies() -> None:
            with stores_replaced(lambda store: Meddled(store, before=die)), pytest.raises(Died):
                erase(second, (OTHER,), reason="another")

        from tasks.opening import open_ledger

        ledger = open_ledger(folder)[1]
        assert erased_while(folder, KEY, "removing", second_dies).entry == 6
        catalogue = read_catalogue(ledger.store, MODEL)
        assert (catalogue.cleared, len(catalogue.erasing)) == (6, 2)
        assert [one.kind for one in reconcile(second).found][:1] == ["erasure"]
        assert holders(folder / "store", OTHER) == holders(folder / "store") == []

    def test_name_only_what_is_there(self, folder: Path, ledger: Ledger) -> None:
        """What is left of a batch may have been taken back by another erasure that came to the same bytes."""
        before = {one.key for one in ledger.store.list("batches/")}

        def taken_back() -> None:
            for one in list(ledger.store.list("batches/")):
                if one.key not in before:
                    ledger.store.delete(one.key)

        with pytest.raises(Conflict, match=r"what is left of 2024-01 is not in the store any more"):
            erased_while(folder, KEY, "looking for", taken_back)
        assert ledger.state().erased is None


class TestARunThatRegistersMeanwhile:
    """It has the batches in hand."""

    def test_comes_first(self, folder: Path, ledger: Ledger) -> None:
        """The erasure is asked again once it is to write its entry."""

        def register() -> None:
            ledger.append(lambda _: Registered(candidate="b" * 64, artifacts={}))

        with pytest.raises(Refused, match="registration 6 has no decision yet"):
            erased_while(folder, KEY, "looking for", register)
        assert ledger.state().erased is None


def _ids(folder: Path) -> set[str]:
    """Which of the two can still be found where batches lie."""
    return {key for key in (KEY, OTHER) if holders(folder / "store" / "batches", key)}
