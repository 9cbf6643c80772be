"""A ledger of 100,000 entries is read in a handful of requests, with or without its pointer."""

import logging
from pathlib import Path

import pytest
from ledgers import MODEL, Meddled, sha

from tasks.documents import digest
from tasks.errors import Corrupt, StoreUnavailable
from tasks.ledger import Champion, ContractFrozen, Entry, Ledger, State
from tasks.ledger import caches as caches_module
from tasks.ledger.audit import audit
from tasks.ledger.sealed import sealed
from tasks.store import Store, open_store

LAST = 100_000
CHAMPION = Champion(number=99_990, registered=99_980, candidate=sha("champion"))


def freeze(name: str) -> ContractFrozen:
    return ContractFrozen(contract=sha(name), text=name)


def end_of_a_long_ledger(store: Store, after: int = 3) -> Ledger:
    """A ledger as it lies in the store from entry 100,000 on; a reader of any before would find none.

    Pointer and snapshot are of entry 100,000, and `after` entries follow it.
    """
    ledger = Ledger(store, MODEL)
    entry = Entry(
        number=LAST,
        model=MODEL,
        previous=sha("entry 99,999"),
        transaction="0",
        time="2024-01-01T00:00:00+00:00",
        actor="test",
        code="0",
        body=freeze("agreed"),
    )
    store.create(ledger.key(LAST), entry.to_bytes())
    state = State().model_copy(
        update={
            "number": LAST,
            "head": digest(entry.to_bytes()),
            "contract": sha("agreed"),
            "champion": CHAMPION,
        }
    )
    for key in (ledger.caches.pointer_key, ledger.caches.snapshot_key):
        store.put(key, sealed(state))
    for number in range(after):
        ledger.append(lambda _, number=number: freeze(str(number)))  # type: ignore[misc]
    return ledger


def requests_of_a_reader(store: Store) -> list[str]:
    """The keys that a reader asks for who knows nothing yet, and who sees the champion."""
    meddled = Meddled(store)
    assert Ledger(meddled, MODEL).state().champion == CHAMPION
    assert {operation for operation, _ in meddled.calls} == {"get"}
    return [key for _, key in meddled.calls]


class TestRequests:
    """What it takes to see the champion of 100,000 entries."""

    def test_with_the_pointer_are_three(self, store: Store) -> None:
        """The pointer, the entry it names, and the one that is not there."""
        ledger = end_of_a_long_ledger(store)
        assert requests_of_a_reader(store) == [
            ledger.caches.pointer_key,
            ledger.key(LAST + 3),
            ledger.key(LAST + 4),
        ]

    def test_without_it_are_three_and_what_came_since(self, store: Store) -> None:
        """The pointer that is gone, the snapshot, the entry it names; then on until there is none."""
        ledger = end_of_a_long_ledger(store)
        store.delete(ledger.caches.pointer_key)
        assert requests_of_a_reader(store) == [
            ledger.caches.pointer_key,
            ledger.caches.snapshot_key,
            *map(ledger.key, range(LAST, LAST + 5)),
        ]


