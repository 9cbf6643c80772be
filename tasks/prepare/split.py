"""Which rows train, select and judge, with nothing known too late. Pure."""

import numpy as np
import pandas as pd

from tasks.errors import Leak
from tasks.params import PrepareParams
from tasks.prepare.window import Cutoffs

TRAIN, SELECTION, HOLDOUT = "train", "selection", "holdout"
SPLITS = (TRAIN, SELECTION, HOLDOUT)


def split(
    rows: pd.DataFrame, prepare: PrepareParams, times: Cutoffs
) -> tuple[dict[str, pd.DataFrame], dict[str, int]]:
    """`rows` by split, each in the order of (event time, id), and the rows left out, counted by name.

    Each row is in one split or in one count. Labels are never read of a row whose label was
    not known in time. Raises `Leak` where a source's features mostly come after the event.
    """
    event = rows[prepare.event_time]
    kind = np.select(
        [event < times.start, event < times.selection_start, event < times.training_ends,
         event < times.holdout_ends],
        ["before the window", TRAIN, SELECTION, HOLDOUT],
        default="after the window",
    )  # fmt: skip
    place = pd.Series(kind, index=rows.index, dtype="str")
    for exclusion in prepare.exclude:
        place = place.mask(place.isin(SPLITS) & (rows[exclusion.column] == exclusion.equals), exclusion.name)
    known_by = event.where(place == HOLDOUT, times.training_ends).mask(place == HOLDOUT, times.label_cutoff)
    late = ~(rows[prepare.label.available_at] <= known_by)
    place = place.mask(place.isin(SPLITS) & late, "label not known in time")
    unlabelled = rows[prepare.label.column].isna()
    place = place.mask(place.isin(SPLITS) & unlabelled, "label missing")
    known = rows.assign(**hide_late_features(rows, prepare))
    parts = {name: _ordered(known[place == name], prepare) for name in SPLITS}
    counts = place[~place.isin(SPLITS)].value_counts()
    return parts, {str(name): int(count) for name, count in sorted(counts.items())}


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


def _ordered(part: pd.DataFrame, prepare: PrepareParams) -> pd.DataFrame:
    columns = [prepare.id, prepare.event_time, prepare.cluster, prepare.label.column]
    columns += [*prepare.features, *(name for name in prepare.slices if name not in prepare.features)]
    ordered = part[columns].sort_values([prepare.event_time, prepare.id], kind="stable")
    return ordered.astype({prepare.label.column: "int8"}).reset_index(drop=True)
