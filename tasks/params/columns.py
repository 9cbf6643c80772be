"""What a column may be called: what people's tables call theirs, as long as a line of text can show it."""

import json
import re
import unicodedata
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from tasks.params.section import NAME

LONGEST = 128
A_COLUMN = (
    f"a column's name: 1 to {LONGEST} printable characters, no space at either end, in Unicode's form NFC"
)
ROW, RULES = "quarantine.row", "quarantine.rules"
"""Two columns more than a batch has, in the files of rows in quarantine: a row's number in it, and what the
row breaks."""
_PLAIN = re.compile(NAME)


def unfit_name(name: str) -> str | None:
    """Why no column can be declared under this name, in words that any terminal shows; None for a fit one.

    The same letters can be written in more than one way in Unicode, and two names that look alike would be
    two columns. So one form is allowed, NFC, which is what keyboards and most programs write.
    """
    strange = next((one for one in name if not one.isprintable()), None)
    if not 1 <= len(name) <= LONGEST:
        return f"found {len(name):,} characters"
    if strange is not None:
        return f"found {name!a} with U+{ord(strange):04X}, which cannot be printed"
    if name != name.strip(" "):
        return f"found a space at an end of {name!a}"
    if not unicodedata.is_normalized("NFC", name):
        there, form = ascii(name), ascii(unicodedata.normalize("NFC", name))
        return f"found {there}, which is {form} in NFC: write it so, in the data too"
    return f"found {name}, a column of Evergreen's own" if name in (ROW, RULES) else None


def quoted(name: str) -> str:
    """The name for a line that is read by its separators: in JSON's quotes where it could hold one."""
    return name if _PLAIN.fullmatch(name) else json.dumps(name, ensure_ascii=not name.isprintable())


def listed(names: Iterable[str]) -> str:
    """Names one after the other, told apart whatever they hold."""
    return ", ".join(map(quoted, names))


def _fit(name: str) -> str:
    if said := unfit_name(name):
        raise ValueError(f"expected {A_COLUMN}, {said}")
    return name


ColumnName = Annotated[str, AfterValidator(_fit), WithJsonSchema({"type": "string", "format": "column"})]
