"""A batch of far more or fewer rows than come in a period is told."""

from datetime import date

import numpy as np
import pytest
from profile_factories import batch, numbers

from tasks.drift.covariates import comparisons
from tasks.drift.volume import volume
from tasks.drift.words import volume_words

MONTHS = (31_000, 28_000, 31_000, 30_000, 31_000)


def found(rows, trained=MONTHS):
    months = {f"2024-{n:02d}": of(count) for n, count in enumerate(trained, start=1)}
    return volume(comparisons(months, {"2024-12": of(rows)}))


def of(rows):
    return batch(x=numbers(np.zeros(rows)))


class TestVolume:
    def test_half_a_month_is_unusual(self):
        """Months differ by a tenth, and no more."""
        half = found(15_000)
        assert half.drifted
        assert half.change == pytest.approx(-0.5, abs=0.01)
        assert half.usual == pytest.approx(1 - 28_000 / 30_750)
        assert "unusually few" in volume_words(half)
        assert "unusually many" in volume_words(found(40_000))

    def test_a_short_month_is_usual(self):
        """As short as the shortest but a little."""
        assert not found(28_200).drifted
        assert "unusual" not in volume_words(found(28_200))

    def test_with_little_history_the_threshold_is_fixed(self):
        """A quarter; one month alone has nothing that it differs from."""
        assert found(24_000, MONTHS[:1]).usual == 0.25
        assert [found(rows, MONTHS[:1]).drifted for rows in (24_000, 23_000)] == [False, True]

    def test_equal_months_leave_room_for_luck(self):
        """Periods that are all alike make no usual of nothing."""
        few = found(108, (100,) * 6)
        assert not few.drifted
        assert few.usual > 0.3

    def test_a_sunday_is_no_tenth_of_a_monday(self):
        """Of days, with enough history, the number is that of the weekday."""
        days = [f"2024-01-{n:02d}" for n in range(1, 29)]
        trained = {day: of(100 if date.fromisoformat(day).weekday() == 6 else 1000) for day in days}
        sunday, monday = ({day: of(100)} for day in ("2024-02-04", "2024-02-05"))
        assert not volume(comparisons(trained, sunday)).drifted
        assert volume(comparisons(trained, sunday)).mean == 100
        assert volume(comparisons(trained, monday)).drifted

    def test_no_rows_ever(self):
        """Nothing is divided by nothing."""
        none = found(10, (0, 0))
        assert (none.change, none.drifted) == (None, False)
        assert found(0).change == -1
