"""A model's decisions one after another: what each gate said, and the lead that it was about. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from tasks.decide.decision import Decision
from tasks.evaluate.evidence import Interval
from tasks.past import Judged, Returned
from tasks.periods import spanned
from tasks.report.axis import Axis, Bar, Tick, bar, spanning_most
from tasks.report.gates import Lead, lead_of
from tasks.report.tally import Cell, Tally
from tasks.report.wording import Scale, confidence, counted, metric_name, scale_of, with_interval


@dataclass(frozen=True)
class LeadView:
    """The lead over the champion as judged, and as if rows were independent; what it had to exceed.

    Where there is no interval, `unseen` says why. Places are set by `drawn_on`.
    """

    lead: Lead
    scale: Scale
    usual: bool
    level: str = ""
    judged_words: str = ""
    independent_words: str = ""
    judged: Bar | None = None
    independent: Bar | None = None
    required: float | None = None

    @property
    def intervals(self) -> tuple[Interval | None, Interval | None]:
        """As judged, and as if every row were independent."""
        if self.lead.unseen:
            return None, None
        return self.lead.clause.interval, self.lead.part.independent if self.lead.part else None

    def drawn_on(self, axis: Axis) -> "LeadView":
        """The same with its places, in per cent."""
        judged, independent = (bar(one, axis) for one in self.intervals)
        required = self.lead.clause.required
        place = axis.at(required) if axis.holds(required) else None
        return replace(self, judged=judged, independent=independent, required=place)


@dataclass(frozen=True)
class Row:
    """A decision (or a rollback: `aside` says to what); `unseen` says why there is no lead to draw."""

    number: int
    title: str
    link: str = ""
    aside: str = ""
    drill: bool = False
    basis: str = ""
    in_the_way: str = ""
    unseen: str = ""
    cells: tuple[Cell, ...] = ()
    view: LeadView | None = None


@dataclass(frozen=True)
class Table:
    """Rows whose leads are in one unit, on one axis."""

    title: str
    rows: tuple[Row, ...]
    zero: float
    ticks: tuple[Tick, ...]


def timeline(past: Sequence[Judged | Returned], tally: Tally, links: Mapping[int, str]) -> tuple[Table, ...]:
    """The rows in the ledger's order, counted; a new table where the lead's metric or unit changes."""
    rows = [_row(one, tally, links.get(one.number, "")) for one in past]
    titles = [_title(row.view) for row in rows]
    last = next((title for title in titles if title), "")
    for place, title in enumerate(titles):
        titles[place] = last = title or last
    runs = groupby(range(len(rows)), key=lambda place: titles[place])
    return tuple(_table(title, [rows[place] for place in places]) for title, places in runs)


def _row(one: Judged | Returned, tally: Tally, link: str) -> Row:
    if isinstance(one, Returned):
        return Row(one.number, "Rollback", aside=f"to the champion of entry {one.body.to}: {one.body.reason}")
    row = Row(one.number, spanned(one.periods), link, drill=one.body.drill, cells=tally.cells(one))
    if one.decision is None or one.evidence is None:
        return replace(row, unseen=f"cannot be read: {one.unread}")
    row = replace(row, in_the_way=_in_the_way(one.decision))
    basis = f"{counted(one.decision.rows, 'row')} in {counted(one.decision.clusters, 'cluster')}"
    lead = lead_of(one.decision, one.evidence)
    if lead is None:
        return replace(row, basis=basis, unseen="no clause of its contract asks about the champion")
    scale = scale_of(lead.clause.unit, one.evidence.currency)
    view = LeadView(lead, scale, usual=one.decision.champion is not None and not one.body.drill)
    judged, independent = view.intervals
    if one.decision.champion is None:
        basis += f"; the lead is over {lead.clause.against}"
    if lead.unseen or judged is None:
        return replace(row, basis=basis, view=view, unseen=lead.unseen)
    view = replace(
        view,
        level=confidence(judged.level),
        judged_words=with_interval(judged, scale),
        independent_words="" if independent is None else with_interval(independent, scale),
    )
    return replace(row, basis=basis, view=view)


def _in_the_way(decision: Decision) -> str:
    """The clauses that a challenger did not pass, and how they ended."""
    ended = {clause.name: clause.verdict for clause in decision.clauses}
    return ", ".join(f"{name} ({ended.get(name, 'not met')})" for name in decision.but_for)


def _title(view: LeadView | None) -> str:
    return (
        f"Lead over the champion in {metric_name(view.lead.clause.metric)}, {view.scale.unit}" if view else ""
    )


def _table(title: str, rows: list[Row]) -> Table:
    """Drills, and the first model's lead over the base rate, are far off, and do not set the axis."""
    views = [row.view for row in rows if row.view]
    usual = [view for view in views if view.usual and view.intervals[0]] or views
    held = [one for view in usual for one in view.intervals if one is not None]
    axis = spanning_most(held, *(view.lead.clause.required for view in usual))
    drawn = tuple(replace(row, view=row.view and row.view.drawn_on(axis)) for row in rows)
    return Table(title, drawn, axis.at(0), axis.ticks(sign=True))
