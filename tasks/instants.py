"""Instants of any unit as every step has them: microseconds in UTC, as many as 64 bits hold."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


def in_microseconds(values: "pa.Array | pa.ChunkedArray") -> "pa.Array | pa.ChunkedArray":
    """The same instants; of nanoseconds what is finer is cut off, and only there may anything get lost.

    Raises `pyarrow.ArrowInvalid` for an instant that lies some 292,000 years or more from 1970.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.cast(values, pa.timestamp("us", tz="UTC"), safe=values.type.unit != "ns")
