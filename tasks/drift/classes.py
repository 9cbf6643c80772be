"""Label shift of classes: how their shares have changed since the champion learned. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from tasks.drift.covariates import Compared
from tasks.drift.differences import difference
from tasks.drift.effects import total_variation
from tasks.drift.findings import ClassShift, OneClass
from tasks.drift.usual import LEAST_HISTORY, usual
from tasks.evaluate.evidence import Interval
from tasks.profile.classes import ClassLabels

LEVEL = 0.05


def class_shift(label: str, compared: Sequence[Compared]) -> ClassShift:
    """The shift of the classes of `label` in the last of `compared`, all of which know the same classes.

    Each class's interval is at the level divided by their number, so that none of them leaves 0 out by luck
    more often than the level says (Bonferroni).
    """
    new, reference = compared[-1].new.classes, compared[-1].reference.classes
    if new is None or reference is None:
        raise ValueError("expected profiles that count classes, found profiles of numbers")
    seen = [_apart(one) for one in compared if one.trained]
    most = usual(seen, fixed=0.0) if sum(one is not None for one in seen) >= LEAST_HISTORY else None
    classes = tuple(_class(name, new, reference) for name in new.of)
    apart = _apart(compared[-1])
    return ClassShift(
        label=label,
        effect=apart,
        usual=most,
        shifted=any(one.clear for one in classes) and (apart or 0.0) > (most or 0.0),
        classes=classes,
    )


def _apart(one: Compared) -> float | None:
    if not one.new.classes or not one.reference.classes:
        return None
    new, reference = one.new.classes.shares, one.reference.classes.shares
    return total_variation(new, reference) if new and reference else None


def _class(name: str, new: ClassLabels, reference: ClassLabels) -> OneClass:
    newest, before = (_share(one, name) for one in (new, reference))
    change = difference(newest, before)
    clear = (change.low is not None and change.low > 0) or (change.high is not None and change.high < 0)
    return OneClass(name=name, reference=before, newest=newest, change=change, clear=clear)


def _share(labels: ClassLabels, name: str) -> Interval:
    """The class's share; of one that never came, with a bound where the others have an interval.

    Where no row of G clusters is of a class, its share is at most 1 - level^(1/G): a larger one shows in some
    cluster with a chance of 1 - level (Hanley & Lippman-Hand, JAMA 249 (1983)); of clusters of one size. Of
    a class that is all there is, likewise.
    """
    found = labels.labels(name).mean(level=LEVEL / len(labels.of))
    if found.low is not None or found.estimate not in (0.0, 1.0):
        return found
    unseen = 1 - found.level ** (1 / found.clusters)
    low, high = (0.0, unseen) if found.estimate == 0 else (1 - unseen, 1.0)
    return replace(found, low=low, high=high, standard_error=0.0, note="")
