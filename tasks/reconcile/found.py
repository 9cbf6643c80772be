"""What a crash left, one finding each, and how old it is."""

from datetime import UTC, datetime, timedelta
from typing import Literal

from tasks.documents import Document

Kind = Literal["workspace", "promotion", "registration", "artifacts", "batch", "pointer", "erasure"]


class Finding(Document):
    """One thing that a run left unfinished: what it is, and what was done about it or would be.

    `done` is false in a dry run, and where `left` says why it was left alone.
    """

    kind: Kind
    what: str
    action: str
    done: bool
    left: str | None = None


def is_older(time: str, than: timedelta, now: datetime) -> bool:
    """Whether a time in UTC is so long ago; one that cannot be read is not.

    >>> is_older("2024-01-01T00:00:00+00:00", timedelta(hours=1), datetime(2024, 1, 2, tzinfo=UTC))
    True
    """
    try:
        then = datetime.fromisoformat(time)
    except ValueError:
        return False
    return now - (then if then.tzinfo else then.replace(tzinfo=UTC)) > than
