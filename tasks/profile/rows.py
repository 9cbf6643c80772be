"""From a Parquet file to its profile: one pass, a block of rows at a time."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tasks.errors import BadInput
from tasks.instants import in_microseconds
from tasks.objectives import Class
from tasks.params import Params, PrepareParams
from tasks.parquet import blocks
from tasks.profile.by_slice import by_slice, coded
from tasks.profile.categories import Categories, categories, short_name
from tasks.profile.classes import ClassLabels, class_labels
from tasks.profile.histogram import LARGEST, Histogram, histogram
from tasks.profile.labels import Labels, labels
from tasks.profile.moments import Moments, moments
from tasks.profile.profile import ColumnProfile, Profile
from tasks.profile.slices import Slices
from tasks.validate.places import rows_at

BLOCK = 1 << 17
"""Rows that are in memory at once."""


def profile_file(data: bytes, params: Params, name: str, left_out: str = "") -> Profile:
    """The profile of a Parquet file's rows but those numbered in `left_out`; messages call it `name`.

    Raises `BadInput` for a file that is not readable, has more rows than `validate.rows` allows, or lacks a
    column or its type, and `Corrupt` where it lacks a row that is to be left out.
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
        found = _empty(prepare, params.classes)
        for block in _without(blocks(file, _needed(prepare), BLOCK), left_out, file):
            found = found.merge(profile_rows(block, prepare, params.classes))
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())[:160]
        raise BadInput(f"{name}: cannot be profiled: {reason}; `evergreen validate` says more") from error
    return found


def profile_rows(block: pa.RecordBatch, prepare: PrepareParams, classes: tuple[Class, ...] = ()) -> Profile:
    """The profile of some rows. A feature is missing where it became known after its row's event.

    `classes` are those of a multiclass label; a label that is none of them does not count.
    """
    features, text = _features(block, prepare), prepare.categorical
    numbered = {name: coded(one) if name in text else one for name, one in features.items()}
    return Profile(
        rows=block.num_rows,
        columns={
            name: _text(values) if name in text else _numbers(values) for name, values in features.items()
        },
        labels=Labels() if classes else _labels(block, prepare),
        classes=_classes(block, prepare, classes) if classes else None,
        slices={name: by_slice(_plain(block[name]), numbered) for name in prepare.slices},
    )


def _features(block: pa.RecordBatch, prepare: PrepareParams) -> dict[str, pa.Array]:
    features: dict[str, pa.Array] = {}
    for source in prepare.sources:
        # As `prepare` hides late values, so that this is what the model gets to see.
        known = pc.less_equal(_plain(block[source.available_at]), _plain(block[prepare.event_time]))
        features |= {name: pc.if_else(known, _plain(block[name]), None) for name in source.columns}
    return features


def _without(
    found: Iterable[pa.RecordBatch], left_out: str, file: pq.ParquetFile
) -> Iterable[pa.RecordBatch]:
    if not left_out:
        yield from found
        return
    kept, before = ~rows_at(left_out, file.metadata.num_rows), 0
    for block in found:
        here = kept[before : before + block.num_rows]
        before += block.num_rows
        if here.any():
            yield block.filter(pa.array(here))


def _needed(prepare: PrepareParams) -> list[str]:
    wanted = [prepare.event_time, prepare.cluster, prepare.label.column, *prepare.features]
    wanted += [source.available_at for source in prepare.sources]
    wanted += [*(exclusion.column for exclusion in prepare.exclude), *prepare.slices]
    return list(dict.fromkeys(wanted))


def _empty(prepare: PrepareParams, classes: tuple[Class, ...]) -> Profile:
    number = ColumnProfile(moments=Moments(), histogram=Histogram())
    text = ColumnProfile(categories=Categories())
    kinds = prepare.categorical
    columns = {name: text if name in kinds else number for name in prepare.features}
    none = ClassLabels(of={str(one): {} for one in classes}) if classes else None
    slices = dict.fromkeys(prepare.slices, Slices())
    return Profile(rows=0, columns=columns, labels=Labels(), classes=none, slices=slices)


def _plain(values: pa.Array) -> pa.Array:
    """The same values in types that can be compared: how a producer encodes them is its own."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    kind = values.type
    if pa.types.is_timestamp(kind):
        return in_microseconds(values)
    return pc.cast(values, pa.large_string()) if pa.types.is_string(kind) else values


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
    label = _known_labels(block, prepare, pa.float64())
    usable = pc.less_equal(pc.abs(label), LARGEST).fill_null(fill_value=False)
    table = pa.table({"cluster": _clusters(block, prepare), "label": label}).filter(usable)
    sums = table.group_by("cluster").aggregate([("label", "count"), ("label", "sum")])
    return labels(
        zip(*(sums[name].to_pylist() for name in ("cluster", "label_count", "label_sum")), strict=True)
    )


def _classes(block: pa.RecordBatch, prepare: PrepareParams, classes: tuple[Class, ...]) -> ClassLabels:
    numbered = isinstance(classes[0], int)
    label = _known_labels(block, prepare, pa.float64() if numbered else pa.large_string())
    names = [str(one) for one in classes]
    of = {
        name: pc.equal(label, one).fill_null(fill_value=False)
        for name, one in zip(names, classes, strict=True)
    }
    table = pa.table(
        {"": _clusters(block, prepare), **{f"={name}": pc.cast(one, pa.int64()) for name, one in of.items()}}
    )
    sums = table.group_by("").aggregate([(f"={name}", "sum") for name in names])
    counts = zip(*(sums[f"={name}_sum"].to_pylist() for name in names), strict=True)
    return class_labels(names, zip(sums[""].to_pylist(), counts, strict=True))


def _known_labels(block: pa.RecordBatch, prepare: PrepareParams, kind: pa.DataType) -> pa.Array:
    """The labels, without those of excluded rows."""
    label = pc.cast(_plain(block[prepare.label.column]), kind, safe=False)
    for exclusion in prepare.exclude:
        excluded = pc.equal(_plain(block[exclusion.column]), exclusion.equals).fill_null(fill_value=False)
        label = pc.if_else(excluded, None, label)
    return label


def _clusters(block: pa.RecordBatch, prepare: PrepareParams) -> pa.Array:
    return pc.cast(_plain(block[prepare.cluster]), pa.large_string()).fill_null("(missing)")


def _pairs(counted: Any) -> list[tuple[str, int]]:
    names, counts = counted.field("values").to_pylist(), counted.field("counts").to_pylist()
    return list(zip(names, counts, strict=True))
