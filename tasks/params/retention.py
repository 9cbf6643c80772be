"""What is kept how long: no part of what a model is made from, so it is in no hash."""

from typing import Annotated

from pydantic import Field

from tasks.params.columns import ColumnName
from tasks.params.section import Section

Days = Annotated[float, Field(ge=1, le=36_500)]


class EraseParams(Section):
    """`column`: where a person's key stands, if that is not `prepare.id`."""

    column: ColumnName


class RetentionParams(Section):
    """`grace_hours`: how old what a run has left unfinished must be to count as left by a crash.

    `reports_days` and `artifacts_days`: how long reports and profiles that nobody will ask for, and
    artifacts that no registration names any more, are kept; null keeps them for ever.
    """

    grace_hours: float = Field(default=24.0, ge=0.1, le=8_760)
    reports_days: Days | None = None
    artifacts_days: Days | None = None
