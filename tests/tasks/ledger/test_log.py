"""Strong reads and fenced appends, and on both kinds of store where the kind could matter."""

from collections.abc import Callable
from pathlib import Path

import pytest
from ledgers import CONTRACT, MODEL, Meddled, frozen, sha

from tasks.documents import canonical, digest
from tasks.errors import Conflict, Corrupt, Refused, StoreUnavailable
from tasks.ledger import ContractFrozen, Ledger, RolledBack, State
from tasks.ledger import log as log_module
from tasks.ledger.sealed import sealed
from tasks.store import Precondition, Store, open_store


def freeze(name: str) -> Callable[[State], ContractFrozen | None]:
    """Freeze a contract where another one is in force."""
    return lambda state: (
        None if state.contract == sha(name) else ContractFrozen(contract=sha(name), text=name)
    )


@pytest.fixture
def local(tmp_path: Path) -> Store:
    """A directory store, for what does not depend on the kind of store."""
    return open_store(str(tmp_path))


def filled(store: Store, *names: str) -> Ledger:
    """A ledger with one contract after the other."""
    ledger = Ledger(store, MODEL)
    for name in names:
        ledger.append(freeze(name))
    return ledger


def fresh(store: Store) -> State:
    """What a reader sees who knows nothing yet."""
    return Ledger(store, MODEL).state()


