"""A suite of one's own: a Great Expectations suite in a JSON file, which `validate.suite` names.

What it asks for is data: a condition, which pandas would execute, and an expectation that is not Great
Expectations' own are refused.
"""

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tasks.errors import BadInput
from tasks.params.core import CORE, OF_THE_FILE
from tasks.params.section import Section

_PATH = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]*/)*[A-Za-z0-9_-][A-Za-z0-9._-]*\.json")
_BYTES = 1 << 20
_MOST = 1000
_TELLS = {
    "type",
    "expectation_type",
    "kwargs",
    "meta",
    "id",
    "notes",
    "description",
    "severity",
    "rendered_content",
}
_NUMBERS = ("min_value", "max_value", "value", "threshold", "sum_total")
_FLAGS = ("strict_min", "strict_max", "strictly", "or_equal", "exact_match", "double_sided", "ties_okay")
_LISTS = ("value_set", "column_set", "column_list", "regex_list", "value_pairs_set")


class Expected(Section):
    """One expectation of a suite: its Great Expectations type and arguments."""

    type: str
    kwargs: dict[str, Any]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns whose values it reads."""
        if self.type in OF_THE_FILE:
            return ()
        one = [self.kwargs[key] for key in ("column", "column_A", "column_B") if key in self.kwargs]
        return (*one, *self.kwargs.get("column_list", ()))


class Suite(Section):
    """A suite's file, relative to the model folder, and what it asks for."""

    file: str
    expectations: tuple[Expected, ...]


def read_suite(folder: Path, file: str) -> Suite:
    """The suite in `folder`/`file`; raises `BadInput` with one line that says what is wrong."""
    path = suite_path(folder, file)
    if not path.is_file():
        raise BadInput(f"validate.suite: {file}: there is no such file in the model folder")
    with path.open("rb") as opened:
        data = opened.read(_BYTES + 1)
    if len(data) > _BYTES:
        raise BadInput(f"{file}: expected a suite of at most {_BYTES:,} bytes")
    try:
        document = json.loads(
            data, parse_constant=_no_number, parse_float=_finite, object_pairs_hook=_each_once
        )
        json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{file}: not a suite in JSON: {' '.join(str(error).split())[:160]}") from error
    return Suite(file=file, expectations=tuple(_expectations(file, document)))


def suite_path(folder: Path, file: object) -> Path:
    """Where a suite of this name lies; raises `BadInput` for what is no path inside the folder."""
    fits = isinstance(file, str) and _PATH.fullmatch(file)
    path = folder / str(file)
    if not fits or not path.resolve().is_relative_to(folder.resolve()):
        raise BadInput(
            "validate.suite: expected the path of a .json file inside the model folder, such as "
            f"expectations/suite.json, found {str(file)[:80]!r}"
        )
    return path


def _expectations(file: str, document: Any) -> Iterator[Expected]:
    found = document.get("expectations") if isinstance(document, dict) else None
    if not isinstance(found, list) or not found:
        raise BadInput(f"{file}: expected a Great Expectations suite: an object with a list `expectations`")
    if len(found) > _MOST:
        raise BadInput(f"{file}: expected at most {_MOST:,} expectations, found {len(found):,}")
    for number, one in enumerate(found, 1):
        try:
            yield _expected(one)
        except ValueError as error:
            raise BadInput(f"{file}: expectation {number}: {error}") from error


def _expected(one: Any) -> Expected:
    if not isinstance(one, dict):
        raise ValueError(f"expected an object with type and kwargs, found {type(one).__name__}")  # noqa: TRY004 - pydantic tells it with its place
    if more := sorted(one.keys() - _TELLS):
        raise ValueError(f"unknown keys {more[:5]}; expected type and kwargs")
    kind, kwargs = one.get("type", one.get("expectation_type")), one.get("kwargs")
    if not isinstance(kind, str) or kind not in CORE:
        raise ValueError(
            f"type {str(kind)[:80]!r} is none of the {len(CORE)} of Great Expectations' own that a batch can "
            "be asked; code of one's own does not run here"
        )
    if not isinstance(kwargs, dict):
        raise ValueError(f"{kind}: expected kwargs, an object, found {type(kwargs).__name__}")  # noqa: TRY004 - pydantic tells it with its place
    if one.get("severity", "critical") != "critical":
        raise ValueError(
            f"{kind}: every expectation of a suite blocks: expected severity critical or none, "
            f"found {str(one['severity'])[:40]!r}"
        )
    _check_arguments(kind, kwargs)
    return Expected(type=kind, kwargs=kwargs)


def _check_arguments(kind: str, kwargs: dict[str, Any]) -> None:
    known = CORE[kind]
    if more := sorted(kwargs.keys() - known.keys()):
        raise ValueError(f"{kind} has no argument {more[0][:80]!r} here; it has {', '.join(known)}")
    if missing := [name for name, needed in known.items() if needed and kwargs.get(name) is None]:
        raise ValueError(f"{kind} needs {', '.join(missing)}")
    for name, value in kwargs.items():
        counted = kind.startswith("expect_table_") and name in _NUMBERS and isinstance(value, str)
        if value is not None and (wanted := "a number" if counted else _misfit(name, value)):
            raise ValueError(f"{kind}: {name}: expected {wanted}, found {str(value)[:80]!r}")


def _misfit(name: str, value: Any) -> str | None:
    """What an argument of this name has to be, if `value` is not."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if name in ("column", "column_A", "column_B"):
        return None if isinstance(value, str) else "the name of a column"
    if name == "mostly":
        return None if number and 0 <= value <= 1 else "a share from 0 to 1"
    if name in _NUMBERS:
        return None if number or isinstance(value, str) else "a number, or an instant in ISO 8601"
    if name in _FLAGS:
        return None if isinstance(value, bool) else "true or false"
    if name in _LISTS:
        texts = name.startswith(("column", "regex"))
        fits = isinstance(value, list) and (not texts or all(isinstance(one, str) for one in value))
        return None if fits and value else f"a list{' of texts' if texts else ''} that is not empty"
    return _no_pattern(value) if name == "regex" else None


def _no_pattern(value: Any) -> str | None:
    try:
        re.compile(value)
    except (re.error, TypeError, OverflowError, RecursionError) as error:
        return f"a regular expression ({error})"
    return None


def _no_number(said: str) -> float:
    raise ValueError(f"{said} is no number in JSON")


def _finite(said: str) -> float:
    value = float(said)
    if not math.isfinite(value):
        raise ValueError(f"{said[:40]} is too large a number")
    return value


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is set twice in one object")
    return found
