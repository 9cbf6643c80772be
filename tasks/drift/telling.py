"""From the shifts of the newest batch to the few lines that a run tells. Pure."""

from tasks.drift.findings import ColumnDrift, Shifts
from tasks.drift.told import MovedColumn, Told
from tasks.drift.words import (
    against,
    class_words,
    covariate_words,
    effect_words,
    label_words,
    missing_words,
    slice_words,
    volume_words,
)
from tasks.report.wording import number, share


def told(found: Shifts) -> Told | None:
    """What there is to tell; None where no batch is later than what the champion learned from."""
    if found.covariate_shift is None:
        return None
    shift, label, classes, volume = (
        found.covariate_shift,
        found.label_shift,
        found.class_shift,
        found.volume,
    )
    lines = [f"{against(found)}.", covariate_words(shift)]
    lines += [slice_words(found.slices)] if found.slices else []
    lines += [volume_words(volume)] if volume else []
    lines += [label_words(label)] if label else []
    lines += [class_words(classes)] if classes else []
    return Told(
        newest=found.newest,
        columns=tuple(_moved(one) for one in shift.columns if one.drifted),
        labels=any(one is not None and one.shifted for one in (label, classes)),
        rows=volume is not None and volume.drifted,
        slices=tuple(f"{one.column} in {one.slice} {one.value}" for one in found.slices[:1]),
        lines=tuple(lines),
    )


def _moved(column: ColumnDrift) -> MovedColumn:
    return MovedColumn(
        column=column.column,
        effect=effect_words(column),
        usual=number(column.usual, 3),
        missing=missing_words(column),
        usual_missing=number(100 * column.usual_missing, 1),
        weight="" if column.weight is None else share(column.weight),
    )