class TestStrongRead:
    """The state is the fold of the log, whatever the pointer says."""

    def test_of_nothing(self, local: Store) -> None:
        """A ledger without an entry is the empty state."""
        assert fresh(local) == State()

    def test_with_the_pointer(self, store: Store) -> None:
        """A reader with a pointer reads that entry and looks for the next: three requests."""
        expected = filled(store, "one", "two", "three").state()
        meddled = Meddled(store)
        assert fresh(meddled) == expected
        assert len(meddled.calls) == 3

    def test_with_a_lost_pointer(self, local: Store) -> None:
        """Without a pointer, the log is read from its start."""
        expected = filled(local, "one", "two").state()
        local.delete(f"pointers/{MODEL}.json")
        assert fresh(local) == expected

    def test_with_a_stale_pointer(self, store: Store) -> None:
        """From an old pointer, the reader goes on to where there is no next entry."""
        ledger = filled(store, "one")
        old = store.get(ledger.caches.pointer_key)
        filled(store, "two", "three")
        assert old is not None
        store.put(ledger.caches.pointer_key, old[0])
        assert fresh(store).contract == sha("three")

    @pytest.mark.parametrize(
        "garbage",
        [b"", b"\xff\x00", b"[1, 2]", b"[" * 100_000, b"{}", b'{"number": -1}', b'{"number": 10000000000}'],
        ids=["empty", "bytes", "list", "nested", "object", "negative", "beyond"],
    )
    def test_with_a_garbage_pointer(self, local: Store, garbage: bytes) -> None:
        """What is no fold of this log is not believed."""
        ledger = filled(local, "one", "two")
        local.put(ledger.caches.pointer_key, garbage)
        assert fresh(local) == ledger.state()

    def test_with_a_pointer_to_before_the_first_entry_that_claims_something(self, local: Store) -> None:
        """Number 0 with a contract in force is no state that a log can have."""
        ledger = filled(local, "one")
        local.put(ledger.caches.pointer_key, sealed(State(contract=sha("never agreed"))))
        assert fresh(local) == ledger.state()

    def test_with_a_pointer_of_another_version(self, local: Store) -> None:
        """A fold that lacks a field was made by other code; the field is not guessed."""
        ledger = filled(local, "one")
        document = ledger.state().model_dump(mode="json")
        del document["contract"]
        fold = canonical(document)
        local.put(
            ledger.caches.pointer_key, b'{"sha256": "%s", "fold": %s}\n' % (digest(fold).encode(), fold)
        )
        assert fresh(local) == ledger.state()

    @pytest.mark.parametrize(
        ("change", "found"),
        [({"head": sha("another")}, "bytes that hash to"), ({"number": 3}, "nothing: damaged, lost, or")],
        ids=["forked", "beyond"],
    )
    def test_with_a_pointer_that_names_another_entry_raises(
        self, local: Store, change: dict[str, object], found: str
    ) -> None:
        """The message says which entry is not what it was, and how to go on with the log as it is."""
        ledger = filled(local, "one", "two")
        key = ledger.caches.pointer_key
        local.put(key, sealed(ledger.state().model_copy(update=change)))
        with pytest.raises(Corrupt, match=rf"{key} names an entry .* found {found}.* delete {key} and "):
            fresh(local)
        local.delete(key)
        assert fresh(local) == ledger.state()

    def test_with_a_pointer_that_names_another_entry_writes_nothing(self, local: Store) -> None:
        """Neither an entry nor a pointer that would hide what the old one tells."""
        ledger = filled(local, "one", "two")
        changed = ledger.entry(2).model_copy(update={"actor": "somebody else"})
        local.put(ledger.key(2), changed.to_bytes())
        before = {one.key: one.etag for one in local.list("")}
        with pytest.raises(Corrupt, match=f"{ledger.key(2)}: "):
            filled(local, "three")
        assert {one.key: one.etag for one in local.list("")} == before

    def test_sees_what_others_append(self, store: Store) -> None:
        """A reader that has read before sees every entry that was acknowledged since."""
        reader, writer = Ledger(store, MODEL), Ledger(store, MODEL)
        for name in ("one", "two"):
            writer.append(freeze(name))
            assert reader.state().contract == sha(name)

    def test_of_a_changed_log_raises(self, local: Store) -> None:
        """A log whose chain is broken is refused by name, not read around."""
        ledger = filled(local, "one", "two", "three")
        entry = ledger.entry(2).model_copy(update={"actor": "somebody else"})
        local.put(ledger.key(2), entry.to_bytes())
        local.delete(ledger.caches.pointer_key)
        with pytest.raises(Corrupt, match="entry 3 does not continue the chain"):
            fresh(local)

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"number": 7}, "expected entry 2, found one that says it is 7"),
            ({"model": "other"}, "expected model small, found 'other'"),
            ({"body": {"kind": "coup"}}, "another version wrote it .*coup"),
            ({"body": {"kind": "hold", "reason": ""}}, "not a ledger entry"),
            ({"body": {"kind": "hold", "reason": "x", "until": "noon"}}, "another version wrote it"),
            ({"body": {"kind": "approval", "decision": -1}}, "not a ledger entry"),
            ({"more": 1}, "not a ledger entry"),
            ({"number": 2.0}, "in the form in which Evergreen writes it"),
            ({"number": "2"}, "in the form in which Evergreen writes it"),
        ],
    )
    def test_of_what_is_no_entry_raises(self, local: Store, change: dict[str, object], message: str) -> None:
        """An object that is not the entry of its key is refused, with the key in the message."""
        ledger = filled(local, "one")
        document = ledger.entry(1).model_dump(mode="json") | {"number": 2, "previous": ledger.state().head}
        local.put(ledger.key(2), canonical(document | change))
        with pytest.raises(Corrupt, match=message) as caught:
            fresh(local)
        assert ledger.key(2) in str(caught.value)


