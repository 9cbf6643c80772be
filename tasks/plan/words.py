"""A plan as a person reads it on a terminal."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tasks.decide.needed import MIN_OPPOSING
from tasks.periods import spanned
from tasks.plan.document import Assumed, ClausePlan, Plan


def plan_text(plan: Plan, period: str, currency: str) -> RenderableType:
    """What is assumed, said loudly; then, for each clause, a row for each size of holdout and each gain."""
    lines = [] if plan.assumed is None else [_assumed_text(plan, plan.assumed, period)]
    told = [*_sentences(plan, period), *_never(plan, currency), *_later(plan)]
    return Group(*lines, _table(plan, period, currency), *told)


def _assumed_text(plan: Plan, assumed: Assumed, period: str) -> Text:
    text = Text("ASSUMED, NOT MEASURED", style="bold yellow")
    text.append(
        f": that log odds of champion and challenger differ by {assumed.differ:g} (root mean square; "
        f"--differ), and that leads of one cluster are as alike as its labels (correlation "
        f"{assumed.correlation:.2g}, which makes the variance {assumed.design_effect:,.1f} times as large). "
        "The first decision whose numbers are open replaces both by what it measures.\n",
        style="",
    )
    batches = len(assumed.periods)
    span = assumed.periods[0] if batches == 1 else f"{assumed.periods[0]} to {assumed.periods[-1]}"
    text.append(
        f"Counted in {batches} {period}{'s' if batches > 1 else ''} ({span}): {assumed.rows / batches:,.0f} "
        f"labelled rows and {assumed.clusters / batches:,.0f} clusters a {period}, {assumed.rate:.2%} with "
        f"label 1; the base rate has a log loss of {assumed.base_loss:.3f}, and power is {plan.power:.0%}.\n",
        style="",
    )
    return text


def _table(plan: Plan, period: str, currency: str) -> Table:
    seen = None
    if plan.decision is not None:
        seen = f"decision {plan.decision}, holdout {spanned(plan.holdout)}; power {plan.power:.0%}"
    whose = "of the incumbent's" if plan.assumed is None else "of the base rate's"
    table = Table("clause", "against", "holdout", "smallest lead it shows", whose, title=seen)
    for clause in plan.clauses:
        _rows(table, clause, period, clause.unit.replace("money", currency))
        table.add_section()
    return table


def _rows(table: Table, clause: ClausePlan, period: str, unit: str) -> None:
    for one in clause.detectable:
        share = "" if one.share is None else f"{one.share:.2%}"
        lead = "none: too few clusters" if one.lead is None else f"{one.lead:.4g} {unit}"
        table.add_row(clause.clause, clause.against, _several(one.batches, period), lead, share)
    for gain in clause.gains:
        table.add_row(
            clause.clause,
            clause.against,
            _several(gain.batches, period),
            f"{gain.lead:.4g} {unit}",
            f"a gain of {gain.share:.2%}",
        )


def _sentences(plan: Plan, period: str) -> list[Text]:
    if plan.assumed is None:
        return [
            Text(
                f"{clause.clause}: what speaks against a lead was seen in {clause.opposing_clusters:.1f} "
                f"clusters in effect, and to pass takes {MIN_OPPOSING}. From so few it is hard to foresee "
                "how many batches show them: the next decision may ask for far fewer."
            )
            for clause in plan.clauses
            if clause.opposing_clusters is not None and clause.opposing_clusters < MIN_OPPOSING
        ]
    return [
        Text(
            f"With your traffic a gain of {gain.share:.2%} is detectable after "
            f"{_several(gain.batches, period)} ({clause.clause})."
        )
        for clause in plan.clauses
        for gain in clause.gains[:1]
    ]


def _never(plan: Plan, currency: str) -> list[Text]:
    return [
        Text(
            f"{clause.clause} asks for a lead of more than {clause.required:.4g} "
            f"{clause.unit.replace('money', currency)}: a gain of "
            f"{', '.join(f'{one:.2%}' for one in clause.never)} is not more, and no number of "
            "batches shows it."
        )
        for clause in plan.clauses
        if clause.never
    ]


def _later(plan: Plan) -> list[Text]:
    return [Text(f"{one.clause}: {one.why}.") for one in plan.later]


def _several(batches: int | None, period: str) -> str:
    if batches is None:
        return f"more than 1,000 {period}s"
    return f"{batches:,} {period}{'' if batches == 1 else 's'}"
