"""A lead in money, and what one per cent more would be worth."""

import pytest
from data_factories import contender, small_params
from factories import small_frame

from tasks.decide.words import worth_words
from tasks.decide.worth import Worth, worth
from tasks.evaluate.findings import Evidence
from tasks.evaluate.step import compare

ROWS = small_frame("2024-02", rows=300).dropna(subset="label").astype({"label": "int8"})
GOOD = [0.8 if label else 0.2 for label in ROWS["label"]]


def evidence(champion: list[float] | None) -> Evidence:
    """A challenger that is always right, against a champion or nobody."""
    other = contender("champion", champion) if champion else None
    return compare(ROWS, contender("challenger", GOOD), other, small_params(), ("2024-02",))


class TestWorth:
    """Money on a thousand predictions, by the declared costs."""

    def test_is_the_lead_in_value(self):
        """An alarm for all costs 4 where nothing comes: the lead is that, on each row without the label."""
        always = evidence([0.9] * len(ROWS))
        found = worth(always)
        quiet = 1 - float(ROWS["label"].mean())
        assert found.lead == pytest.approx(1000 * 4 * quiet)
        assert found.low < found.lead < found.high
        assert found.percent == pytest.approx(10 * abs(10 * (1 - quiet) - 4 * quiet))
        assert (found.against, found.currency) == ("champion", "EUR")

    def test_without_a_champion_it_is_over_the_base_rate(self):
        """Whoever would be replaced."""
        found = worth(evidence(None))
        assert found.against == "base rate"
        assert found.lead > 0

    def test_without_money_there_is_none(self):
        """Evidence without a value has no worth, and no words."""
        plain = evidence(None)
        assert worth(plain.model_copy(update={"metrics": {}})) is None
        assert worth_words(None) == ""

    def test_equal_models_have_no_lead_and_no_interval(self):
        """A lead of 0 that nothing varies is said without bounds."""
        found = worth(evidence(GOOD))
        assert (found.lead, found.low, found.high) == (0.0, None, None)
        assert "[" not in worth_words(found)

    def test_in_words(self):
        """One line with both."""
        told = Worth(currency="USD", against="champion", lead=-820.0, low=-900.0, high=-740.5, percent=59.9)
        assert worth_words(told) == (
            "In money the lead over the champion is -820.00 [-900.00, -740.50] USD per 1,000 predictions; "
            "one per cent of what the champion is worth is 59.90."
        )
