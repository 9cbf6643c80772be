"""Which numbers a regression cannot rule out: each prediction more or less one distance. Pure.

The distance is fitted on the selection rows, and travels in the model card. What that does and does not
promise is what `uncertainty` says of sets of labels: selection has also stopped the training, so that its
errors are a little too small; and rows of one day share what happened to them, and tomorrow is no draw from
the past, so that nothing guarantees how often the label is held. The clause `coverage` asks the holdout.
"""

import logging

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from tasks.documents import Document
from tasks.train.uncertainty import Floats, place_of

_log = logging.getLogger(__name__)


class PredictionIntervals(Document):
    """A label is possible while it is at most `half_width` from the prediction, in the label's unit.

    `coverage` is the share of rows whose interval was to hold the label. Without a half-width every label is
    possible.
    """

    coverage: float = Field(gt=0, lt=1)
    half_width: float | None = Field(ge=0)

    def bounds(self, predictions: Floats) -> tuple[Floats, Floats]:
        """The least and the largest possible label (n,) of each row; NaN where there is none."""
        reach = np.nan if self.half_width is None else self.half_width
        return predictions - reach, predictions + reach

    def hold(self, predictions: Floats, labels: Floats) -> NDArray[np.bool_]:
        """Where (n,) the label is one of the possible ones, the bounds included."""
        if self.half_width is None:
            return np.ones(len(labels), np.bool_)
        low, high = self.bounds(predictions)
        return (low <= labels) & (labels <= high)


def fit_intervals(labels: Floats, predictions: Floats, coverage: float) -> PredictionIntervals:
    """Intervals that hold a new row's label with chance `coverage`, were it exchangeable with these n rows.

    The half-width is the ceil((n + 1) coverage)-th smallest |label - prediction|: split conformal inference
    (Lei, G'Sell, Rinaldo, Tibshirani & Wasserman, "Distribution-free predictive inference for regression",
    JASA 113 (2018), algorithm 2 and theorem 2). With fewer rows than that every label is possible, which a
    warning says.
    """
    place = place_of(len(labels), coverage)
    if place > len(labels):
        _log.warning(
            "train: %d selection rows are too few for intervals that hold the label in %g of all rows: "
            "nothing is ruled out; widen prepare.selection_days or lower train.coverage",
            len(labels),
            coverage,
        )
        return PredictionIntervals(coverage=coverage, half_width=None)
    reach = float(np.sort(np.abs(labels - predictions))[place - 1])
    # A sum is rounded, and many labels may lie exactly this far away: none of them shall fall out.
    rounding = float(np.spacing(max(np.abs(labels).max(), np.abs(predictions).max())))
    return PredictionIntervals(coverage=coverage, half_width=reach + rounding)
