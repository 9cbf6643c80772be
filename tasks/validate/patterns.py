r"""Text that matches a regular expression, as Python's `re` searches, executed by Arrow's RE2.

The two differ where this module does not go: in look-arounds, references, flags, `\s` and `\b`, anchors in
the middle. What is left means the same to both, but for two things. `$` is before a last newline too for
Python, which is said to RE2 in its own words. `\d` and `\w` are of every script for Python, so where one of
them is asked for, text that is not ASCII is searched by Python.
"""

import re
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tasks.validate.values import Unexpected, plain

_PLAIN = r"[A-Za-z0-9_ ,:;@#%&=<>'\"!~/-]|\\[.\\+*?()\[\]{}|^$/-]|\\[dw]|[.|]|\((?!\?)|\(\?:|\)"
_SET = r"\[\^?[A-Za-z0-9_ .,:;@#%=/+*-]+\]"
_TIMES = r"[*+?]|\{\d{1,2}(?:,\d{0,2})?\}"
_SAME = re.compile(rf"\^?(?:{_PLAIN}|{_SET}|{_TIMES})*\$?")
_LONGEST = 500


def means_the_same(pattern: Any) -> bool:
    """Whether Python and RE2 take this pattern for the same, both of them."""
    if not isinstance(pattern, str) or len(pattern) > _LONGEST or not _SAME.fullmatch(pattern):
        return False
    try:
        re.compile(pattern)
        pc.match_substring_regex(pa.array([""]), _for_re2(pattern))
    except (re.error, pa.ArrowException):
        return False
    return True


def matching(arguments: dict[str, Any]) -> Unexpected:
    """Text in which `regex` is found nowhere."""
    pattern = arguments["regex"]
    by_python = re.compile(pattern) if re.search(r"\\[dw]", pattern) else None
    for_re2 = _for_re2(pattern)

    def unexpected(values: pa.Array) -> pa.Array | None:
        values = plain(values)
        mask = pc.invert(pc.match_substring_regex(values, for_re2))
        if by_python is not None:
            mask = _with_other_scripts(values, mask, by_python)
        return mask if pc.any(mask).as_py() else None

    return unexpected


def not_matching(arguments: dict[str, Any]) -> Unexpected:
    """Text in which `regex` is found."""
    without = matching(arguments)

    def unexpected(values: pa.Array) -> pa.Array | None:
        mask = without(values)
        if mask is None:
            mask = pc.if_else(pc.is_valid(plain(values)), pa.scalar(value=False), pa.scalar(None, pa.bool_()))
        found = pc.invert(mask)
        return found if pc.any(found).as_py() else None

    return unexpected


def _with_other_scripts(values: pa.Array, mask: pa.Array, pattern: re.Pattern[str]) -> pa.Array:
    other = pc.invert(pc.string_is_ascii(values)).fill_null(fill_value=False)
    if not pc.any(other).as_py():
        return mask
    found = [pattern.search(text) is None for text in values.filter(other).to_pylist()]
    return pc.replace_with_mask(mask, other, pa.array(found, pa.bool_()))


def _for_re2(pattern: str) -> str:
    anchored = pattern.endswith("$") and not _ends_escaped(pattern)
    return f"{pattern[:-1]}(?:\\n?\\z)" if anchored else pattern


def _ends_escaped(pattern: str) -> bool:
    """Whether the last character has an odd number of backslashes before it."""
    before = pattern[:-1]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1
