"""Numbers are said with their sign, their error and enough digits, and never as nan."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.evaluate.evidence import CLUSTERED, Interval
from tasks.report.wording import (
    Scale,
    confidence,
    counted,
    instant,
    minus,
    number,
    scale_of,
    share,
    size,
    with_interval,
)

NATS = Scale("nats per row", 4)
NBSP = "\N{NO-BREAK SPACE}"


def interval(estimate, low, high, note=""):
    return Interval(estimate, 1.0, 5.0, low, high, 0.05, 10, 6, 6.0, 0.2, CLUSTERED, note)


class TestNumber:
    """One number as text."""

    @pytest.mark.parametrize(
        ("value", "sign", "text"),
        [
            (0.00314, True, "+0.0031"),
            (-0.00314, True, "−0.0031"),
            (-0.00001, True, "0.0000"),
            (1234.5, False, "1,234.5000"),
            (None, True, "none"),
            (math.nan, True, "none"),
            (math.inf, False, "none"),
        ],
    )
    def test_examples(self, value, sign, text):
        """A true minus, no sign on a zero, and `none` for no number."""
        assert number(value, sign=sign) == text

    @given(st.floats(-1e9, 1e9))
    def test_it_reads_back_to_within_half_a_last_digit(self, value):
        """Nothing is lost but what rounding takes."""
        read = float(number(value, 3, sign=True).replace("−", "-").replace(",", ""))
        assert abs(read - value) <= 0.0005001 + abs(value) * 1e-12


class TestInterval:
    """An estimate never goes without its interval or the reason for none."""

    def test_estimate_and_bounds(self):
        """Signed, in brackets."""
        assert with_interval(interval(0.0031, -0.0012, 0.0074), NATS) == f"+0.0031 [−0.0012,{NBSP}+0.0074]"

    def test_a_narrow_interval_gets_the_digits_that_show_its_width(self):
        """Half-widths show two digits, so that no interval looks like a point."""
        assert with_interval(interval(2e-6, 1e-6, 3e-6), NATS) == f"+0.0000020 [+0.0000010,{NBSP}+0.0000030]"

    def test_money_is_scaled_with_its_bounds(self):
        """A factor applies to all three numbers."""
        scale = Scale("EUR per 1,000", 0, 1000)
        assert with_interval(interval(1.5, -0.5, 3.5), scale) == f"+1,500 [−500,{NBSP}+3,500]"

    def test_without_bounds_the_note_is_said(self):
        """Why there is no interval stands where it would."""
        assert (
            with_interval(interval(0.1, None, None, "one cluster"), NATS)
            == "+0.1000 (no interval: one cluster)"
        )
        assert with_interval(interval(None, None, None, "no rows"), NATS) == "none: no rows"
        assert with_interval(None, NATS) == "none"


class TestUnits:
    """Counts, shares, sizes and times in words."""

    def test_counts_have_their_plural(self):
        """One row, two rows, no category."""
        assert [counted(1, "row"), counted(28330, "row")] == ["1 row", "28,330 rows"]
        assert counted(0, "category", "categories") == "0 categories"

    def test_shares_of_nothing_are_none(self):
        """No division by zero rows."""
        assert [share(1, 8), share(0, 0)] == ["12.5%", "none"]

    def test_confidence_is_two_sided(self):
        """5% on each side is 90% in between."""
        assert [confidence(0.05), confidence(0.025), confidence(0.005)] == ["90%", "95%", "99%"]

    def test_times_are_shown_in_utc(self):
        """Another zone's time is converted; one without a zone is not."""
        assert instant("2013-04-01T00:00:00-04:00") == "2013-04-01 04:00 UTC"
        assert instant("2013-04-01T00:00:00") == "2013-04-01 00:00"

    def test_sizes_use_decimal_prefixes(self):
        """As storage is sold."""
        assert [size(999), size(312_345), size(5_000_000_000_000)] == ["999 bytes", "312 kB", "5,000 GB"]

    def test_money_is_named_where_its_currency_is_known(self):
        """Other units stay as they are."""
        assert scale_of("money per row", "EUR").unit == "EUR per row"
        assert scale_of("nats per row", "EUR").unit == "nats per row"


class TestMinus:
    """A decision's words are plain text, and the page's numbers have a true minus."""

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("value: -288.00 [-479.00, -120.00] EUR", "value: −288.00 [−479.00, −120.00] EUR"),
            ("on 2025-02 of beats-2, a-1, -x, --1", "on 2025-02 of beats-2, a-1, -x, --1"),
            ("at -.5", "at −.5"),
        ],
    )
    def test_stands_before_numbers_alone(self, text, said):
        """Dates, names and options keep their hyphens."""
        assert minus(text) == said

    def test_stands_in_no_name(self):
        """A column may be called `Score (-1)`; beside it a number has its minus."""
        text = "in no slice of Score (-1) worse by -0.5, nor of a (-1)"
        assert minus(text, ["(-1)", "Score (-1)"]) == text.replace("by -0", "by −0")
