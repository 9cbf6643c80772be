"""What a batch looks like, in a small document that merges. Pure."""

from collections.abc import Iterable
from functools import reduce
from typing import Annotated

from pydantic import Field

from tasks.documents import Document
from tasks.profile.categories import Categories
from tasks.profile.classes import ClassLabels
from tasks.profile.histogram import Histogram
from tasks.profile.labels import Labels
from tasks.profile.moments import Moments
from tasks.profile.slices import Slices


class ColumnProfile(Document):
    """One feature: its rows, how many of them have no value, and what the others are.

    Of numbers the moments and the histogram; `beyond` are those that are infinite or larger than 1e100,
    which are in neither. Of text the categories.
    """

    rows: int = 0
    nulls: int = 0
    beyond: int = 0
    moments: Moments | None = None
    histogram: Histogram | None = None
    categories: Categories | None = None

    @property
    def null_share(self) -> float:
        """The share of rows without a value."""
        return self.nulls / self.rows if self.rows else 0.0

    def merge(self, other: "ColumnProfile") -> "ColumnProfile":
        """The profile of both's rows."""
        return ColumnProfile(
            rows=self.rows + other.rows,
            nulls=self.nulls + other.nulls,
            beyond=self.beyond + other.beyond,
            moments=self.moments.merge(other.moments) if self.moments and other.moments else None,
            histogram=self.histogram.merge(other.histogram) if self.histogram and other.histogram else None,
            categories=(
                self.categories.merge(other.categories) if self.categories and other.categories else None
            ),
        )


class Profile(Document):
    """A batch's features as they were known at each row's event, and its labels by cluster.

    Rows that `prepare.exclude` names count as features, since nobody knows of them when the question is
    asked, and not as labels. Labels that are classes have no mean: they are in `classes` alone. `slices` has
    the features, in alphabetical order, by the values of each declared slice.
    """

    rows: int
    columns: dict[str, ColumnProfile]
    labels: Labels
    classes: Annotated[ClassLabels | None, Field(exclude_if=lambda classes: classes is None)] = None
    slices: dict[str, Slices] = Field(default_factory=dict, exclude_if=lambda slices: not slices)

    def merge(self, other: "Profile") -> "Profile":
        """The profile of both's rows: associative and commutative, means and sums to rounding."""
        return Profile(
            rows=self.rows + other.rows,
            columns={name: one.merge(other.columns[name]) for name, one in self.columns.items()},
            labels=self.labels.merge(other.labels),
            classes=self.classes.merge(other.classes) if self.classes and other.classes else None,
            slices={name: one.merge(other.slices[name]) for name, one in self.slices.items()},
        )


def merged(profiles: Iterable[Profile]) -> Profile:
    """The profile of all rows of one profile or more, which have the same columns."""
    return reduce(Profile.merge, profiles)
