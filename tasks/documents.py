"""JSON documents with one canonical form, so that equal content has equal bytes and one hash."""

import hashlib
import json
import math
import os
import uuid
from json.encoder import encode_basestring
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tasks.errors import BadInput, Corrupt

Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_INDENT = "  "
_WORDS = {True: "true", False: "false"}
_NAMES, _PLAIN = frozenset({str}), frozenset({str, int, bool, type(None)})
SETTLED_NS = 2 * 10**9
"""A file that has not changed for so long is known by its stat: within one tick two changes look like one."""


class Document(BaseModel):
    """Frozen and strict: a stored document that says more or less than its model is not ours."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def to_bytes(self) -> bytes:
        """The one canonical form."""
        return canonical(self.model_dump(mode="json"))

    @classmethod
    def parse(cls, data: bytes, where: object = "") -> Self:
        """The document in `data`, found at `where`; raises `Corrupt`, with the first thing that is wrong."""
        try:
            return cls.model_validate_json(data)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(one) for one in first["loc"])
            raise Corrupt(
                f"{where or 'stored bytes'}: not a document that this version of Evergreen writes "
                f"({cls.__name__}{f': {place}' if place else ''}: {first['msg']}; problems: "
                f"{error.error_count()}): another version wrote it, or it is damaged"
            ) from error


def digest(data: bytes) -> str:
    """The SHA-256 of `data`, 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def digest_file(path: Path) -> str:
    """The SHA-256 of a file's bytes, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def canonical(document: Any) -> bytes:
    """`document` as JSON with sorted keys, two-space indent, a final newline and no NaN.

    Numbers that are not finite become null: JSON has no other honest way to say "no number".
    """
    try:
        return _text(document, "\n").encode() + b"\n"
    except UnicodeEncodeError as error:
        raise BadInput(f"expected text in Unicode, found {error.object[error.start :][:20]!r}") from error


def write_atomically(path: Path, data: bytes) -> None:
    """Put `data` at `path` so that a reader, or a crash, sees the old bytes or the new, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _text(value: Any, margin: str) -> str:
    """What `json.dumps` says, which with an indent takes twice as long; `margin` begins a line."""
    kind = type(value)
    if kind is str:
        return encode_basestring(value)
    if kind is int or (kind is float and math.isfinite(value)):
        return repr(value)
    if value is None or kind is bool or kind is float:
        return _WORDS.get(value, "null")
    within = margin + _INDENT
    if kind is dict:
        named = {str(key): item for key, item in value.items()}
        lines = [f"{encode_basestring(key)}: {_text(named[key], within)}" for key in sorted(named)]
        return f"{{{within}{f',{within}'.join(lines)}{margin}}}" if lines else "{}"
    if kind is list:
        return _list(value, margin)
    return _text(_plain(value), margin)


def _list(value: list[Any], margin: str) -> str:
    within = margin + _INDENT
    if value and all(map(_is_flat, value)):
        return _flat(value, margin)
    lines = [_text(item, within) for item in value]
    return f"[{within}{f',{within}'.join(lines)}{margin}]" if lines else "[]"


def _is_flat(value: Any) -> bool:
    """Whether this is an object that holds something, and nothing but words and whole numbers."""
    return (
        type(value) is dict
        and bool(value)
        and _NAMES.issuperset(map(type, value))
        and _PLAIN.issuperset(map(type, value.values()))
    )


def _flat(rows: list[dict[str, Any]], margin: str) -> str:
    """A list of flat objects, all at once: Python's fast encoder has no indent, but any separator.

    A line break in a text is escaped, so that what is between two objects is nowhere else.
    """
    outer, inner = margin + _INDENT, margin + _INDENT * 2
    encoder = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(f",{inner}", ": "))
    said = encoder.encode(rows)[2:-2].replace(f"}},{inner}{{", f"{outer}}},{outer}{{{inner}")
    return f"[{outer}{{{inner}{said}{outer}}}{margin}]"


def _plain(value: Any) -> Any:
    """A value of a kind that derives from one of JSON's, as one of JSON's own."""
    match value:
        case str():
            return str.__str__(value)
        case int():
            return int.__int__(value)
        case float():
            return float.__float__(value)
        case dict():
            return dict(value)
        case list() | tuple():
            return list(value)
    raise TypeError(f"expected what JSON can say, found {type(value).__name__}")
