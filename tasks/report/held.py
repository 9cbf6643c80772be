"""In which share of the rows the label lay where each model said that it may, in a line each. Pure."""

from tasks.evaluate.findings import Evidence, Held
from tasks.report.wording import Scale, number, share, with_interval

_PERCENT = Scale("%", 1, 100.0)


def held_lines(evidence: Evidence) -> tuple[tuple[str, str], ...]:
    """Challenger and champion, each with what its intervals were and how often they held the label."""
    return tuple(
        (name, _line(evidence.held[name])) for name in ("challenger", "champion") if name in evidence.held
    )


def _line(found: Held) -> str:
    came = (
        f"{with_interval(found.share, _PERCENT, sign=False)} % of the rows; {share(found.aimed)} was aimed at"
    )
    if found.half_width is None:
        return f"every label is possible, for want of selection rows: held in {came}"
    return f"each prediction ± {number(found.half_width)} units of the label held it in {came}"
