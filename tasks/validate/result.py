"""What validation says about one batch, as a document, and the hash of the rules it was judged by."""

import json
import time
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from tasks.documents import SETTLED_NS, Document, canonical, digest
from tasks.folders import stats
from tasks.params import Params
from tasks.params.columns import quoted
from tasks.validate.places import Places
from tasks.workspace import BatchFile


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


class Broken(Document):
    """A rule of rows, and which rows break it."""

    column: str
    rule: str
    message: str
    rows: int
    places: Places

    @property
    def name(self) -> str:
        """What a row in quarantine is said to break."""
        return f"{quoted(self.column)} {self.rule}"


class Quarantine(Document):
    """The rows of a batch that are kept aside, and the rules that they break."""

    rows: int
    places: Places
    broken: tuple[Broken, ...]


class BatchReport(Document):
    """The verdict on one batch under the rules whose hash it carries.

    `failures` block it. `warnings` and rows in `quarantine` do not.
    """

    period: str
    file: str
    rules: str
    rows: int | None
    checks: int
    failures: tuple[Failure, ...] = ()
    warnings: Annotated[tuple[Failure, ...], Field(exclude_if=lambda warnings: not warnings)] = ()
    quarantine: Annotated[Quarantine | None, Field(exclude_if=lambda found: found is None)] = None

    @property
    def passed(self) -> bool:
        """Whether no rule is broken."""
        return not self.failures

    @property
    def reason(self) -> str:
        """Every failure in one line."""
        rows = f" of {self.rows:,} rows" if self.rows is not None else ""
        return f"{self.period}{rows}: " + "; ".join(failure.message for failure in self.failures)

    @property
    def kept_aside(self) -> str | None:
        """How many rows are in quarantine, and why, in one line."""
        if self.quarantine is None:
            return None
        why = "; ".join(one.message for one in self.quarantine.broken)
        return f"{self.period}: {self.quarantine.rows:,} of {self.rows or 0:,} rows in quarantine: {why}"

    @property
    def warning(self) -> str | None:
        """Every warning in one line."""
        said = "; ".join(warning.message for warning in self.warnings)
        return f"{self.period}: {said}" if said else None


class KnownReports:
    """The reports that lay in a folder when it was looked at, under whatever rules."""

    def __init__(self, folder: Path) -> None:
        # As with hashes: another change within one tick of the file system's clock leaves no trace.
        self._settled_ns = time.time_ns() - SETTLED_NS
        self._folder = str(folder)
        self._files = stats(folder)

    def of(self, batch: BatchFile) -> BatchReport | None:
        """The report on this batch; one that cannot be read is none."""
        name = batch.report
        stat = self._files.get(name)
        if stat is None:
            return None
        changed = stat.st_mtime_ns
        read = _remembered if changed < self._settled_ns else _read
        try:
            report = read(f"{self._folder}/{name}", stat.st_ino, stat.st_size, changed)
        except (OSError, ValidationError):
            return None
        return report if report.file == batch.name else None

    def others(self, wanted: Collection[str]) -> list[str]:
        """The names of the other documents that lie there."""
        return [name for name in self._files.keys() - wanted if name.endswith(".json")]


def _read(path: str, *_: int) -> BatchReport:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - as above
        return BatchReport.model_validate_json(file.read())


_remembered = lru_cache(maxsize=4096)(_read)
"""By path, inode, size and time of change: `validate` and `version` both ask for each report."""


_PATTERNS = ("expect_column_values_to_match_regex", "expect_column_values_to_not_match_regex")
_MEANING = 3
"""To be raised when equal rules come to judge otherwise: what was checked before is then checked again."""


def rules_hash(params: Params) -> str:
    """Over everything that a batch is judged by."""
    return digest(rules_document(params))


def rules_document(params: Params) -> bytes:
    """Everything that a batch is judged by."""
    document = {
        "validate": params.validation.model_dump(mode="json"),
        "intake": params.intake.model_dump(mode="json"),
        "event_time": params.prepare.event_time,
        "meaning": _MEANING + _patterns_of_rows(params),
    }
    return canonical(document)


def _patterns_of_rows(params: Params) -> bool:
    """Whether text that breaks a pattern may be kept aside: such a batch was once blocked whole."""
    rules = params.validation
    asked = {one.type for one in rules.suite.expectations} if rules.suite else set()
    return rules.quarantine is not None and not asked.isdisjoint(_PATTERNS)


def changes(before: bytes, after: bytes) -> list[str]:
    """What differs between two rules documents, by dotted name; `before` may be no such document."""
    try:
        old = json.loads(before)
    except ValueError:
        old = None
    if not isinstance(old, dict):
        return ["what they were before is not known"]
    was, are = _flat(old), _flat(json.loads(after))
    names = [name for name in sorted(was.keys() | are.keys()) if was.get(name) != are.get(name)]
    told = [f"{name}: {was.get(name, _NONE)} -> {are.get(name, _NONE)}" for name in names[:_TOLD]]
    return [*told, *([f"and {len(names) - _TOLD} more"] if len(names) > _TOLD else [])]


_TOLD = 8
_NONE = "none"


def _flat(value: Any, name: str = "") -> dict[str, str]:
    if isinstance(value, list) and any(isinstance(one, dict) for one in value):
        value = dict(enumerate(value, 1))
    if not isinstance(value, dict):
        return {name: json.dumps(value)}
    inner = (_flat(one, f"{name}.{_step(key)}" if name else str(key)) for key, one in value.items())
    return {key: text for flat in inner for key, text in flat.items()}


def _step(key: object) -> str:
    return quoted(key) if isinstance(key, str) else str(key)
