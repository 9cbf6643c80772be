"""The audit: every entry, every number, every champion's bytes; the first wrong thing by name."""

import shutil
from pathlib import Path

import pytest
from ledgers import CONTRACT, MODEL, Meddled, enthroned, frozen, sha

from tasks.documents import canonical
from tasks.ledger import Ledger, Looked, Registered
from tasks.ledger.artifacts import artifact_key
from tasks.ledger.audit import audit
from tasks.ledger.fold import fold
from tasks.ledger.office import reigns
from tasks.ledger.sealed import sealed
from tasks.promote import rollback
from tasks.store import Store, open_store

LOOK = {"periods": ("x",), "challenger": sha("x"), "champion": None, "contract": CONTRACT, "drill": True}


def past(store: Store, root: Path) -> Ledger:
    """Nine entries: a contract, and two champions with look, registration, decision and promotion each."""
    ledger = frozen(store)
    enthroned(root, ledger, "a")
    enthroned(root, ledger, "b")
    return ledger


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory store with that past, made once."""
    root = tmp_path_factory.mktemp("past")
    past(open_store(str(root / "store")), root)
    return root / "store"


@pytest.fixture
def ledger(template: Path, tmp_path: Path) -> Ledger:
    """A ledger of one's own with that past."""
    shutil.copytree(template, tmp_path / "store")
    return Ledger(open_store(str(tmp_path / "store")), MODEL)


def model_of(ledger: Ledger, champion: int) -> str:
    """Where the model of a champion lies, counted from the first."""
    first_to_last = list(reversed(list(reigns(ledger.state(), ledger))))
    body = ledger.entry(first_to_last[champion].registered).body
    assert isinstance(body, Registered)
    return artifact_key(MODEL, body.artifacts["model.ubj"].sha256)


class TestAudit:
    """What holds is counted; what does not is named."""

    def test_of_a_sound_ledger(self, store: Store, tmp_path: Path) -> None:
        """Entries, champions and the artifacts of each are all verified."""
        ledger = past(store, tmp_path)
        found = audit(Ledger(store, MODEL))
        assert found.wrong is None
        assert (found.entries, found.champions, found.artifacts) == (9, 2, 10)
        assert found.head == ledger.state().head

    def test_of_an_empty_ledger(self, tmp_path: Path) -> None:
        """There is nothing that could be wrong."""
        found = audit(Ledger(open_store(str(tmp_path)), MODEL))
        assert (found.entries, found.head, found.wrong) == (0, None, None)

    def test_counts_a_returned_champion_again(self, ledger: Ledger) -> None:
        """A rollback puts a champion in office, whose bytes are verified too."""
        rollback(ledger, reason="a test")
        assert audit(ledger).champions == 3

    def test_finds_a_pointer_that_lies(self, ledger: Ledger) -> None:
        """A pointer at the right entry with another fold is what a reader would believe: it is named."""
        lie = ledger.state().model_copy(update={"champion": ledger.state().previous})
        ledger.store.put(ledger.caches.pointer_key, sealed(lie))
        assert f"{ledger.caches.pointer_key}: says otherwise than the log" in str(audit(ledger).wrong)

    @pytest.mark.parametrize("number", range(1, 10))
    def test_finds_a_changed_entry(self, ledger: Ledger, number: int) -> None:
        """One other word in any entry, the last one included."""
        changed = ledger.entry(number).model_copy(update={"actor": "somebody else"})
        ledger.store.put(ledger.key(number), changed.to_bytes())
        wrong = str(audit(Ledger(ledger.store, MODEL)).wrong)
        assert (f"entry {number + 1} does not" if number < 9 else ledger.caches.pointer_key) in wrong

    @pytest.mark.parametrize("number", range(1, 10))
    def test_finds_a_removed_entry(self, ledger: Ledger, number: int) -> None:
        """A number that is missing, though later ones or the pointer tell of it."""
        ledger.store.delete(ledger.key(number))
        wrong = str(audit(Ledger(ledger.store, MODEL)).wrong)
        assert (f"there is no entry {number}" if number < 9 else ledger.caches.pointer_key) in wrong

    def test_finds_entries_in_another_order(self, ledger: Ledger) -> None:
        """Two entries that changed places."""
        first, second = (ledger.store.get(ledger.key(number)) for number in (2, 3))
        assert first is not None
        assert second is not None
        ledger.store.put(ledger.key(2), second[0])
        ledger.store.put(ledger.key(3), first[0])
        assert "expected entry 2, found one that says it is 3" in str(audit(ledger).wrong)

    def test_finds_a_forged_promotion(self, ledger: Ledger) -> None:
        """A well-chained entry that promotes what no decision called for."""
        state, last = ledger.state(), ledger.entry(9).model_dump(mode="json")
        body = last["body"] | {"before": 9, "candidate": sha("c")}
        forged = last | {"number": 10, "previous": state.head, "body": body}
        ledger.store.put(ledger.key(10), canonical(forged))
        assert "there is no decision that calls for it" in str(audit(ledger).wrong)

    @pytest.mark.parametrize("champion", [0, 1])
    def test_finds_a_champions_changed_bytes(self, ledger: Ledger, champion: int) -> None:
        """Bytes of a champion, also of an earlier one, that do not hash to their name."""
        ledger.store.put(model_of(ledger, champion), b"forged")
        assert "not to its name" in str(audit(ledger).wrong)

    def test_finds_a_champions_missing_bytes(self, ledger: Ledger) -> None:
        """Bytes that are gone."""
        ledger.store.delete(model_of(ledger, 1))
        found = audit(ledger)
        assert "found nothing" in str(found.wrong)
        assert found.entries == 9

    def test_of_a_stale_pointer_is_sound(self, ledger: Ledger) -> None:
        """A pointer that lags is a cache that lags, and nothing wrong."""
        old = fold(list(ledger.entries())[:4])
        ledger.store.put(ledger.caches.pointer_key, sealed(old))
        assert audit(ledger).wrong is None

    def test_of_a_lost_or_unreadable_pointer_is_sound(self, ledger: Ledger) -> None:
        """A pointer is a cache: readers who cannot use it read the log."""
        ledger.store.put(ledger.caches.pointer_key, b"not JSON")
        assert audit(ledger).wrong is None
        ledger.store.delete(ledger.caches.pointer_key)
        assert audit(ledger).wrong is None

    def test_while_others_append_is_sound(self, ledger: Ledger) -> None:
        """Entries that come while it reads are read too, or not; either way nothing is wrong."""
        others = Ledger(ledger.store, MODEL)

        def append(operation: str, key: str, _: bytes) -> None:
            if operation == "get" and key == ledger.key(10):
                others.append(lambda state: Looked(look=sha(str(state.number)), **LOOK))

        found = audit(Ledger(Meddled(ledger.store, after=append), MODEL))
        assert (found.entries, found.wrong) == (9, None)
