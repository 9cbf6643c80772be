"""Columns and profiles of a few rows, as a batch would give them."""

import numpy as np

from tasks.profile import ColumnProfile, Profile
from tasks.profile.categories import categories
from tasks.profile.classes import class_labels
from tasks.profile.histogram import histogram
from tasks.profile.labels import Labels, labels
from tasks.profile.moments import moments


def numbers(values, nulls=0, beyond=0):
    """A column of numbers."""
    held = np.asarray(values, dtype=np.float64)
    return ColumnProfile(
        rows=len(held) + nulls + beyond,
        nulls=nulls,
        beyond=beyond,
        moments=moments(held),
        histogram=histogram(held),
    )


def text(**counts):
    """A column of categories by their counts of rows."""
    return ColumnProfile(rows=sum(counts.values()), categories=categories(counts))


def batch(held=None, *, classes=None, **columns):
    """A profile of columns, with labels or classes where there are any."""
    rows = next(iter(columns.values())).rows if columns else 0
    return Profile(rows=rows, columns=columns, labels=held or Labels(), classes=classes)


def class_month(*shares, days=30, rows=50, seed=0):
    """Labels low, middle and high of so many days, in about these shares."""
    drawn = np.random.default_rng(seed).multinomial(rows, shares, days)
    counts = ((f"{seed}-{day}", [int(n) for n in one]) for day, one in enumerate(drawn))
    return class_labels(("low", "middle", "high"), counts)


def month(share, *, days=30, rows=50, seed=0):
    """Labels of 0 and 1 of so many days, of which about a share is 1."""
    drawn = np.random.default_rng(seed).binomial(rows, share, days)
    return labels([(f"{seed}-{day}", rows, float(ones)) for day, ones in enumerate(drawn)])
