"""Label shift: the mean label of the newest batch against the training periods'. Pure."""

from collections.abc import Sequence

from tasks.drift.covariates import Compared
from tasks.drift.differences import difference
from tasks.drift.findings import LabelShift
from tasks.drift.usual import LEAST_HISTORY, usual
from tasks.profile.labels import Labels


def label_shift(label: str, compared: Sequence[Compared]) -> LabelShift:
    """The shift of `label` in the last of `compared`, whose interval counts clusters and not rows."""
    newest, reference = compared[-1].new.labels.mean(), compared[-1].reference.labels.mean()
    change = difference(newest, reference)
    seen = [_apart(one.new.labels, one.reference.labels) for one in compared if one.trained]
    most = usual(seen, fixed=0.0) if sum(one is not None for one in seen) >= LEAST_HISTORY else None
    clear = (change.low is not None and change.low > 0) or (change.high is not None and change.high < 0)
    return LabelShift(
        label=label,
        reference=reference,
        newest=newest,
        change=change,
        usual=most,
        shifted=clear and abs(change.estimate or 0.0) > (most or 0.0),
    )


def _apart(new: Labels, reference: Labels) -> float | None:
    if not new.total or not reference.total:
        return None
    return sum(new.sums.values()) / new.total - sum(reference.sums.values()) / reference.total
