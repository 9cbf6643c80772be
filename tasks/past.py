"""What a model's ledger tells of its past: each decision with what it rests on, and each rollback."""

from dataclasses import dataclass

from tasks.decide.decision import Decision
from tasks.errors import Corrupt
from tasks.evaluate.findings import Evidence
from tasks.ledger import Body, Decided, Ledger, Looked, Promoted, Registered, RolledBack
from tasks.ledger.artifacts import fetch_artifact
from tasks.ledger.looks import retired
from tasks.unsealed import unsealed


@dataclass(frozen=True)
class Judged:
    """A decision by its entry, the holdout, the entry that promoted it if any, and its documents.

    Where a document cannot be read, `unread` says why and both are None.
    """

    number: int
    body: Decided
    periods: tuple[str, ...]
    promotion: int | None
    decision: Decision | None
    evidence: Evidence | None
    unread: str = ""


@dataclass(frozen=True)
class Returned:
    """A rollback by its entry."""

    number: int
    body: RolledBack


def read_past(ledger: Ledger) -> tuple[Judged | Returned, ...]:
    """Decisions and rollbacks in the ledger's order, every document verified by its hash.

    A sealed decision is opened if its holdout has retired. A document that is missing, damaged or of
    another version takes only its own decision with it.
    """
    bodies = {entry.number: entry.body for entry, _ in ledger.entries()}
    periods = {body.look: body.periods for body in bodies.values() if isinstance(body, Looked)}
    promotions = {body.decision: number for number, body in bodies.items() if isinstance(body, Promoted)}
    past: list[Judged | Returned] = []
    for number, body in bodies.items():
        if isinstance(body, RolledBack):
            past.append(Returned(number, body))
        if isinstance(body, Decided):
            documents = _documents(ledger, number, bodies.get(body.registered))
            past.append(Judged(number, body, periods.get(body.look, ()), promotions.get(number), *documents))
    return tuple(past)


def _documents(
    ledger: Ledger, number: int, registration: Body | None
) -> tuple[Decision | None, Evidence | None, str]:
    """The decision and its evidence, or why they cannot be read."""
    named = registration.artifacts if isinstance(registration, Registered) else {}

    def fetched(name: str) -> bytes:
        if name not in named:
            raise Corrupt(f"entry {number}: no {name} was registered")
        return fetch_artifact(ledger.store, ledger.model, named[name])

    try:
        decision = Decision.parse(fetched("decision.json"), f"entry {number}")
        if decision.sealed and retired(ledger.state(), decision.holdout):
            decision, _ = unsealed(ledger, named, decision)
        return decision, Evidence.parse(fetched("evidence.json"), f"entry {number}"), ""
    except Corrupt as error:
        return None, None, str(error)
