"""Single bits that flip in stored objects, in every kind of object that the ledger rests on."""

import random
from collections.abc import Iterator

import pytest
from faults.memory import MemoryStore
from ledgers import MODEL

from tasks.errors import Corrupt
from tasks.ledger import Ledger, State
from tasks.ledger.artifacts import artifacts_of
from tasks.ledger.audit import audit
from tasks.ledger.office import reigns
from tasks.promote import rollback

FLIPS = 25


@pytest.fixture
def objects(reigned: MemoryStore) -> dict[str, bytes]:
    """What lies in it."""
    return reigned.objects


def damaged(objects: dict[str, bytes], prefix: str) -> Iterator[tuple[str, MemoryStore]]:
    """Copies of the store with one bit flipped in one object under `prefix`, at drawn places."""
    draw = random.Random(prefix)
    for key in sorted(key for key in objects if key.startswith(prefix)):
        for _ in range(FLIPS):
            place, data = draw.randrange(len(objects[key]) * 8), bytearray(objects[key])
            data[place // 8] ^= 1 << place % 8
            yield f"{key}, bit {place}", MemoryStore({**objects, key: bytes(data)})


def undamaged(objects: dict[str, bytes]) -> State:
    """What every reader should see."""
    return Ledger(MemoryStore(dict(objects)), MODEL).state()


class TestBits:
    """Where one bit is another."""

    def test_in_an_entry_is_found_by_the_audit(self, objects: dict[str, bytes]) -> None:
        """Each of them, in the last entry too: the pointer tells of its hash."""
        for where, store in damaged(objects, "ledger/"):
            assert audit(Ledger(store, MODEL)).wrong is not None, where

    def test_in_an_entry_before_the_last_is_refused_by_whoever_folds_it(
        self, objects: dict[str, bytes]
    ) -> None:
        """The hash in the next entry is another."""
        last = Ledger(MemoryStore(), MODEL).key(9)
        for where, store in damaged(objects, "ledger/"):
            if not where.startswith(last):
                store.delete(f"pointers/{MODEL}.json")
                with pytest.raises(Corrupt):
                    Ledger(store, MODEL).state()

    def test_in_the_last_entry_is_refused_by_every_reader(self, objects: dict[str, bytes]) -> None:
        """The pointer tells of its hash, so nobody sees a champion, and nobody appends to it."""
        key = Ledger(MemoryStore(), MODEL).key(9)
        for where, store in damaged(objects, key):
            for use in (Ledger.state, lambda ledger: rollback(ledger, reason="a test")):
                with pytest.raises(Corrupt, match=rf"{key}: pointers/{MODEL}\.json names an entry"):
                    use(Ledger(store, MODEL))
            assert len(store.objects) == len(objects), where

    def test_in_the_pointer_changes_nothing(self, objects: dict[str, bytes]) -> None:
        """It is not believed, and the log is read."""
        expected = undamaged(objects)
        for where, store in damaged(objects, "pointers/"):
            assert Ledger(store, MODEL).state() == expected, where

    def test_in_a_champions_artifact_is_found_before_it_takes_office(self, objects: dict[str, bytes]) -> None:
        """A rollback to it is refused, and the audit names it."""
        ledger = Ledger(MemoryStore(dict(objects)), MODEL)
        back = {
            ref.sha256
            for ref in artifacts_of(
                ledger.entry(list(reigns(ledger.state(), ledger))[-1].registered)
            ).values()
        }
        for where, store in damaged(objects, "artifacts/"):
            assert audit(Ledger(store, MODEL)).wrong is not None, where
            if where.split("/")[2][:64] in back:
                with pytest.raises(Corrupt, match="not to its name"):
                    rollback(Ledger(store, MODEL), reason="a test")
