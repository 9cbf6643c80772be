"""Instants from what a column of times holds: those without an offset get that of a zone, or are refused."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tasks.errors import BadInput
from tasks.instants import in_microseconds
from tasks.propose.guessed import DATE

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

Place = Callable[[int], str]
"""Where a value stands, from its place in the block: the table and the row."""
_NAIVE = rf"\A(?:{DATE}|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})\z"
_WITH_OFFSET = rf"\A{DATE}(Z|[+-][0-9]{{2}}(:?[0-9]{{2}})?)\z"
_YEARS = (datetime(2, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC))
_EXPECTED = "expected a time such as 2024-01-31, 2024-01-31 08:00 or 2024-01-31T08:00:00+01:00"


def instants(values: "pa.Array", zone: ZoneInfo, place: Place) -> "pa.Array":
    """Microseconds in UTC; raises `BadInput` that names the first row whose time is missing or is none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = values.type
    if values.null_count:
        row = pc.index(pc.is_null(values), value=True).as_py()
        raise BadInput(f"{place(row)} has no time: give it one, or leave the row out")
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _from_text(values, zone, place)
    if pa.types.is_date(kind):
        values = values.cast(pa.timestamp("us"))
    elif not pa.types.is_timestamp(kind):
        raise BadInput(f"{place(0)} has {values[0].as_py()!r}: {_EXPECTED}")
    try:
        _refuse_far(in_microseconds(values), place)
        return in_microseconds(values) if values.type.tz else _in_zone(values, zone, place)
    except (pa.ArrowException, OverflowError, ValueError) as error:
        raise BadInput(f"{place(0)} and after: {_EXPECTED}, found one that no calendar has") from error


def local_days(found: "pa.Array", zone: ZoneInfo) -> "np.ndarray[Any, Any]":
    """The day of each instant in the zone, as text."""
    local = found.to_pandas().dt.tz_convert(zone).dt.tz_localize(None)
    days: np.ndarray[Any, Any] = local.to_numpy().astype("datetime64[D]").astype(str)
    return days


def _from_text(values: "pa.Array", zone: ZoneInfo, place: Place) -> "pa.Array":
    import pyarrow as pa
    import pyarrow.compute as pc

    naive, whole = (pc.match_substring_regex(values, form) for form in (_NAIVE, _WITH_OFFSET))
    known = pc.or_(naive, whole)
    if not pc.all(known, min_count=0).as_py():
        row = pc.index(known, value=False).as_py()
        raise BadInput(f"{place(row)} has {values[row].as_py()[:40]!r}: {_EXPECTED}")
    none = pa.scalar(None, values.type)
    bare = _as(pa.timestamp("us"), pc.if_else(naive, values, none), place)
    full = _as(pa.timestamp("us", tz="UTC"), pc.if_else(whole, values, none), place)
    for one in (bare, full):
        _refuse_far(in_microseconds(one), place)
    return pc.coalesce(_in_zone(bare, zone, place), full)


def _refuse_far(found: "pa.Array", place: Place) -> None:
    """Raise `BadInput` for a time whose day or period may end in a year that no calendar has."""
    import pyarrow as pa
    import pyarrow.compute as pc

    least, most = (pa.scalar(one, found.type) for one in _YEARS)
    far = pc.or_(pc.less(found, least), pc.greater(found, most))
    if pc.any(far).as_py():
        row = pc.index(far, value=True).as_py()
        raise BadInput(f"{place(row)} is not in the years 2 to 9998: {_EXPECTED}")


def _as(kind: "pa.DataType", texts: "pa.Array", place: Place) -> "pa.Array":
    """Text of the right form as times: what no calendar has, such as 30 February, is named."""
    import pyarrow as pa

    try:
        return texts.cast(kind)
    except pa.ArrowException:
        for row, text in enumerate(texts):
            try:
                text.cast(kind)
            except pa.ArrowException as error:
                raise BadInput(
                    f"{place(row)} has {text.as_py()[:40]!r}, which no calendar has: {_EXPECTED}"
                ) from error
        raise


def _in_zone(values: "pa.Array", zone: ZoneInfo, place: Place) -> "pa.Array":
    """Times of a clock on a wall in the zone; those that it showed twice, or never, are refused."""
    import numpy as np
    import pyarrow as pa

    wall = values.cast(pa.timestamp("us"), safe=False).to_pandas()
    ones = np.ones(len(wall), dtype=bool)
    early = wall.dt.tz_localize(zone, ambiguous=ones, nonexistent="shift_backward")
    late = wall.dt.tz_localize(zone, ambiguous=~ones, nonexistent="shift_forward")
    unsure = ((early != late) & wall.notna()).to_numpy()
    if unsure.any():
        row = int(unsure.argmax())
        twice = early.iloc[row].tz_localize(None) == wall.iloc[row]
        said = "is there twice (clocks went back)" if twice else "is not there (clocks went forward)"
        raise BadInput(
            f"{place(row)}: {wall.iloc[row]} {said} in {zone.key}: write it with its offset, such as "
            f"{late.iloc[row].isoformat(sep=' ')}, or name "
            "the zone of these clocks (--zone, later intake.timezone)"
        )
    return pa.array(early.dt.tz_convert("UTC"), pa.timestamp("us", tz="UTC"), from_pandas=True)
