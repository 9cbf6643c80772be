"""What validation found in each batch, as one page: what blocked, where, and what is asked. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from tasks.intake import Revision
from tasks.report.environment import environment
from tasks.report.terms import Terms
from tasks.report.wording import counted, share
from tasks.validate.result import BatchReport, Failure

_HEAT = (0.0, 0.001, 0.01, 0.1)
"""From which share of a batch's rows a square is one shade darker."""


@dataclass(frozen=True)
class Square:
    """One column in one batch: 0 (no rule broken) to 4 (many rows, or the whole file)."""

    shade: int
    said: str
    title: str


@dataclass(frozen=True)
class Judged:
    """A batch's newest revision, and its report under the present rules if there is one."""

    revision: Revision
    report: BatchReport | None

    @property
    def verdict(self) -> str:
        """In a word or two."""
        if self.report is None:
            return "not checked under these rules"
        if not self.report.passed:
            return "blocked"
        aside = self.report.quarantine
        kept = f", {counted(aside.rows, 'row')} kept aside" if aside is not None else ""
        warned = f", {counted(len(self.report.warnings), 'warning')}" if self.report.warnings else ""
        return f"good{kept}{warned}"

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The rules that it breaks."""
        return self.report.failures if self.report is not None else ()


def render_validation(
    model: str, rules: str, batches: Sequence[Judged], asked: Sequence[tuple[str, str]], left_out: int = 0
) -> str:
    """The page as HTML, with every text from outside escaped.

    `asked` are the expectations as (column, words); `left_out` says how many older batches are not shown.
    """
    context = {
        "model": model,
        "rules": rules,
        "batches": batches,
        "blocked": [one for one in batches if one.failures],
        "rows": heat_map(batches),
        "asked": asked,
        "left_out": left_out,
        "terms": Terms(),
    }
    return environment().get_template("validation.html.j2").render(context).strip() + "\n"


def heat_map(batches: Sequence[Judged]) -> tuple[tuple[str, tuple[Square, ...]], ...]:
    """Each column that broke a rule, with its squares batch by batch; the file itself is `(file)`."""
    found = {failure.column for one in batches for failure in one.failures}
    columns = sorted(found, key=lambda column: (_said(column), column is not None))
    return tuple((_said(column), tuple(_square(column, one) for one in batches)) for column in columns)


def _share_of(bad: float) -> str:
    """No rule is broken by 0.0% of the rows."""
    said = share(bad)
    return "<0.1%" if bad > 0 and said == share(0) else said


def _said(column: str | None) -> str:
    return "(file)" if column is None else column


def _square(column: str | None, batch: Judged) -> Square:
    """The largest share of rows that breaks a rule; where no rows are counted, how many rules."""
    here = f"{_said(column)}, {batch.revision.period}"
    broken = [one for one in batch.failures if one.column == column]
    if not broken:
        return Square(0, "", f"{here}: {batch.verdict}")
    title = f"{here}: {'; '.join(one.message for one in broken)}"
    rows = (batch.report.rows if batch.report else None) or 0
    bad = [one.rows / rows for one in broken if one.rows is not None and rows]
    if len(bad) < len(broken):
        return Square(len(_HEAT), counted(len(broken), "rule"), title)
    return Square(max(1, sum(max(bad) > step for step in _HEAT)), _share_of(max(bad)), title)
