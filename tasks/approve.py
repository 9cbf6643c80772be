"""approve and reject: what a person says to a decision that waits (`contract.promote` in params.yaml).

An approval is fenced on champion, hold and contract, and so is the promotion that follows it. Doing
it again after a crash finishes the promotion and repeats nothing.
"""

from pathlib import Path

from tasks.documents import Document
from tasks.errors import BadInput, Refused
from tasks.intake import read_catalogue
from tasks.ledger import Approved, Body, Decided, Ledger, Rejected, State
from tasks.ledger.artifacts import artifacts_of, fetch_artifact
from tasks.ledger.office import promotion_of
from tasks.ledger.reason import reason_of
from tasks.ledger.waiting import held_words, stale_words, waiting_words
from tasks.opening import open_ledger
from tasks.promote import finish
from tasks.validate import rules_hash
from tasks.version import Dataset
from tasks.workspace import Workspace


class Approval(Document):
    """The entries of an approval and of its promotion; `written` is false if an earlier approval stood.

    `promotion` is None if a hold came between the two: the approval has lapsed.
    """

    schema_version: int = 1
    decision: int
    approval: int
    written: bool
    promotion: int | None
    promotion_waits: str | None


class Rejection(Document):
    """The entry of a rejection."""

    schema_version: int = 1
    decision: int
    rejection: int


def approve(ledger: Ledger, number: int, *, reason: str) -> Approval:
    """Agree to decision `number` and put its challenger in office.

    Raises `BadInput` if there is no such decision to promote, and `Refused` if it is too late, held,
    or needs no approval.
    """
    said, decided = reason_of(reason), _to_promote(ledger, number)
    asked: list[Body | None] = []

    def body(state: State) -> Body | None:
        asked.append(_approved(ledger, state, number, decided, said))
        return asked[-1]

    state = ledger.append(body)
    if state.pending is None or state.answer is None:
        raise Refused(f"decision {number} was not approved: {_late(ledger, state, number)}")
    after = finish(ledger, state.pending)
    in_office = after.champion is not None and after.champion.registered == decided.registered
    return Approval(
        decision=number,
        approval=state.answer.number,
        written=asked[-1] is not None,
        promotion=after.champion.number if after.champion and in_office else None,
        promotion_waits=waiting_words(after),
    )


def reject(ledger: Ledger, number: int, *, reason: str) -> Rejection:
    """Keep the challenger of decision `number` out of office; raises as `approve`."""
    said, decided = reason_of(reason), _to_promote(ledger, number)

    def body(state: State) -> Body:
        _must_be_open(ledger, state, number, "rejected")
        if state.answer is not None:
            by = state.answer.number
            raise Refused(f"decision {number} cannot be rejected: it was approved already, by entry {by}")
        return Rejected(decision=number, candidate=decided.candidate, reason=said)

    return Rejection(decision=number, rejection=ledger.append(body).number)


def approve_in(folder: Path, number: int, *, reason: str) -> Approval:
    """As `approve`, in a model folder; refused also if a batch of the decision was corrected since."""
    home, ledger = open_ledger(folder)
    if corrected := _corrected(home, ledger, _to_promote(ledger, number)):
        raise Refused(
            f"decision {number} cannot be approved: it was made from batches that have changed since: "
            f"{', '.join(corrected)}"
        )
    return approve(ledger, number, reason=reason)


def _corrected(home: Workspace, ledger: Ledger, decided: Decided) -> list[str]:
    """Periods whose batch is another, or none, since the decision: as far as runs have taken them in."""
    named = artifacts_of(ledger.entry(decided.registered))
    if home.dataset.name not in named:
        return []
    data = fetch_artifact(ledger.store, ledger.model, named[home.dataset.name])
    usable = read_catalogue(ledger.store, ledger.model).usable(rules_hash(home.params))
    today = {one.period: one.sha256 for one in usable}
    batches = Dataset.parse(data, f"entry {decided.registered}").batches
    return [one.period for one in batches if today.get(one.period) != one.sha256]


def _approved(ledger: Ledger, state: State, number: int, decided: Decided, reason: str) -> Body | None:
    _must_be_open(ledger, state, number, "approved")
    if state.hold is not None:
        raise Refused(f"decision {number} cannot be approved: {held_words(state.hold)}")
    if state.answer is not None:
        return None
    if state.approval is None:
        raise Refused(
            f"decision {number} needs no approval: its contract promotes by itself, and the next "
            "`evergreen run` finishes it if nothing has changed by then"
        )
    return Approved(
        decision=number,
        candidate=decided.candidate,
        before=decided.champion,
        contract=decided.contract,
        reason=reason,
    )


def _late(ledger: Ledger, state: State, number: int) -> str | None:
    return stale_words(state, number, promotion_of(state, number, ledger))


def _must_be_open(ledger: Ledger, state: State, number: int, verb: str) -> None:
    if late := _late(ledger, state, number):
        raise Refused(f"decision {number} cannot be {verb}: {late}")


def _to_promote(ledger: Ledger, number: int) -> Decided:
    """Decision `number`, if it is one to promote."""
    last = ledger.state().number
    if not 1 <= number <= last:
        raise BadInput(f"expected a decision's entry, up to {last}, found {number}; see `evergreen history`")
    body = ledger.entry(number).body
    if not isinstance(body, Decided):
        raise BadInput(f"entry {number} is no decision ({body.kind}); see `evergreen history`")
    if body.drill or body.verdict != "promote":
        what = "a drill" if body.drill else f"to {body.verdict}" if body.verdict == "keep" else "undecided"
        raise BadInput(f"decision {number} is {what}: there is no promotion to agree to")
    return body