class TestSnapshot:
    """A cache like the pointer: rebuilt by itself, never the truth."""

    @pytest.fixture
    def ledger(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
        """Seven entries, with a snapshot every three."""
        monkeypatch.setattr(caches_module, "SNAPSHOT_EVERY", 3)
        ledger = Ledger(open_store(str(tmp_path)), MODEL)
        for number in range(7):
            ledger.append(lambda _, number=number: freeze(str(number)))  # type: ignore[misc]
        return ledger

    def test_is_the_fold_at_every_so_many_entries(self, ledger: Ledger) -> None:
        """The newest of them, where the pointer is of the last entry."""
        snapshot, pointer = (
            ledger.caches.told(ledger.caches.snapshot_key),
            ledger.caches.told(ledger.caches.pointer_key),
        )
        assert snapshot is not None
        assert pointer is not None
        assert (snapshot.number, snapshot.contract, pointer.number) == (6, sha("5"), 7)

    @pytest.mark.parametrize(
        "content",
        [None, b"", b"\xff", b"[" * 100_000, b"{}", b'{"number": 6}', b'{"number": -6}'],
        ids=str,
    )
    def test_that_is_of_no_use_is_gone_on_without(
        self, ledger: Ledger, caplog: pytest.LogCaptureFixture, content: bytes | None
    ) -> None:
        """Missing, garbage, of another version: the log is read, and a line says why."""
        expected = ledger.state()
        ledger.store.delete(ledger.caches.pointer_key)
        if content is None:
            ledger.store.delete(ledger.caches.snapshot_key)
        else:
            ledger.store.put(ledger.caches.snapshot_key, content)
        with caplog.at_level(logging.WARNING):
            assert Ledger(ledger.store, MODEL).state() == expected
        assert (f"{ledger.caches.snapshot_key}: " in caplog.text) == (content is not None)

    @pytest.mark.parametrize("change", [{"number": 999}, {"number": 6, "head": sha("x")}], ids=str)
    def test_that_names_another_entry_is_refused(self, ledger: Ledger, change: dict[str, object]) -> None:
        """It is asked where the pointer is of no use, and tells as much."""
        state = ledger.state().model_copy(update=change)
        ledger.store.delete(ledger.caches.pointer_key)
        ledger.store.put(ledger.caches.snapshot_key, sealed(state))
        with pytest.raises(Corrupt, match=f"{ledger.caches.snapshot_key} names an entry that hashes to"):
            Ledger(ledger.store, MODEL).state()

    def test_comes_back_by_itself(self, ledger: Ledger) -> None:
        """A snapshot that was lost is there again after so many entries more."""
        ledger.store.delete(ledger.caches.snapshot_key)
        for name in ("eight", "nine"):
            ledger.append(lambda _, name=name: freeze(name))  # type: ignore[misc]
        found = ledger.caches.told(ledger.caches.snapshot_key)
        assert found == ledger.state()

    def test_that_cannot_be_written_takes_nothing_back(self, ledger: Ledger) -> None:
        """The entry is the commit."""

        def down(operation: str, key: str, _: bytes) -> None:
            if operation == "put" and key.startswith("snapshots/"):
                raise StoreUnavailable(f"{key}: down")

        meddled = Ledger(Meddled(ledger.store, before=down), MODEL)
        for name in ("eight", "nine"):
            meddled.append(lambda _, name=name: freeze(name))  # type: ignore[misc]
        assert Ledger(ledger.store, MODEL).state().contract == sha("nine")

    def test_never_hides_a_broken_chain_from_the_audit(self, ledger: Ledger) -> None:
        """Readers begin at the snapshot; the audit reads every entry."""
        entry = ledger.entry(2).model_copy(update={"actor": "somebody else"})
        ledger.store.put(ledger.key(2), entry.to_bytes())
        ledger.store.delete(ledger.caches.pointer_key)
        assert Ledger(ledger.store, MODEL).state().number == 7
        assert "entry 3 does not continue the chain" in str(audit(ledger).wrong)
        ledger.store.delete(ledger.caches.snapshot_key)
        with pytest.raises(Corrupt, match="entry 3 does not continue the chain"):
            Ledger(ledger.store, MODEL).state()

    def test_that_lies_is_found_by_the_audit(self, ledger: Ledger) -> None:
        """One with the right head and another fold is what a reader would believe."""
        told = ledger.caches.told(ledger.caches.snapshot_key)
        assert told is not None
        lie = told.model_copy(update={"contract": sha("lie")})
        ledger.store.put(ledger.caches.snapshot_key, sealed(lie))
        assert f"{ledger.caches.snapshot_key}: says otherwise than the log at entry 6" in str(
            audit(ledger).wrong
        )

    def test_tells_the_audit_of_an_end_that_was_cut_off(self, ledger: Ledger) -> None:
        """Also where the pointer went with it."""
        for number in (6, 7):
            ledger.store.delete(ledger.key(number))
        ledger.store.delete(ledger.caches.pointer_key)
        assert f"{ledger.caches.snapshot_key}: tells of entry 6, but the log ends at 5" in str(
            audit(ledger).wrong
        )
