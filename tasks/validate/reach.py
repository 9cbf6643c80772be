"""Values that a declared type allows by its name, and that nothing after validation can hold.

Whatever their width and unit, whole numbers become 64 bits with a sign and instants microseconds in them.
"""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.params import Column
from tasks.validate.result import Failure
from tasks.validate.schema import scan
from tasks.validate.values import plain

_LARGEST = 2**63 - 1
_TOO_LARGE = f"above {_LARGEST:,}, which 64 bits with a sign do not hold"
_TOO_FAR = "some 292,000 years or more from 1970, which 64 bits of microseconds do not hold"


def beyond(file: pq.ParquetFile, columns: Mapping[str, Column]) -> tuple[Failure, ...]:
    """The declared columns with such values; only those whose stored type has any are read.

    Raises `Unreadable`.
    """
    types = {name: _plain(file.schema_arrow.field(name).type) for name in columns}
    limits = {name: limit for name, kind in types.items() if (limit := _limit(kind)) is not None}
    found = dict.fromkeys(limits, 0)
    for block in scan(file, list(limits)) if limits else ():
        for name, limit in limits.items():
            found[name] += _outside(plain(block.column(name)), limit)
    return tuple(
        Failure(column=name, rule="type", rows=count, message=f"column {name}: {_said(count, types[name])}")
        for name, count in found.items()
        if count
    )


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _limit(kind: pa.DataType) -> int | None:
    """The largest number of this type that every step holds; None where its type has none beyond."""
    if pa.types.is_timestamp(kind):
        per = {"s": 10**6, "ms": 10**3}.get(kind.unit)
        return None if per is None else _LARGEST // per
    return _LARGEST if pa.types.is_uint64(kind) else None


def _outside(values: pa.Array, limit: int) -> int:
    if pa.types.is_timestamp(values.type):
        values = values.cast(pa.int64())
        outside = pc.or_(pc.greater(values, limit), pc.less(values, -limit))
    else:
        outside = pc.greater(values, pa.scalar(limit, values.type))
    return int(pc.sum(outside).as_py() or 0)


def _said(count: int, kind: pa.DataType) -> str:
    what, where = ("instants", _TOO_FAR) if pa.types.is_timestamp(kind) else ("numbers", _TOO_LARGE)
    return f"{count:,} {what} (stored as {kind}) are {where}"
