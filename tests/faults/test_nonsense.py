"""Ledger entries that a seed has spoiled: refused in one line by every reader, and taken for no other."""

import random
from collections import Counter

import pytest
from faults.memory import MemoryStore
from faults.nonsense import WAYS, spoiled
from ledgers import MODEL

from tasks.errors import Corrupt
from tasks.hold import hold, release
from tasks.ledger import Ledger
from tasks.ledger.audit import audit
from tasks.ledger.entries import parse_entry
from tasks.promote import rollback

SEED = 20


@pytest.fixture(scope="module")
def objects(reigned: MemoryStore) -> dict[str, bytes]:
    """What lies in it after a hold, a release and a rollback more."""
    ledger = Ledger(reigned, MODEL)
    hold(ledger, reason="a test")
    release(ledger, reason="over")
    rollback(ledger, reason="back")
    return reigned.objects


def refuses(objects: dict[str, bytes], number: int, made: bytes, *, pointer: bool) -> bool:
    """Whether a reader refuses the ledger with `made` as entry `number`, in one line."""
    store = MemoryStore({**objects, Ledger(MemoryStore(), MODEL).key(number): made})
    ledger = Ledger(store, MODEL)
    if not pointer:
        store.delete(ledger.caches.pointer_key)
    try:
        ledger.state()
    except Corrupt as refused:
        said = str(refused)
    else:
        return False
    assert "\n" not in said
    assert len(said) < 1_000
    return True


def judge(objects: dict[str, bytes], count: int) -> Counter[str]:
    """Spoil so many entries and let each be read in every way; how often each way of spoiling was drawn."""
    draw, ways, last = random.Random(SEED), Counter[str](), Ledger(MemoryStore(objects), MODEL).state().number
    for _ in range(count):
        number = draw.randint(1, last)
        key = Ledger(MemoryStore(), MODEL).key(number)
        way, made = spoiled(objects[key], draw)
        where = f"{way} of entry {number}: {made[:400]!r}"
        try:
            parse_entry(made, key=key, number=number)
            read = True
        except Corrupt:
            read = False
        # What reads as an entry is not the one that was written: the chain says so, or the pointer.
        assert refuses(objects, number, made, pointer=False) or (read and number == last), where
        assert refuses(objects, number, made, pointer=True) or number < last, where
        store = MemoryStore({**objects, key: made})
        assert audit(Ledger(store, MODEL)).wrong is not None, where
        ways[way] += 1
    return ways


class TestSpoiledEntries:
    """No trace of a program, no other state, and nothing that the audit lets pass."""

    def test_are_refused(self, objects: dict[str, bytes]) -> None:
        """Three hundred, by every way of spoiling."""
        ways = judge(objects, 300)
        assert len(ways) == len(WAYS)

    @pytest.mark.long
    def test_are_refused_in_numbers(self, objects: dict[str, bytes]) -> None:
        """Ten thousand."""
        assert judge(objects, 10_000).total() == 10_000

    def test_would_be_found_where_a_reader_is_lenient(
        self, objects: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Without the chain and the pointer's word, some of them are believed."""
        monkeypatch.setattr("tasks.ledger.log.Ledger._must_have", lambda *_: None)
        with pytest.raises(AssertionError, match="of entry"):
            judge(objects, 300)
