"""Which columns, how much, since when, and what the champion makes of them."""

import numpy as np
import pytest
from profile_factories import batch, numbers, text

from tasks.drift.covariates import comparisons, covariate_shift
from tasks.drift.usual import luck
from tasks.drift.words import covariate_words
from tasks.prepare.features import Feature, Schema

SCHEMA = Schema(features=(Feature(name="x"), Feature(name="colour", categories=("red", "blue"))))


def period(seed, *, shift=0.0, nulls=0, red=50):
    values = np.random.default_rng(seed).normal(shift, 1, 5000)
    return batch(x=numbers(values, nulls=nulls), colour=text(red=red * 50, blue=5000 - red * 50))


def months(*batches, first=1):
    return {f"2024-{first + n:02d}": one for n, one in enumerate(batches)}


TRAINED = months(*(period(seed) for seed in range(5)))


def found(*later, trained=TRAINED, weights=None):
    compared = comparisons(trained, months(*later, first=1 + len(trained)))
    shift = covariate_shift(compared, SCHEMA, weights)
    return shift, {one.column: one for one in shift.columns}


class TestAColumn:
    def test_that_moved_has_drifted_since_then(self):
        """From the first of the months that all are far off, up to the newest."""
        _, columns = found(period(10), period(11, shift=1), period(12, shift=1.2))
        x = columns["x"]
        assert (x.drifted, x.since) == (True, "2024-07")
        assert x.effect == pytest.approx(1.2, abs=0.15)
        assert x.usual < 0.3
        assert [cell.trained for cell in x.history] == [True] * 5 + [False] * 3
        assert [cell.drifted for cell in x.history] == [False] * 6 + [True] * 2

    def test_that_came_back_has_not(self):
        """What was off for one month is history."""
        _, columns = found(period(10, shift=2), period(11))
        assert (columns["x"].drifted, columns["x"].since) == (False, None)
        assert columns["x"].history[-2].drifted

    def test_missing_values_are_drift_of_their_own(self):
        """The values that are there have not moved; that a third is gone is told."""
        _, columns = found(period(10, nulls=2500))
        x = columns["x"]
        assert x.effect < x.usual
        assert (x.drifted, round(x.missing, 3)) == (True, 0.333)

    @pytest.mark.row("changed unit")
    def test_in_another_unit_is_a_thousand_times_off(self):
        """Grams for kilograms, where no range is declared that they would leave."""
        draw = np.random.default_rng(10).normal(0, 1, 5000)
        _, columns = found(batch(x=numbers(draw * 1000), colour=text(red=2500, blue=2500)))
        assert columns["x"].drifted
        assert columns["x"].effect > 100

    @pytest.mark.row("new category")
    def test_categories_and_strangers(self):
        """A category that the champion never saw is counted in rows."""
        stranger = batch(x=numbers(np.zeros(100)), colour=text(red=40, blue=40, green=20))
        _, columns = found(stranger)
        assert columns["colour"].unseen == 0.2
        assert columns["colour"].drifted
        assert columns["colour"].categorical

    def test_drift_that_goes_on_does_not_become_usual(self):
        """However long it lasts, as long as the champion has not learned from it."""
        _, columns = found(*(period(20 + n, shift=1) for n in range(8)))
        assert (columns["x"].drifted, columns["x"].since) == (True, "2024-06")


class TestTheOrder:
    def test_what_the_champion_uses_most_comes_first(self):
        """Of two columns that both have drifted."""
        drifted = period(10, shift=1, red=95)
        shift, _ = found(drifted, weights={"x": 0.999, "colour": 0.001})
        assert [one.column for one in shift.columns] == ["x", "colour"]
        shift, columns = found(drifted, weights={"colour": 1.0})
        assert [one.column for one in shift.columns] == ["colour", "x"]
        assert columns["x"].weight == 0

    def test_what_has_not_drifted_comes_last(self):
        """Whatever its weight."""
        shift, _ = found(period(10, red=99), weights={"x": 1.0, "colour": 0.0})
        assert [(one.column, one.drifted) for one in shift.columns] == [("colour", True), ("x", False)]

    def test_weights_may_be_unknown(self):
        """Then nothing is made up."""
        assert {one.weight for one in found(period(10))[0].columns} == {None}


class TestHistory:
    def test_without_enough_the_thresholds_are_fixed(self):
        """Of one month and of three; nobody says how much luck would tell."""
        for count in (1, 3):
            few = dict(list(TRAINED.items())[:count])
            shift, columns = found(period(10), trained=few)
            assert (shift.learned, shift.by_luck) == (False, None)
            assert columns["x"].usual == pytest.approx(0.1 + luck(5000, count * 5000))
            assert columns["x"].usual_missing == 0.05

    def test_luck_is_told(self):
        """One limit was learned (of x; colour and missing values never varied), from five months: 1 in 6."""
        shaky = months(*(period(seed, shift=seed / 10) for seed in range(5)))
        shift, columns = found(period(10), trained=shaky)
        assert shift.learned
        assert columns["x"].usual == pytest.approx(0.25, abs=0.05)
        assert shift.by_luck == pytest.approx(1 / 6)
        assert "differs from the others, or what luck may do where that is more" in covariate_words(shift)
