"""In which share of the rows the label lay where each model said that it may, in a line each. Pure."""

from tasks.evaluate.findings import Evidence, Held
from tasks.objectives import OBJECTIVES
from tasks.report.wording import Scale, number, share, with_interval

_PERCENT = Scale("%", 1, 100.0)


def held_lines(evidence: Evidence) -> tuple[tuple[str, str], ...]:
    """Challenger and champion, each with where the label was to lie and how often it did."""
    line = _below if OBJECTIVES[evidence.objective].quantile else _around
    return tuple(
        (name, line(evidence.held[name])) for name in ("challenger", "champion") if name in evidence.held
    )


def _around(found: Held) -> str:
    if found.half_width is None:
        return f"every label is possible, for want of selection rows: held in {_came(found)}"
    return f"each prediction ± {number(found.half_width)} units of the label held it in {_came(found)}"


def _below(found: Held) -> str:
    return f"the label did not exceed the answer in {_came(found)}"


def _came(found: Held) -> str:
    came = with_interval(found.share, _PERCENT, sign=False)
    return f"{came} % of the rows; {share(found.aimed)} was aimed at"
