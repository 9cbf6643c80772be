"""Names that params.yaml allows, by its own check, for columns and for the model. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import chain, count

from tasks.params.columns import unfit_name

_LONGEST, _MODEL = 64, 48


def is_allowed(column: str) -> bool:
    """Whether params.yaml can name this column: its own check is asked."""
    return unfit_name(column) is None


def allowed_names(columns: Iterable[str]) -> dict[str, str]:
    """For each column its own name, or one as near to it as is allowed; no two are the same."""
    columns = list(columns)
    names = {one: one for one in columns if is_allowed(one)}
    taken = {one.lower() for one in names}
    for one in columns:
        if one not in names:
            names[one] = free_name(_plain(one) or "column", taken)
            taken.add(names[one].lower())
    return {one: names[one] for one in columns}


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """`wanted`, or with the first number behind it that makes it another name than those taken."""
    others = {one.lower() for one in taken}
    numbered = (f"{wanted[: _LONGEST - 6]}_{number}" for number in count(2))
    return next(one for one in chain([wanted], numbered) if one.lower() not in others)


def model_name(text: str) -> str:
    """What a model of this label could be called: lower case, with hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", _ascii(text).lower()).strip("-")[:_MODEL].strip("-") or "model"


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "_", _ascii(name)).strip("_-")[:_LONGEST]


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
