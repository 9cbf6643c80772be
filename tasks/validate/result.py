"""What validation says about one batch, as a document, and the hash of the rules it was judged by."""

from tasks.documents import Document, canonical, digest
from tasks.params import Params


class Failure(Document):
    """A rule that a batch breaks: where, how many rows, and in words."""

    column: str | None
    rule: str
    message: str
    rows: int | None = None

    @classmethod
    def of_file(cls, rule: str, message: str) -> "Failure":
        """A failure of the whole file."""
        return cls(column=None, rule=rule, message=message)


class BatchReport(Document):
    """The verdict on one batch under the rules whose hash it carries."""

    period: str
    file: str
    rules: str
    rows: int | None
    checks: int
    failures: tuple[Failure, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether no rule is broken."""
        return not self.failures

    @property
    def reason(self) -> str:
        """Every failure in one line."""
        rows = f" of {self.rows:,} rows" if self.rows is not None else ""
        return f"{self.period}{rows}: " + "; ".join(failure.message for failure in self.failures)


def rules_hash(params: Params) -> str:
    """Over everything that a batch is judged by."""
    document = {
        "validate": params.validation.model_dump(mode="json"),
        "intake": params.intake.model_dump(mode="json"),
        "event_time": params.prepare.event_time,
    }
    return digest(canonical(document))
