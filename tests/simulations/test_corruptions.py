"""The catalogue damages what it says, and gates are scored by what they tell of it; quickly."""

import numpy as np
import pyarrow as pa
import pytest
from example.flights import PERIODS, SCHEMA
from simulations.corruptions import CLOCK, IDS, LABEL, ROWS, SEVERITIES, WEATHER, catalogue
from simulations.drift_gate import Told, told
from simulations.drift_scores import best, each, fixed, learned, new_share, rules, score, together
from simulations.drift_table import FIRST, SECOND, cases

COUNT = 3_000
ENTRIES = [pytest.param(n, id=f"{n}-{one.kind} {one.what}") for n, one in enumerate(catalogue())]


def some_month(seed):
    """Rows of a flight's type in the order of time, no two of them alike."""
    draw = np.random.default_rng(seed)
    text = {"carrier": ["UA", "WN", "B6"], "origin": ["JFK", "LGA", "EWR"], "dest": ["ATL", "BOS", "ORD"]}

    def column(field):
        if field.name in text:
            return draw.choice(text[field.name], COUNT)
        if pa.types.is_timestamp(field.type):
            return pa.array(np.arange(COUNT) * 60_000_000).cast(field.type)
        if pa.types.is_string(field.type):
            return [f"{field.name} {n}" for n in range(COUNT)]
        if pa.types.is_integer(field.type):
            return draw.integers(0, 2 if field.name == LABEL else 100, COUNT)
        return draw.normal(50, 10, COUNT)

    return pa.table([pa.array(column(field)).cast(field.type) for field in SCHEMA], schema=SCHEMA)


@pytest.fixture(scope="module")
def two():
    """A month and the one before it."""
    return some_month(1), some_month(2)


def of(corruption, rules=(), learned=(), far=None, missing=None):
    """What is known of a delivery."""
    return Told("2013-08", corruption, 2, frozenset(rules), frozenset(learned), far or {}, missing or {})


class TestCatalogue:
    def test_has_the_nine_kinds(self):
        """Those that the issue names, in its order."""
        assert list(dict.fromkeys(one.kind for one in catalogue())) == [
            "null burst",
            "unit change",
            "swapped categories",
            "duplicated rows",
            "shifted clock",
            "truncated batch",
            "shuffled column",
            "flipped labels",
            "stale repeat",
        ]

    @pytest.mark.parametrize("place", ENTRIES)
    def test_damages_what_it_says_and_nothing_else(self, two, place):
        """Types are kept; only what it may be told by has changed, and more of it the more severe it is."""
        entry, changed = catalogue()[place], []
        for amount in entry.amounts:
            spoiled = entry.spoil(two[0], amount, np.random.default_rng(place), two[1])
            assert spoiled.schema == two[0].schema
            rows = min(spoiled.num_rows, COUNT)
            touched = {
                name
                for name in SCHEMA.names
                if not spoiled[name].slice(0, rows).equals(two[0][name].slice(0, rows))
            }
            assert touched <= set(entry.told_by)
            assert touched or spoiled.num_rows != COUNT
            changed.append(abs(spoiled.num_rows - COUNT) + sum(
                int(np.sum(np.asarray(spoiled[name].slice(0, rows).to_pylist(), dtype=object)
                           != np.asarray(two[0][name].slice(0, rows).to_pylist(), dtype=object)))
                for name in touched
            ))  # fmt: skip
        assert changed == sorted(changed)

    def test_knows_where_each_is_told(self):
        """Columns of the example, or the number of its rows."""
        names = {name for one in catalogue() for name in one.told_by}
        assert names <= {*SCHEMA.names, ROWS}
        assert {ROWS, IDS, CLOCK, LABEL, *WEATHER} <= names


class TestScores:
    """Place 0 is a burst of nulls in `temp`."""

    def test_count_damages_found_and_columns_told_wrongly(self):
        """One of two is found, and one column is told that is not damaged: precision 1 / 2."""
        found = score(learned, [of(0, learned={"temp", "wind_gust"}), of(0)])
        assert (found.recall, found.wrong, found.precision) == (0.5, 0.5, 0.5)

    def test_of_nothing_told_is_nothing(self):
        """No damage found, and nothing said that is wrong."""
        assert score(learned, [of(0)]).precision == 0

    def test_what_is_told_anyway_finds_nothing_new(self):
        """A column that is told of the month as it came does not show that it was damaged."""
        damaged, clean = [of(0, learned={"temp"})], of(None, learned={"temp"})
        assert new_share(learned, damaged, [clean]) == 0
        assert new_share(learned, damaged, [of(None, learned={"visib"})]) == 1

    def test_rules_count_for_both(self):
        """What validation blocks is found whatever the thresholds."""
        blocked = of(0, rules={"temp"})
        assert score(learned, [blocked]).recall == score(fixed(9, 9, 9), [blocked]).recall == 1
        assert score(rules, [blocked]).recall == 1

    def test_rules_alone_know_no_thresholds(self):
        """What only drift tells is not among what rules tell."""
        assert rules(of(0, rules={"temp"}, learned={"visib"}, far={"visib": 9.0})) == {"temp"}

    def test_fixed_thresholds_each_have_their_own_size(self):
        """Effects, missing values, and the number of rows."""
        one = of(0, far={"temp": 0.5, ROWS: 0.5}, missing={"temp": 0.5})
        assert fixed(1, 1, 1)(one) == set()
        assert fixed(0.1, 1, 1)(one) == fixed(1, 0.1, 1)(one) == {"temp"}
        assert fixed(1, 1, 0.1)(one) == {ROWS}

    @pytest.mark.parametrize("gates", [together, each])
    def test_the_best_finds_as_much_with_the_fewest_wrong(self, gates):
        """A threshold between the damage and what is usual is the one that is chosen."""
        damaged = [of(0, far={"temp": 0.3, "visib": 0.15})]
        chosen = best(gates(), damaged, 1.0)
        assert score(chosen, damaged).precision == 1

    def test_none_finds_what_cannot_be_seen(self):
        """Then there is no fixed gate at equal recall."""
        assert best(together(), [of(0, far={"temp": 0.0})], 1.0) is None


class TestCases:
    def test_nothing_that_is_reported_was_tuned_on(self):
        """Months of the first half know only each other; later ones all before them."""
        for period, others, *_ in cases(0, quick=False):
            assert period not in others
            assert set(others) < set(FIRST) if period in FIRST else max(others) < period
        assert set(FIRST) | set(SECOND) == set(PERIODS)

    def test_each_entry_comes_in_each_severity_and_month(self):
        """And each month once as it came."""
        assert len(list(cases(0, quick=False))) == 12 * (1 + len(catalogue()) * len(SEVERITIES))


@pytest.mark.long
class TestOnARealMonth:
    """August against January to July; a few seconds, more where the year is built first."""

    def test_the_gate_sees_what_it_can_see(self):
        """As it came no rule is broken; kilometres for miles, half a month and a clock behind are told."""
        before = PERIODS[:7]
        clean = told("2013-08", before)
        assert (clean.rules, len(clean.learned) < 4) == (frozenset(), True)
        names = {(one.kind, one.what): place for place, one in enumerate(catalogue())}
        for key, right in (
            (("unit change", "distance in kilometres"), "distance"),
            (("truncated batch", ""), ROWS),
            (("shifted clock", "behind"), "temp"),
            (("duplicated rows", "same ids"), IDS),
        ):
            assert right in learned(told("2013-08", before, names[key], 2, 7)), key
