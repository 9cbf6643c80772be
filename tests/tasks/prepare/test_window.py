"""The time line of a cycle: the newest periods judge, and midnight is where the business lives."""

from datetime import UTC, datetime, timedelta

import pytest
from data_factories import small_params
from hypothesis import given
from hypothesis import strategies as st

from tasks.errors import BadInput
from tasks.params import PrepareParams
from tasks.periods import Calendar
from tasks.prepare.window import NotEnoughPeriods, cutoffs, fresh_holdout

PREPARE = small_params().prepare
NEW_YORK = Calendar("month", "America/New_York")


def prepare(**changes: int) -> PrepareParams:
    return PREPARE.model_copy(update=changes)


class TestTheNewestJudge:
    """The holdout is later than all that trains and selects."""

    @given(
        st.integers(2, 30),
        st.integers(2, 12),
        st.integers(1, 3),
        st.randoms(use_true_random=False),
    )
    def test_every_instant_is_in_its_order(self, count, longest, judging, random):
        """Start, selection, end of training, end of holdout and label cut-off follow each other."""
        periods = [f"{2020 + n // 12}-{n % 12 + 1:02d}" for n in range(count)]
        chosen = periods[-longest:]
        random.shuffle(periods)
        settings = prepare(max_periods=max(longest, judging + 1), holdout_periods=judging)
        settings = settings.model_copy(update={"min_periods": judging + 1})
        if count < judging + 1:
            with pytest.raises(NotEnoughPeriods):
                cutoffs(periods, settings, NEW_YORK)
            return
        times = cutoffs(periods, settings, NEW_YORK)
        assert times.periods[-len(chosen) :] == tuple(chosen)
        assert times.holdout == times.periods[-judging:]
        assert times.start < times.selection_start < times.training_ends < times.holdout_ends
        assert times.label_cutoff == times.holdout_ends + timedelta(days=1)

    def test_old_periods_leave_the_window(self):
        """With max_periods 2, only the two newest count."""
        times = cutoffs(["2024-01", "2024-02", "2024-03"], prepare(max_periods=2), NEW_YORK)
        assert times.periods == ("2024-02", "2024-03")


class TestTooFew:
    """What cannot be judged yet waits, and says for how long."""

    def test_says_how_many_are_missing(self):
        """One period of three: two more."""
        with pytest.raises(NotEnoughPeriods, match="1 of 3 periods have arrived; 2 more"):
            cutoffs(["2024-01"], prepare(min_periods=3), NEW_YORK)

    def test_a_selection_as_long_as_the_window_is_a_bad_setting(self):
        """Selection days that leave nothing to train on are refused by their name."""
        with pytest.raises(BadInput, match=r"prepare\.selection_days: 31 days before 2024-02"):
            cutoffs(["2024-01", "2024-02"], prepare(selection_days=31), NEW_YORK)


class TestTimeZones:
    """A month begins at midnight there, also when the clocks change within it."""

    def test_months_begin_at_local_midnight(self):
        """January ends at 05:00 UTC on 1 February in New York."""
        times = cutoffs(["2024-01", "2024-02"], PREPARE, NEW_YORK)
        assert times.start == datetime(2024, 1, 1, 5, tzinfo=UTC)
        assert times.training_ends == datetime(2024, 2, 1, 5, tzinfo=UTC)

    def test_spring_takes_an_hour(self):
        """March 2024 in New York is 743 hours, and its end is 04:00 UTC."""
        times = cutoffs(["2024-02", "2024-03"], PREPARE, NEW_YORK)
        assert times.holdout_ends == datetime(2024, 4, 1, 4, tzinfo=UTC)
        assert times.holdout_ends - times.training_ends == timedelta(hours=743)

    def test_autumn_gives_it_back(self):
        """November 2024 in New York is 721 hours."""
        times = cutoffs(["2024-10", "2024-11"], PREPARE, NEW_YORK)
        assert times.holdout_ends - times.training_ends == timedelta(hours=721)

    @pytest.mark.parametrize(("day", "hours"), [("2024-03-10", 23), ("2024-11-03", 25), ("2024-06-01", 24)])
    def test_days_have_their_own_length(self, day, hours):
        """A day period is 23, 24 or 25 hours long."""
        calendar = Calendar("day", "America/New_York")
        settings = prepare(selection_days=1)
        first = datetime.fromisoformat(day).date()
        before = [(first - timedelta(days=n)).isoformat() for n in (2, 1)]
        times = cutoffs([*before, day], settings, calendar)
        assert times.holdout_ends - times.training_ends == timedelta(hours=hours)


class TestFreshHoldout:
    """When a holdout of which nothing was asked can be judged."""

    @pytest.mark.parametrize(
        ("judging", "lag", "words"),
        [
            (1, 0, "when 2014-01 has arrived, with its labels by 2014-02-01"),
            (1, 2, "when 2014-01 has arrived, with its labels by 2014-02-03"),
            (3, 2, "when 2014-03 has arrived, with its labels by 2014-04-03"),
        ],
    )
    def test_takes_as_many_fresh_periods_as_judge(self, judging, lag, words):
        """All of them after the period that was asked; labels are due after the declared lag, local time."""
        settings = prepare(holdout_periods=judging, label_lag_days=lag)
        assert fresh_holdout("2013-12", settings, NEW_YORK) == words
