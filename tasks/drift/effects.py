"""How far one profile of a column lies from another: sizes, and no p-values. Pure."""

import math
from collections.abc import Mapping

import numpy as np

from tasks.profile.categories import Categories, short_name
from tasks.profile.histogram import Histogram
from tasks.profile.moments import Moments
from tasks.profile.profile import ColumnProfile


def effect(new: ColumnProfile, reference: ColumnProfile) -> float | None:
    """How far the values of `new` lie from those of `reference`; None where one of them has none.

    Of numbers the Wasserstein-1 distance in standard deviations of the reference: 0.1 is what a shift of all
    values by a tenth of one makes. Of categories the Jensen-Shannon distance, 0 to 1.
    """
    if new.histogram and reference.histogram and new.moments and reference.moments:
        if not new.moments.count or not reference.moments.count:
            return None
        apart = wasserstein(new.histogram, reference.histogram)
        # No distribution is nearer to another than their means are, and these are exact.
        apart = max(apart, abs(new.moments.mean - reference.moments.mean))
        return apart / scale if (scale := _scale(new.moments, reference.moments)) else 0.0
    if new.categories and reference.categories and new.categories.total and reference.categories.total:
        return jensen_shannon(new.categories, reference.categories)
    return None


def missing_share(column: ColumnProfile) -> float:
    """The share of rows without a value, or with one that is too large for any model."""
    return (column.nulls + column.beyond) / column.rows if column.rows else 0.0


def unseen_share(new: ColumnProfile, known: tuple[str, ...]) -> float:
    """The share of rows whose category is none of the `known`; what is not told apart counts as known."""
    if new.categories is None or not new.rows:
        return 0.0
    names = {short_name(name) for name in known}
    return sum(count for name, count in new.categories.counts.items() if name not in names) / new.rows


def wasserstein(a: Histogram, b: Histogram) -> float:
    """The Wasserstein-1 distance between the values of two histograms, neither of which is empty.

    The area between the two distribution functions, W = sum |F_a - F_b| dx (Vallender, Theory of Probability
    and its Applications 18 (1974)). Each value stands at the middle of its bucket, so W is off by at most
    `relative_error` of the coarser one times the mean size of a's values and of b's, together.
    """
    shift = max(a.shift, b.shift)
    (a_at, a_rows), (b_at, b_rows) = a.at(shift), b.at(shift)
    places = np.concatenate([a_at, b_at])
    steps = np.concatenate([a_rows / a_rows.sum(), -b_rows / b_rows.sum()])
    order = np.argsort(places, kind="stable")
    between = np.abs(np.cumsum(steps[order]))[:-1]
    return float(between @ np.diff(places[order]))


def jensen_shannon(a: Categories, b: Categories) -> float:
    """The Jensen-Shannon distance between the categories' shares of two sets of rows, neither empty.

    With m = (p + q) / 2, the root of (KL(p, m) + KL(q, m)) / 2 in bits: 0 of equal shares, 1 where no
    category is in both. Lin, IEEE Transactions on Information Theory 37 (1991); that its root is a distance:
    Endres & Schindelin, the same 49 (2003). Categories that are not told apart count as one.
    """
    names = a.merge(b).counts
    return shares_apart(*(_shares(one, names) for one in (a, b)))


def shares_apart(p: np.ndarray, q: np.ndarray) -> float:
    """The same of shares (k,) that each add up to 1."""
    m = (p + q) / 2
    divergence = sum(
        float((share[there] * np.log2(share[there] / m[there])).sum())
        for share in (p, q)
        for there in (share > 0,)
    )
    return math.sqrt(min(1.0, max(0.0, divergence / 2)))


def total_variation(p: Mapping[str, float], q: Mapping[str, float]) -> float:
    """The share of rows that would have to be of another class: half the sum of |p_k - q_k|.

    The total variation distance, 0 of equal shares and 1 where no class is in both. Source: Levin, Peres &
    Wilmer, Markov Chains and Mixing Times (2009), proposition 4.2.
    """
    return sum(abs(p.get(name, 0.0) - q.get(name, 0.0)) for name in {*p, *q}) / 2


def _shares(one: Categories, names: dict[str, int]) -> np.ndarray:
    counts = [one.counts.get(name, 0) for name in names]
    return np.array([*counts, one.total - sum(counts)], dtype=np.float64) / one.total


def _scale(new: Moments, reference: Moments) -> float:
    """The reference's standard deviation; where all its values are equal, that of both together."""
    return reference.deviation or reference.merge(new).deviation
