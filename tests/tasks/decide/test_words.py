"""A decision's findings in sentences."""

import pytest
from data_factories import one_part, small_params

from tasks.decide.contract import ClauseVerdict, judge
from tasks.decide.words import needed_words
from tasks.evaluate.evidence import Interval

CONTRACT = small_params().contract
OPEN = Interval(0.01, 0.01, 19.0, -0.01, 0.03, 0.05, 400, 20, 20.0, 0.05, "m")
AT_THE_BAR = Interval(0.0, 0.01, 19.0, -0.02, 0.02, 0.05, 400, 20, 20.0, 0.05, "m")
NONE = Interval(None, None, None, None, None, 0.05, 400, 20, 20.0, 0.05, "m", "there is no alarm")
ESTIMATE_ALONE = Interval(0.01, None, None, None, None, 0.05, 400, 20, 20.0, 0.05, "m", "no variation")


def judged(interval: Interval) -> ClauseVerdict:
    """The clause about the champion with this interval: it is open."""
    found = judge(CONTRACT.clauses[-1], CONTRACT, one_part(interval, interval))
    assert found.verdict == "undecided"
    return found


class TestNeededWords:
    """What would decide an open clause."""

    def test_so_much(self):
        """Clusters, rows and batches."""
        said = needed_words(judged(OPEN))
        assert said.startswith("would be decided, if the lead is as seen, by ")
        assert " times this evidence in all: " in said

    def test_nothing_up_to_a_thousand_times(self):
        """A lead at the bar is told from it by no amount."""
        said = needed_words(judged(AT_THE_BAR))
        assert said == "would not be decided, if the lead is as seen, by up to 1,000 times this evidence"

    @pytest.mark.parametrize("interval", [NONE, ESTIMATE_ALONE])
    def test_without_an_interval_nothing_was_computed(self, interval):
        """That is said, and not that a thousand times the evidence would not do."""
        said = needed_words(judged(interval))
        assert said == "has no interval, and how much evidence would decide it cannot be told from that"
