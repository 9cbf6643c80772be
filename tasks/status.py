"""Where a model stands: its store, its batches, its champion and its last decision."""

from rich.table import Table

from tasks.corrections import Correction, corrections, in_force
from tasks.documents import Document
from tasks.intake import incoming_place, incoming_prefix, read_catalogue
from tasks.intake.delimited import terms
from tasks.intake.names import placed
from tasks.ledger import Champion, Ledger
from tasks.ledger.state import Hold, LastDecision
from tasks.ledger.waiting import held_words, waiting_words
from tasks.validate import rules_hash
from tasks.workspace import Workspace

_FEW = 5


class Status(Document):
    """`waiting` are incoming objects that no run has judged; `blocked` gives the reason by period.

    Of those, `taken_in` are batches already: a run ended before it accepted them, rules have changed since,
    or only steps by hand (`dvc repro`, `promote`) have used them so far.
    `incoming` is where producers put them, `misnamed` what lies there under a name that gives no period.
    `quarantined` and `warnings` are what the last run that accepted a batch told of it, by period.
    `hold` is the one in force, and `promotion_waits` says which decision to promote waits for what.
    `corrected` are periods of which champion or last decision saw another revision than the one in use.
    """

    schema_version: int = 1
    model: str
    store: str
    incoming: str
    rehearsal: bool
    entries: int
    accepted: tuple[str, ...]
    blocked: dict[str, str]
    quarantined: dict[str, str]
    warnings: dict[str, str]
    waiting: tuple[str, ...]
    taken_in: tuple[str, ...]
    misnamed: tuple[str, ...]
    corrected: tuple[Correction, ...]
    champion: Champion | None
    decision: LastDecision | None
    hold: Hold | None
    promotion_waits: str | None
    contract_in_force: str | None
    contract_in_params: str


def status(home: Workspace, ledger: Ledger) -> Status:
    """Read it all; changes nothing."""
    params = home.params
    catalogue = read_catalogue(ledger.store, ledger.model)
    rules = rules_hash(params)
    incoming, misnamed = placed(
        list(ledger.store.list(incoming_prefix(params.model))), params.intake.calendar
    )
    state = ledger.state()
    objects = (one for _, one in incoming)
    waiting = {one.key for one in catalogue.unhandled(objects, terms(params.validation))}
    taken_in = {one.source for one in catalogue.pending(rules)} - waiting
    newest = {one.period: one for one in catalogue.revisions}
    good = [one for one in catalogue.usable(rules) if one.status == "accepted"]
    notes = {one.period: one.note for one in good if one.note}
    released = {one.period for one in good if one.release_under(rules)}
    return Status(
        model=params.model,
        store=ledger.store.url,
        incoming=incoming_place(ledger.store, params.model),
        rehearsal=ledger.store.rehearsal,
        entries=state.number,
        accepted=tuple(one.period for one in good),
        blocked={period: str(one.reason) for period, one in newest.items() if one.status == "blocked"},
        quarantined={
            period: note.quarantined
            for period, note in notes.items()
            if note.quarantined and period not in released
        },
        warnings={period: note.warning for period, note in notes.items() if note.warning},
        waiting=tuple(sorted(waiting | taken_in)),
        taken_in=tuple(sorted(taken_in)),
        misnamed=misnamed,
        corrected=corrections(ledger, catalogue.usable(rules), in_force(state)) if catalogue.corrects else (),
        champion=state.champion,
        decision=state.decision,
        hold=state.hold,
        promotion_waits=waiting_words(state),
        contract_in_force=state.contract,
        contract_in_params=params.contract.hash,
    )


def status_text(found: Status) -> Table:
    """As a person reads it."""
    table = Table(show_header=False, box=None)
    table.add_row("model", found.model)
    table.add_row("store", found.store + (" (rehearsal)" if found.rehearsal else ""))
    table.add_row("incoming", found.incoming)
    table.add_row("batches", f"{len(found.accepted)} accepted{_span(found.accepted)}")
    for reason in found.blocked.values():
        table.add_row("blocked", reason, style="red")
    for kind, told in (("quarantine", found.quarantined), ("warning", found.warnings)):
        for said in told.values():
            table.add_row(kind, said, style="yellow")
    for one in found.corrected:
        table.add_row("corrected", one.words, style="yellow")
    table.add_row(
        "waiting", ", ".join(one for one in found.waiting if one not in found.taken_in) or "nothing"
    )
    if found.taken_in:
        table.add_row("taken in", f"{', '.join(found.taken_in)}: not accepted by a run yet")
    if found.misnamed:
        table.add_row("misnamed", _misnamed(found), style="yellow")
    champion = found.champion
    table.add_row(
        "champion", f"{champion.candidate[:12]} since entry {champion.number}" if champion else "none yet"
    )
    last = found.decision
    table.add_row("last decision", f"{last.verdict} (entry {last.number})" if last else "none yet")
    for loud in (held_words(found.hold) if found.hold else None, found.promotion_waits):
        if loud:
            table.add_row("promotion", loud, style="bold white on red")
    changed = found.contract_in_force not in (None, found.contract_in_params)
    table.add_row(
        "contract", found.contract_in_params[:12] + (" (changed; frozen at the next run)" if changed else "")
    )
    return table


def _misnamed(found: Status) -> str:
    names = [one.removeprefix(incoming_prefix(found.model)) for one in found.misnamed]
    more = f" and {len(names) - _FEW:,} more" if len(names) > _FEW else ""
    return (
        f"{', '.join(names[:_FEW])}{more}: left alone; a name is a period (2013-04, 2013-W15 for "
        "weeks, 2013-04-30 for days) and .parquet, .csv or .csv.gz"
    )


def _span(periods: tuple[str, ...]) -> str:
    return f", {periods[0]} to {periods[-1]}" if periods else ""
