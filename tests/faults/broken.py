"""The protocol, broken on purpose in one way each. The judges have to find every one of them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from faults.memory import MemoryStore
from ledgers import MODEL
from logs import promoted

from tasks.documents import digest
from tasks.errors import StoreUnavailable
from tasks.ledger import Body, Ledger, State
from tasks.ledger.artifacts import reference, upload_artifact
from tasks.ledger.caches import Caches
from tasks.ledger.state import LastDecision
from tasks.promote import Promotion, promote, rollback
from tasks.store import Precondition
from tasks.workspace import Workspace

_FENCES = ("_must_follow", "_must_be_decided", "_must_have_reigned")


@contextmanager
def _without_fences(where: str, value: Any) -> Iterator[None]:
    """Patched at `where`, and the fold lets pass what does not follow: it is a second fence."""
    with ExitStack() as stack:
        for name in _FENCES:
            stack.enter_context(patch(f"tasks.ledger.fold.{name}", lambda *_, **__: None))
        stack.enter_context(patch(where, value))
        yield


def no_condition_on_create() -> AbstractContextManager[None]:
    """An entry is written over whatever has its number."""

    def created(ledger: Ledger, key: str, data: bytes) -> bool:
        ledger.store.put(key, data)
        return True

    return patch.object(Ledger, "_created", created)


def a_refusal_taken_for_ones_own_success() -> AbstractContextManager[None]:
    """412: that must have been my own first attempt."""

    def created(ledger: Ledger, key: str, data: bytes) -> bool:
        try:
            ledger.store.create(key, data)
        except Precondition:
            return True
        return True

    return patch.object(Ledger, "_created", created)


def a_refusal_taken_at_its_word() -> AbstractContextManager[None]:
    """412: that must have been somebody else, though the bytes there are one's own."""

    def create(store: MemoryStore, key: str, data: bytes) -> str:
        if key in store.objects:
            raise Precondition(key)
        return store.put(key, data)

    return patch.object(MemoryStore, "create", create)


def a_blind_retry() -> AbstractContextManager[None]:
    """After a lost race the same body at the next number, without asking whether it still holds."""

    def append(ledger: Ledger, decide: Callable[[State], Body | None]) -> State:
        state = ledger.state()
        body = decide(state)
        while body is not None:
            entry = ledger._next(state, body)
            if ledger._created(ledger.key(entry.number), entry.to_bytes()):
                state = ledger._known = ledger._advanced(state, entry, digest(entry.to_bytes()))
                ledger.caches.renew(state)
                return state
            state = ledger.state()
        return state

    return _without_fences("tasks.ledger.log.Ledger.append", append)


def the_pointer_as_truth() -> AbstractContextManager[None]:
    """Who knows nothing yet believes the pointer, and does not look for a later entry."""
    strong = Ledger.state

    def state(ledger: Ledger) -> State:
        if ledger._known is None:
            ledger._known = ledger.caches.told(ledger.caches.pointer_key) or State()
            return ledger._known
        return strong(ledger)

    return patch.object(Ledger, "state", state)


@contextmanager
def the_entry_before_its_artifacts() -> Iterator[None]:
    """Promoted first, uploaded then."""

    def hasty(workspace: Workspace, ledger: Ledger, inputs: str) -> Promotion:
        done = promote(workspace, ledger, inputs)
        for _, path in workspace.artifacts():
            upload_artifact(ledger.store, ledger.model, path, reference(path))
        return done

    with (
        patch("faults.clients.promote", hasty),
        patch("tasks.promote.upload_artifact"),
        patch("tasks.promote.verify_artifacts"),
    ):
        yield


def no_fence_on_the_champion() -> AbstractContextManager[None]:
    """A challenger takes office over whoever is champion by then."""

    def finish(ledger: Ledger, pending: LastDecision) -> State:
        def body(state: State) -> Body | None:
            if state.hold is not None:
                return None
            champion = state.champion.number if state.champion else None
            return promoted(pending).model_copy(update={"before": champion})

        return ledger.append(body)

    return _without_fences("tasks.promote.finish", finish)


def a_hold_that_is_not_asked_for() -> AbstractContextManager[None]:
    """Promotions go on while they are held."""
    return patch.object(State, "waits_for", None)


def a_lost_answer_taken_for_a_lost_write() -> AbstractContextManager[None]:
    """No answer, so once more: a rollback that is done twice is undone."""

    def again(ledger: Ledger, *, reason: str) -> State:
        try:
            return rollback(ledger, reason=reason)
        except StoreUnavailable:
            return rollback(Ledger(ledger.store, ledger.model), reason=reason)

    return patch("faults.clients.rollback", again)


def an_entry_corrected_in_place() -> AbstractContextManager[None]:
    """An entry that was written is written again with other words, and no reader follows the chain."""
    correct = Caches.renew

    def renew(caches: Caches, state: State) -> None:
        ledger = Ledger(caches.store, MODEL)
        before = ledger.entry(state.number - 1).model_copy(update={"actor": "the right one"})
        ledger.store.put(ledger.key(before.number), before.to_bytes())
        correct(caches, state)

    return patch.object(Caches, "renew", renew)


BROKEN: dict[Callable[[], AbstractContextManager[Any]], int] = {
    no_condition_on_create: 0,
    a_refusal_taken_for_ones_own_success: 0,
    a_refusal_taken_at_its_word: 33,
    a_blind_retry: 25,
    the_pointer_as_truth: 5,
    the_entry_before_its_artifacts: 0,
    no_fence_on_the_champion: 3,
    a_hold_that_is_not_asked_for: 0,
    a_lost_answer_taken_for_a_lost_write: 42,
    an_entry_corrected_in_place: 0,
}
"""Each with a seed whose history shows it."""
