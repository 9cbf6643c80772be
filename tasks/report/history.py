"""A model's past as one page: what Evergreen decided, beside what other gates would have done. Pure."""

from collections.abc import Mapping, Sequence

from tasks.past import Judged, Returned
from tasks.report.environment import environment
from tasks.report.summary import MARKS
from tasks.report.tally import Tally
from tasks.report.terms import Terms
from tasks.report.timeline import timeline


def render_history(
    model: str, past: Sequence[Judged | Returned], links: Mapping[int, str] | None = None
) -> str:
    """The page as HTML; `links` are the addresses of decisions' own pages, by entry."""
    tally = Tally()
    tables = timeline(past, tally, links or {})
    periods = sorted(period for one in past if isinstance(one, Judged) for period in one.periods)
    judged = [one.decision for one in past if isinstance(one, Judged) and one.decision is not None]
    clauses = {clause.name for one in judged for clause in one.clauses}
    context = {
        "model": model,
        "span": f"{periods[0]} to {periods[-1]}" if periods else "nothing was decided yet",
        "tables": tables,
        "tally": tally,
        "marks": MARKS,
        "terms": Terms(own={model, *clauses}),
    }
    return environment().get_template("history.html.j2").render(context).strip() + "\n"
