"""From a Parquet file to its profile: one pass, a block of rows at a time."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tasks.errors import BadInput
from tasks.params import Params, PrepareParams
from tasks.profile.categories import Categories, categories, short_name
from tasks.profile.histogram import LARGEST, Histogram, histogram
from tasks.profile.labels import Labels, labels
from tasks.profile.moments import Moments, moments
from tasks.profile.profile import ColumnProfile, Profile

BLOCK = 1 << 17
"""Rows that are in memory at once."""


def profile_file(data: bytes, params: Params, name: str) -> Profile:
    """The profile of a Parquet file's rows, `name` being what messages call it.

    Raises `BadInput` for a file that is not readable, has more rows than `validate.rows` allows, or lacks a
    column or its type.
    """
    prepare = params.prepare
    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        if file.metadata.num_rows > params.validation.rows.max:
            raise BadInput(
                f"{name}: expected at most {params.validation.rows.max:,} rows (validate.rows), found "
                f"{file.metadata.num_rows:,}"
            )
        if missing := sorted(set(_needed(prepare)) - set(file.schema_arrow.names)):
            raise BadInput(f"{name}: expected columns {missing}, found {file.schema_arrow.names}")
        found = _empty(prepare)
        for block in file.iter_batches(BLOCK, columns=_needed(prepare)):
            found = found.merge(profile_rows(block, prepare))
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())[:160]
        raise BadInput(f"{name}: cannot be profiled: {reason}; `evergreen validate` says more") from error
    return found


def profile_rows(block: pa.RecordBatch, prepare: PrepareParams) -> Profile:
    """The profile of some rows. A feature is missing where it became known after its row's event."""
    columns: dict[str, ColumnProfile] = {}
    for source in prepare.sources:
        # As `prepare` hides late values, so that this is what the model gets to see.
        known = pc.less_equal(_plain(block[source.available_at]), _plain(block[prepare.event_time]))
        for name in source.columns:
            values = pc.if_else(known, _plain(block[name]), None)
            columns[name] = _text(values) if name in source.categorical else _numbers(values)
    return Profile(rows=block.num_rows, columns=columns, labels=_labels(block, prepare))


def _needed(prepare: PrepareParams) -> list[str]:
    wanted = [prepare.event_time, prepare.cluster, prepare.label.column, *prepare.features]
    wanted += [source.available_at for source in prepare.sources]
    wanted += [exclusion.column for exclusion in prepare.exclude]
    return list(dict.fromkeys(wanted))


def _empty(prepare: PrepareParams) -> Profile:
    number = ColumnProfile(moments=Moments(), histogram=Histogram())
    text = ColumnProfile(categories=Categories())
    kinds = prepare.categorical
    columns = {name: text if name in kinds else number for name in prepare.features}
    return Profile(rows=0, columns=columns, labels=Labels())


def _plain(values: pa.Array) -> pa.Array:
    """The same values in types that can be compared: how a producer encodes them is its own."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    kind = values.type
    if pa.types.is_timestamp(kind):
        return pc.cast(values, pa.timestamp("ns" if kind.unit == "ns" else "us", tz="UTC"))
    text = pa.types.is_string(kind) or pa.types.is_string_view(kind)
    return pc.cast(values, pa.large_string()) if text else values


def _floats(values: pa.Array) -> NDArray[np.float64]:
    """The numbers that are there, NaN being none."""
    there = pc.cast(values.drop_null(), pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return np.ascontiguousarray(there[~np.isnan(there)])


def _numbers(values: pa.Array) -> ColumnProfile:
    there = _floats(values)
    usual = there[np.abs(there) <= LARGEST]
    return ColumnProfile(
        rows=len(values),
        nulls=len(values) - len(there),
        beyond=len(there) - len(usual),
        moments=moments(usual),
        histogram=histogram(usual),
    )


def _text(values: pa.Array) -> ColumnProfile:
    counted = pc.value_counts(pc.cast(values, pa.large_string()).drop_null())
    counts: dict[str, int] = {}
    for name, count in _pairs(counted):
        counts[short_name(name)] = counts.get(short_name(name), 0) + count
    return ColumnProfile(rows=len(values), nulls=values.null_count, categories=categories(counts))


def _labels(block: pa.RecordBatch, prepare: PrepareParams) -> Labels:
    label = pc.cast(_plain(block[prepare.label.column]), pa.float64(), safe=False)
    for exclusion in prepare.exclude:
        excluded = pc.equal(_plain(block[exclusion.column]), exclusion.equals).fill_null(fill_value=False)
        label = pc.if_else(excluded, None, label)
    usable = pc.less_equal(pc.abs(label), LARGEST).fill_null(fill_value=False)
    cluster = pc.cast(_plain(block[prepare.cluster]), pa.large_string()).fill_null("(missing)")
    table = pa.table({"cluster": cluster, "label": label}).filter(usable)
    sums = table.group_by("cluster").aggregate([("label", "count"), ("label", "sum")])
    return labels(
        zip(*(sums[name].to_pylist() for name in ("cluster", "label_count", "label_sum")), strict=True)
    )


def _pairs(counted: Any) -> list[tuple[str, int]]:
    names, counts = counted.field("values").to_pylist(), counted.field("counts").to_pylist()
    return list(zip(names, counts, strict=True))
