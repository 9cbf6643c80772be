"""Periods are compared with their own season where there is enough of each."""

from datetime import date, timedelta

import numpy as np
import pytest
from profile_factories import batch, numbers

from tasks.drift.covariates import comparisons, covariate_shift
from tasks.drift.seasons import season, season_word
from tasks.prepare.features import Feature, Schema

SCHEMA = Schema(features=(Feature(name="x"),))
START = date(2024, 1, 1)
SUNDAY, MONDAY = "2024-02-04", "2024-02-05"


def days(count):
    return [(START + timedelta(days=n)).isoformat() for n in range(count)]


def of(day, *, like=""):
    """A day's rows; on Sundays `x` is higher by two."""
    seed = date.fromisoformat(day).toordinal()
    shift = 2.0 * (season(like or day) == "6")
    return batch(x=numbers(np.random.default_rng(seed).normal(shift, 1, 500)))


def one_day(trained, day, like=""):
    compared = comparisons({one: of(one) for one in trained}, {day: of(day, like=like)})
    return covariate_shift(compared, SCHEMA, None).columns[0]


class TestWeekdays:
    def test_a_sunday_is_a_sunday(self):
        """What is new for a Monday is usual for a Sunday, and the other way round."""
        weeks = days(28)
        assert not one_day(weeks, SUNDAY).drifted
        assert not one_day(weeks, MONDAY).drifted
        assert one_day(weeks, MONDAY, like=SUNDAY).drifted
        assert one_day(weeks, SUNDAY, like=MONDAY).drifted

    def test_with_less_history_a_monday_may_be_a_sunday(self):
        """Four weeks less a day: the days are all compared, and the most that is usual is a Sunday's."""
        assert not one_day(days(27), MONDAY, like=SUNDAY).drifted

    def test_usual_is_learned_from_all_days(self):
        """28 thresholds' worth of luck and not 4: within its season, any day says how much days differ."""
        compared = comparisons({one: of(one) for one in days(28)}, {SUNDAY: of(SUNDAY)})
        assert sum(one.trained for one in compared) == 28
        assert {one.periods for one in compared} == {3, 4}


class TestSeasons:
    @pytest.mark.parametrize(
        ("period", "found"),
        [
            (SUNDAY, "6"),
            (MONDAY, "0"),
            ("2024-07", "07"),
            ("2013-W15", "04"),
            ("2015-W53", "12"),
            ("2019-W01", "01"),
            ("2013-W05", "01"),
        ],
    )
    def test_are_told_by_the_period_s_name(self, period, found):
        """Weekdays of days, months of months, and of weeks the month that has their Thursday."""
        assert season(period) == found

    def test_need_four_of_each(self):
        """Also of the newest's: a shop that never opened on Sundays has no usual one."""
        weeks = days(28)
        weekdays = [one for one in weeks if season(one) != "6"]
        assert season_word(weeks, [SUNDAY]) == season_word(weekdays, [MONDAY]) == "weekday"
        assert season_word(weekdays, [SUNDAY]) == season_word(days(27), [MONDAY]) == ""
        assert season_word([], []) == ""

    def test_of_months_take_four_years(self):
        """Which few models learn from."""
        years = [f"{year}-{month:02d}" for year in range(2020, 2024) for month in range(1, 13)]
        assert season_word(years, ["2024-01"]) == "month"
        assert season_word(years[1:], ["2024-01"]) == ""

    def test_of_weeks_take_four_years_too(self):
        """Four weeks of one January share its frost; a 53rd week is one more of December or January."""
        weeks = [f"{year}-W{week:02d}" for year in range(2012, 2016) for week in range(1, 53)]
        assert season_word([*weeks, "2015-W53"], ["2016-W01", "2016-W02"]) == "week"
        assert season_word(weeks[52:], ["2016-W01"]) == ""

    def test_a_week_is_compared_with_those_of_its_month(self):
        """Of all years: 2012 to 2015 have 17 Thursdays in April."""
        one = batch(x=numbers([1.0, 2.0]))
        weeks = [f"{year}-W{week:02d}" for year in range(2012, 2016) for week in range(1, 53)]
        compared = comparisons(dict.fromkeys(weeks, one), {"2016-W15": one})
        assert compared[-1].periods == sum(season(week) == "04" for week in weeks) == 17