class TestAppend:
    """Entry n+1 has one writer, and says what the newest state calls for."""

    def test_chains_by_hash(self, store: Store) -> None:
        """Each entry holds the number and the hash of the one before."""
        ledger = filled(store, "one", "two", "three")
        entries = [entry for entry, _ in ledger.entries()]
        raw = [store.get(ledger.key(number)) for number in (1, 2, 3)]
        assert [entry.number for entry in entries] == [1, 2, 3]
        assert [entry.previous for entry in entries] == [None, *(digest(one[0]) for one in raw[:2] if one)]

    def test_asks_again_when_somebody_was_faster(self, store: Store) -> None:
        """A lost race is decided anew on the state that won; nothing is written over."""
        other, asked = Ledger(store, MODEL), list[int]()

        def overtaken(operation: str, key: str, _: bytes) -> None:
            if operation == "create" and key.endswith("1.json"):
                other.append(freeze("theirs"))

        def mine(state: State) -> ContractFrozen | None:
            asked.append(state.number)
            return freeze("mine")(state)

        state = Ledger(Meddled(store, before=overtaken), MODEL).append(mine)
        assert asked == [0, 1]
        assert (state.number, state.contract) == (2, sha("mine"))
        assert [entry.body.contract for entry, _ in other.entries()] == [sha("theirs"), sha("mine")]  # type: ignore[union-attr]

    def test_is_none_when_the_winner_said_the_same(self, local: Store) -> None:
        """When somebody else wrote what this call was about to, there is one entry."""
        other = Ledger(local, MODEL)

        def overtaken(operation: str, _key: str, _: bytes) -> None:
            if operation == "create":
                other.append(freeze("same"))

        assert Ledger(Meddled(local, before=overtaken), MODEL).append(freeze("same")).number == 1

    def test_is_refused_by_the_fence_at_each_retry(self, local: Store) -> None:
        """A condition that held on the first try, and not on the state that won, refuses."""
        other = Ledger(local, MODEL)

        def fenced(state: State) -> ContractFrozen:
            if state.number:
                raise Refused("too late")
            return ContractFrozen(contract=CONTRACT, text="first")

        def overtaken(operation: str, _key: str, _: bytes) -> None:
            if operation == "create":
                other.append(freeze("theirs"))

        with pytest.raises(Refused, match="too late"):
            Ledger(Meddled(local, before=overtaken), MODEL).append(fenced)
        assert fresh(local).number == 1

    def test_gives_up_after_many_lost_races(self, local: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        """A store on which others always win is a conflict to be tried later, not an endless loop."""
        monkeypatch.setattr(log_module, "_ATTEMPTS", 3)

        def lost(operation: str, key: str, _: bytes) -> None:
            if operation == "create":
                raise Precondition(key)

        with pytest.raises(Conflict, match="3 others were faster"):
            Ledger(Meddled(local, before=lost), MODEL).append(freeze("never"))
        assert fresh(local) == State()

    def test_whose_answer_was_lost_is_done_once(self, store: Store) -> None:
        """The entry was written and the answer lost: the same call again finds it there."""

        def lost(operation: str, key: str, _: bytes) -> None:
            if operation == "create":
                raise StoreUnavailable(f"{key}: no answer")

        ledger = Ledger(Meddled(store, after=lost), MODEL)
        with pytest.raises(StoreUnavailable):
            ledger.append(freeze("one"))
        assert ledger.append(freeze("one")).number == 1
        assert frozen(store, sha("two")).state().number == 2

    @pytest.mark.parametrize("operation", ["create", "get"])
    def test_that_may_be_in_says_so(self, local: Store, operation: str) -> None:
        """Once it was sent, nobody is told to do it again without a look: a rollback undoes the last."""
        sent: list[str] = []

        def lost(done: str, key: str, _: bytes) -> None:
            sent.extend([key] if done == "create" else [])
            if sent and done == operation:
                raise StoreUnavailable(f"{key}: no answer")

        with pytest.raises(
            StoreUnavailable, match=r"no answer. Entry 1 \(contract\) may be in .*`evergreen history`"
        ):
            Ledger(Meddled(local, after=lost), MODEL).append(freeze("one"))
        assert fresh(local).number == 1

    def test_that_was_not_written_leaves_nothing(self, local: Store) -> None:
        """A store that fails before it writes leaves the log as it was."""

        def down(operation: str, key: str, _: bytes) -> None:
            if operation == "create":
                raise StoreUnavailable(f"{key}: down")

        with pytest.raises(StoreUnavailable):
            Ledger(Meddled(local, before=down), MODEL).append(freeze("one"))
        assert fresh(local) == State()

    def test_stands_though_the_pointer_cannot_be_renewed(self, local: Store) -> None:
        """The entry is the commit: a pointer that fails after it takes nothing back."""

        def down(operation: str, key: str, _: bytes) -> None:
            if operation == "put":
                raise StoreUnavailable(f"{key}: down")

        assert Ledger(Meddled(local, before=down), MODEL).append(freeze("one")).number == 1
        assert fresh(local).contract == sha("one")

    def test_never_writes_what_does_not_follow(self, local: Store) -> None:
        """A body that the fold refuses is refused before it is an entry for ever."""
        ledger = filled(local, "one")
        coup = RolledBack(to=1, registered=1, candidate=sha("nobody"), before=1, reason="a coup")
        with pytest.raises(Corrupt, match="the champion was None"):
            ledger.append(lambda _: coup)
        assert fresh(local).number == 1
