"""Which rows train, select and judge, with nothing known too late. Pure."""

from collections.abc import Hashable, Iterable

import numpy as np
import pandas as pd

from tasks.errors import BadInput, Leak
from tasks.objectives import BINARY, Class, Objective
from tasks.params import PrepareParams
from tasks.prepare.labels import right_labels
from tasks.prepare.window import Cutoffs

TRAIN, SELECTION, HOLDOUT = "train", "selection", "holdout"
SPLITS = (TRAIN, SELECTION, HOLDOUT)
_TOO_LATE = "label not known in time"
_REPEATED = "id came before"


def split(
    rows: pd.DataFrame,
    prepare: PrepareParams,
    times: Cutoffs,
    objective: Objective = BINARY,
    classes: tuple[Class, ...] = (),
    unique: bool = False,
) -> tuple[dict[str, pd.DataFrame], dict[str, int]]:
    """`rows` by split, each in the order of (event time, id), and the rows left out, counted by name.

    Each row is in one split or in one count. Of a row whose label was not known in time, neither the
    label nor what excludes it is read. With `unique` ids the earliest row of an id counts: one that
    came again in a later period would be learned from and judged on. Raises `Leak` where a source's
    features mostly come after the event, and `BadInput` for labels other than the objective's: 0 and
    1, numbers, or the declared classes.
    """
    _refuse_names_of_splits(prepare)
    event = rows[prepare.event_time]
    kind = np.select(
        [event < times.start, event < times.selection_start, event < times.training_ends,
         event < times.holdout_ends],
        ["before the window", TRAIN, SELECTION, HOLDOUT],
        default="after the window",
    )  # fmt: skip
    place = pd.Series(kind, index=rows.index, dtype="str")
    if unique and not rows[prepare.id].is_unique:
        again = rows.sort_values(prepare.event_time, kind="stable").duplicated(prepare.id)
        again = again.reindex(place.index) & rows[prepare.id].notna()
        place = place.mask(place.isin(SPLITS) & again, _REPEATED)
    known_at = rows[prepare.label.available_at]
    known_by = event.where(place == HOLDOUT, times.training_ends).mask(place == HOLDOUT, times.label_cutoff)
    place = place.mask(place.isin(SPLITS) & (known_at > known_by), _TOO_LATE)
    for exclusion in prepare.exclude:
        place = place.mask(place.isin(SPLITS) & (rows[exclusion.column] == exclusion.equals), exclusion.name)
    place = place.mask(place.isin(SPLITS) & known_at.isna(), _TOO_LATE)
    unlabelled = rows[prepare.label.column].isna()
    place = place.mask(place.isin(SPLITS) & unlabelled, "label missing")
    known = with_columns(rows, hide_late_features(rows, prepare).items())
    parts = {name: _ordered(known[place == name], prepare, objective, classes) for name in SPLITS}
    counts = place[~place.isin(SPLITS)].value_counts()
    return parts, {str(name): int(count) for name, count in sorted(counts.items())}


def with_columns(rows: pd.DataFrame, columns: Iterable[tuple[Hashable, pd.Series]]) -> pd.DataFrame:
    """The rows with these columns, new or in place of their own, whatever they are called.

    `DataFrame.assign` takes names as Python does, and one may be `self`.
    """
    rows = rows.copy(deep=False)
    for name, values in columns:
        rows[name] = values
    return rows


def hide_late_features(rows: pd.DataFrame, prepare: PrepareParams) -> dict[str, pd.Series]:
    """Feature columns with every value removed that became known after its row's event.

    Raises `Leak` where that is more than `max_late_features` of a source's values: such a source
    is not known when the question is asked, and no mask can make it so.
    """
    hidden: dict[str, pd.Series] = {}
    event = rows[prepare.event_time]
    for source in prepare.sources:
        late = rows[source.available_at] > event
        share = float(late.mean()) if len(rows) else 0.0
        if share > prepare.max_late_features:
            raise Leak(
                f"prepare.sources.{source.name}: {', '.join(source.columns)} become known after the event in "
                f"{share:.1%} of rows ({source.available_at} > {prepare.event_time}); "
                f"at most {prepare.max_late_features:.1%} allowed. They cannot be features"
            )
        # No availability means no observation: a value without a time is not known either.
        unknown = late | rows[source.available_at].isna()
        hidden |= {column: rows[column].mask(unknown) for column in source.columns}
    return hidden


def _refuse_names_of_splits(prepare: PrepareParams) -> None:
    if taken := [one.name for one in prepare.exclude if one.name in SPLITS]:
        raise BadInput(f"prepare.exclude: {', '.join(taken)}: rows left out need a name that is no split's")


def _ordered(
    part: pd.DataFrame, prepare: PrepareParams, objective: Objective, classes: tuple[Class, ...]
) -> pd.DataFrame:
    label = prepare.label.column
    # A column may be a cluster, a feature and a slice at once; it is written once.
    columns = [prepare.id, prepare.event_time, prepare.cluster, label, *prepare.features, *prepare.slices]
    ordered = part[list(dict.fromkeys(columns))].sort_values([prepare.event_time, prepare.id], kind="stable")
    right, expected, kind = right_labels(ordered[label], objective, classes)
    if not right.all():
        wrong = ordered[label][~right]
        raise BadInput(
            f"prepare: {label}: expected {expected}, found {len(wrong):,} of {len(part):,} rows that are not "
            f"(such as {wrong.iloc[0]}); declare its {'values' if classes else 'min and max'} in "
            "validate.columns"
        )
    return ordered.astype({label: kind}).reset_index(drop=True)
