"""What comes against what the champion said: overall and by score, with clusters counted as such."""

import numpy as np
import pytest

from tasks.drift.calibration import Answered, calibration_drift
from tasks.drift.words import calibration_words


def month(seed, *, wrong=0.0, above=0.0, days=30, rows=60):
    """Days with a little luck of their own; above a score the label comes more often by `wrong`."""
    draw = np.random.default_rng(seed)
    days_of = np.repeat(np.arange(days), rows)
    said = draw.uniform(0.05, 0.8, len(days_of))
    truth = said + np.where(said >= above, wrong, 0.0) + draw.normal(0, 0.02, days)[days_of]
    labels = (draw.random(len(said)) < truth).astype(np.float64)
    return Answered(labels, said, days_of)


def found(now, before=None):
    return calibration_drift(9, ("2024-05",), before or month(1), now)


class TestCalibration:
    def test_as_it_was_has_not_drifted(self):
        """Every interval of a change holds 0."""
        told = found(month(2))
        assert not told.drifted
        assert [one.drifted for one in told.bins] == [False] * 5
        assert all(one.change.low < 0 < one.change.high for one in told.bins)
        assert "calibration on 2024-05 (entry 9): not drifted." in calibration_words(told)

    def test_in_high_scores_alone_is_told_there(self):
        """A fifth more labels of 1 where the score is 0.65 or more: the last bin, and no other."""
        told = found(month(2, wrong=0.2, above=0.65))
        assert [one.drifted for one in told.bins] == [False] * 4 + [True]
        assert told.bins[4].change.estimate == pytest.approx(0.2, abs=0.1)
        assert "of scores about 0.7" in calibration_words(told)

    def test_what_was_wrong_from_the_start_has_not_drifted(self):
        """It is what the champion was promoted with: the gap is told, and no change."""
        told = found(month(2, wrong=0.15), before=month(1, wrong=0.15))
        assert told.now.low > 0
        assert not told.drifted

    def test_bins_are_those_of_the_promotion(self):
        """Scores that all moved up fill the upper bins; an empty bin has no interval, and no alarm."""
        high = month(2)
        told = found(Answered(high.labels, np.clip(high.said, 0.5, 1), high.clusters))
        assert told.bins[0].low == 0
        assert [one.now.rows for one in told.bins[:2]] == [0, 0]
        assert (told.bins[0].now.note, told.bins[0].predicted, told.bins[0].drifted) == (
            "no rows",
            None,
            False,
        )
        assert sum(one.now.rows for one in told.bins) == 1800

    def test_of_a_constant_score(self):
        """One bin has all rows."""
        one = month(1)
        flat = Answered(one.labels, np.full(1800, 0.4), one.clusters)
        assert len(found(flat, before=flat).bins) == 1

    def test_one_cluster_says_nothing_for_sure(self):
        """A single day of labels: a gap without bounds, and no alarm."""
        told = found(month(2, wrong=0.2, days=1))
        assert (told.now.low, told.drifted) == (None, False)
        assert "no interval" in calibration_words(told)

    @pytest.mark.long
    def test_false_alarms(self):
        """At most a tenth of months without drift, on average: all six intervals together."""
        alarms = sum(found(month(1000 + n), month(n)).drifted for n in range(200))
        assert alarms <= 32
