"""The types of CSV, which has none: guessed from all of its text, and read again by them as on its way in."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tasks.errors import BadInput
from tasks.intake.delimited import to_parquet
from tasks.intake.reading import Unfit
from tasks.params import Column, Rows, ValidateParams
from tasks.params.columns import unfit_name
from tasks.params.contract import MOST

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Text:
    """CSV by its name, and how to read its bytes, `packed` by gzip or not."""

    name: str
    read: Callable[[], bytes]
    packed: bool


Types = dict[str, str]
"""By column, the type that `validate.columns` would have for it."""
DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
# No zeros in front, and no more digits than a number keeps: postcodes and long keys are text.
_FORMS = {
    "integer": r"-?(0|[1-9][0-9]{0,17})",
    "number": r"-?(0|[1-9][0-9]{0,14}|(0|[1-9][0-9]*)\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]+)?[eE][-+]?[0-9]{1,3})",
    "boolean": "true|True|TRUE|false|False|FALSE",
    "timestamp": rf"{DATE}(Z|[+-][0-9]{{2}}(:?[0-9]{{2}})?)",
}


def csv_batch(text: Text, types: Types) -> bytes:
    """The Parquet of a CSV whose columns have these types, others text; raises `BadInput` with the reason."""
    columns = {column: Column.model_validate({"type": kind}) for column, kind in types.items()}
    rules = ValidateParams(rows=Rows(min=1, max=MOST), columns=columns)
    try:
        return to_parquet(text.read(), rules, packed=text.packed)
    except Unfit as unfit:
        raise BadInput(f"{text.name}: {unfit}") from unfit


def form_of(kind: str) -> str:
    """The pattern that every text of a column has which is taken for this type; of text, any."""
    return _FORMS.get(kind, "(?s:.*)")


def guessed(texts: Iterable[Text]) -> Types:
    """The types of those columns that can be declared, by their names."""
    return {column: kind for column, kind in guessed_types(texts).items() if not unfit_name(column)}


def guessed_types(texts: Iterable[Text]) -> Types:
    """The narrowest type that every value of a column has in all of these; a column of text is not named."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    left: dict[str, set[str]] = {}
    seen: set[str] = set()
    for text in texts:
        with pq.ParquetFile(pa.BufferReader(csv_batch(text, {}))) as file:
            for block in file.iter_batches():
                for column, values in zip(block.schema.names, block.columns, strict=True):
                    some = values.drop_null()
                    seen |= {column} if len(some) else set()
                    possible = left.setdefault(column, set(_FORMS))
                    possible -= {kind for kind in possible if not _all_are(kind, some)}
    return {column: kind for column in left if column in seen for kind in [_narrowest(left[column])] if kind}


def _narrowest(possible: set[str]) -> str | None:
    return next((kind for kind in _FORMS if kind in possible), None)


def _all_are(kind: str, values: "pa.Array") -> bool:
    import pyarrow as pa
    import pyarrow.compute as pc

    fits = pc.match_substring_regex(values, rf"\A(?:{_FORMS[kind]})\z")
    if not pc.all(fits, min_count=0).as_py():
        return False
    try:
        if kind == "timestamp":
            values.cast(pa.timestamp("us", tz="UTC"))
    except pa.ArrowException:
        return False
    return True
