"""What has changed since the champion learned, as a document. Three kinds, never added up."""

from typing import Annotated

from pydantic import Field

from tasks.documents import Document, Hash
from tasks.evaluate.evidence import Interval


class Cell(Document):
    """A column in one period.

    A period that the champion learned from is compared with the others of these, any later one with all of
    them. `effect` is None where there are no values; `missing` is the rise in the share of missing ones.
    """

    period: str
    trained: bool
    effect: float | None
    missing: float
    drifted: bool


class ColumnDrift(Document):
    """One feature in the newest batch.

    `effect` is in standard deviations of the training periods, or for categories a Jensen-Shannon distance.
    `missing` is by how much the share of missing values rose, `unseen` the share of rows whose category the
    champion never saw. `since` is the first of the periods up to the newest that all have drifted.
    `weight` is the share of what moves the champion's answers; None where its explanation is not there.
    """

    column: str
    categorical: bool
    effect: float | None
    usual: float
    missing: float
    usual_missing: float
    unseen: float
    drifted: bool
    since: str | None
    weight: float | None
    history: tuple[Cell, ...]


class CovariateShift(Document):
    """The inputs: the newest batch against the periods that the champion learned from.

    `learned`: what is usual is the largest effect among these periods; else it is a fixed threshold.
    `by_luck` is how many of the thresholds that were learned would be passed without any drift, on average.
    """

    learned: bool
    by_luck: float | None
    rows: int
    reference_rows: int
    columns: tuple[ColumnDrift, ...]


class MovedSlice(Document):
    """A feature that has moved where a slice has one value, and not in the whole.

    `effect` is in standard deviations, or for categories a Jensen-Shannon distance; None where nothing is
    there. `missing` is by how much the share of missing values rose. `beyond` is how many times what is usual
    of slices it is.
    """

    slice: str
    value: str
    column: str
    effect: float | None
    missing: float
    rows: int
    beyond: float
    categorical: Annotated[bool, Field(exclude_if=lambda categorical: not categorical)] = False


class Volume(Document):
    """How many rows came: `change` is by which part they are more than the training periods' `mean`.

    `usual` is the largest such part among these periods, or fixed where there are too few of them.
    """

    rows: int
    mean: float
    change: float | None
    usual: float
    drifted: bool


class LabelShift(Document):
    """The mean label (the share of label 1) of the newest batch against the training periods'.

    `usual` is the largest change among these periods, None with too few of them. It has shifted where the
    whole interval of the change lies on one side of 0 and the change is larger than usual.
    """

    label: str
    reference: Interval
    newest: Interval
    change: Interval
    usual: float | None
    shifted: bool


class OneClass(Document):
    """A class's share of the labelled rows; `clear` where the change's interval lies on one side of 0."""

    name: str
    reference: Interval
    newest: Interval
    change: Interval
    clear: bool


class ClassShift(Document):
    """The shares of the classes in the newest batch against the training periods'.

    `effect` is the share of rows that would have to be of another class, None without labels, and `usual` the
    largest of it among these periods, None with too few of them. They have shifted where it is larger than
    usual and the change of some class is clear.
    """

    label: str
    effect: float | None
    usual: float | None
    shifted: bool
    classes: tuple[OneClass, ...]


class Meeting(Document):
    """The champion on the holdout of one decision, later than the one that promoted it.

    `lead` is how much better it does than the naive baseline, `change` by how much that has grown since its
    promotion. `baseline_wins`: `surely` or `on these rows`. Where `withheld` says why, there is no number.
    """

    entry: int
    holdout: tuple[str, ...]
    rows: int | None = None
    champion: float | None = None
    baseline: float | None = None
    lead: Interval | None = None
    change: Interval | None = None
    fallen: bool = False
    baseline_wins: str = ""
    withheld: str = ""


class CalibrationBin(Document):
    """Rows whose score is at least `low`, and below the next bin's; `predicted` is its mean now.

    `before` and `now` are the mean of label minus score, on the holdout that promoted the champion and now.
    """

    low: float
    predicted: float | None
    before: Interval
    now: Interval
    change: Interval
    drifted: bool


class CalibrationDrift(Document):
    """Label minus score of the champion on the holdout of decision `entry`, against its promotion's.

    All intervals hold together with a confidence of 90%. Where `withheld` says why, there is no number.
    """

    entry: int
    holdout: tuple[str, ...]
    before: Interval | None = None
    now: Interval | None = None
    change: Interval | None = None
    drifted: bool = False
    bins: tuple[CalibrationBin, ...] = ()
    withheld: str = ""


class ConceptDrift(Document):
    """What ties labels to inputs: the champion's loss, as decisions have measured it on new labels.

    `promoted_on` is the holdout that promoted the champion, with its loss and its lead over the baseline
    there. `calibration` is there where the champion says probabilities and a later decision may be told.
    """

    metric: str
    unit: str
    promoted_on: tuple[str, ...]
    champion: float | None
    baseline: float | None
    lead: Interval | None
    withheld: str
    meetings: tuple[Meeting, ...]
    calibration: Annotated[CalibrationDrift | None, Field(exclude_if=lambda found: found is None)] = None


class Shifts(Document):
    """What the newest batch says by itself. Without one later than the training periods all shifts are None.

    `corrected` are training periods of which another revision has arrived since. `slices` are those in which
    a feature has moved that has not in the whole. Of labels that are classes there is a `class_shift` instead
    of a `label_shift`. `season` is `weekday`, `week` or `month` where each period is compared with those of
    its season, a week with the weeks of its month. `unchecked` are later periods that no run has judged by
    today's rules, so that nobody knows of rows in quarantine there: all of them count.
    """

    model: str
    champion: int
    candidate: Hash
    trained_on: tuple[str, ...]
    corrected: tuple[str, ...]
    newest: str | None
    season: Annotated[str, Field(exclude_if=lambda season: not season)] = ""
    unchecked: Annotated[tuple[str, ...], Field(exclude_if=lambda periods: not periods)] = ()
    covariate_shift: CovariateShift | None
    slices: Annotated[tuple[MovedSlice, ...], Field(exclude_if=lambda slices: not slices)] = ()
    volume: Volume | None = None
    label_shift: LabelShift | None
    class_shift: Annotated[ClassShift | None, Field(exclude_if=lambda shift: shift is None)] = None


class Drift(Shifts):
    """What `evergreen drift` says: the shifts, and what later decisions have found."""

    schema_version: int = 1
    concept_drift: ConceptDrift
