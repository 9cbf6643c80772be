"""Logs of a ledger without a store: entries from their bodies, and short ways to say each body."""

from typing import Any, Literal

from ledgers import MODEL, sha

from tasks.documents import digest
from tasks.ledger import (
    Abandoned,
    Approved,
    ArtifactRef,
    Body,
    Champion,
    ContractFrozen,
    Decided,
    Entry,
    Looked,
    Promoted,
    Registered,
    Rejected,
    RolledBack,
    State,
)
from tasks.ledger.fold import fold
from tasks.ledger.past import InMemory
from tasks.ledger.state import LastDecision

Log = list[tuple[Entry, str]]


def entry(state: State, body: Body) -> tuple[Entry, str]:
    """The entry that `body` is after `state`, with its hash."""
    one = Entry(
        number=state.number + 1,
        model=MODEL,
        previous=state.head,
        transaction=f"{state.number + 1:032x}",
        time="2024-01-01T00:00:00+00:00",
        actor="test",
        code="0",
        body=body,
    )
    return one, digest(one.to_bytes())


def log_of(*bodies: Body) -> Log:
    """A log of these bodies."""
    log: Log = []
    for body in bodies:
        log.append(entry(fold(log), body))
    return log


def folded(*bodies: Body) -> State:
    return fold(log_of(*bodies))


def contract(name: str = "one", approval: Literal["required"] | None = None) -> ContractFrozen:
    return ContractFrozen(contract=sha(name), text=name, approval=approval)


def look(name: str = "a", period: str = "2024-01", *, drill: bool = False) -> Looked:
    return Looked(
        look=sha(f"look {name} {period}"),
        periods=(period,),
        challenger=sha(name),
        champion=None,
        contract=sha("one"),
        drill=drill,
    )


def registered(name: str = "a", after: int | None = None) -> Registered:
    named = {"model.ubj": ArtifactRef(sha256=sha(name), size=1, after=after)}
    return Registered(candidate=sha(name), artifacts=named)


def abandoned(at: int = 2, candidate: str = sha("a")) -> Abandoned:
    return Abandoned(registered=at, candidate=candidate, reason="its run died")


def decided(name: str = "a", at: int = 2, **changed: Any) -> Decided:
    plain: dict[str, Any] = {
        "decision": sha(f"decision {name}"),
        "verdict": "promote",
        "headline": "so it is",
        "look": sha(f"look {name} 2024-01"),
        "candidate": sha(name),
        "registered": at,
        "champion": None,
        "contract": sha("one"),
        "inputs": sha("inputs"),
        "drill": False,
    }
    return Decided(**{**plain, **changed})


def promoted(last: LastDecision) -> Promoted:
    return Promoted(
        decision=last.number,
        registered=last.registered,
        candidate=last.candidate,
        before=last.champion,
        contract=last.contract,
    )


def approved(state: State) -> Approved:
    last = state.pending
    assert last is not None
    return Approved(
        decision=last.number,
        candidate=last.candidate,
        before=last.champion,
        contract=last.contract,
        reason="agreed",
    )


def rejected(state: State) -> Rejected:
    last = state.pending
    assert last is not None
    return Rejected(decision=last.number, candidate=last.candidate, reason="too risky")


def rolled_back(state: State, to: Champion) -> RolledBack:
    assert state.champion is not None
    return RolledBack(
        to=to.number,
        registered=to.registered,
        candidate=to.candidate,
        before=state.champion.number,
        reason="a test",
    )


def reign(name: str, state: State) -> list[Body]:
    """The bodies that make `name` champion after `state`."""
    champion = state.champion.number if state.champion else None
    decision = decided(name, state.number + 1, champion=champion)
    last = LastDecision(
        number=state.number + 2, **decision.model_dump(include=set(LastDecision.model_fields) - {"number"})
    )
    return [registered(name), decision, promoted(last)]


def past_of(log: Log) -> InMemory:
    """What a reader of the log can ask it."""
    return InMemory({one.number: one for one, _ in log})
