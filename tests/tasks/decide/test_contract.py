"""A clause passes strictly or not at all, and what could not be checked never passes."""

import math
from dataclasses import replace

import pytest
from data_factories import small_params
from hypothesis import given
from hypothesis import strategies as st

from tasks.decide.contract import judge
from tasks.evaluate.evidence import Interval
from tasks.evaluate.findings import ClauseEvidence
from tasks.params import Clause

CONTRACT = small_params().contract
MIN_CLUSTERS = CONTRACT.min_clusters
NO_BOUNDS = Interval(
    0.1, None, None, None, None, 0.05, 100, 20, 20.0, 0.05, "m", "no variation between clusters"
)

bounds = st.one_of(
    st.none(), st.floats(-1, 1, allow_nan=False), st.sampled_from([0.0, 0.02, -0.02, 0.6, -0.6])
)
clusters = st.integers(0, 3 * MIN_CLUSTERS)
clauses = st.sampled_from(
    [
        Clause(name="c", kind="beats_champion", metric="log_loss", owner="o", reason="r"),
        Clause(name="c", kind="beats_baseline", metric="value", owner="o", reason="r", margin=0.02),
        Clause(name="c", kind="floor", metric="auc", owner="o", reason="r", threshold=0.6),
        Clause(name="c", kind="floor", metric="log_loss", owner="o", reason="r", threshold=0.6),
    ]
)


def interval(
    low: float | None, high: float | None, count: int = 20, estimate: float | None = 0.0
) -> Interval:
    """An interval with these bounds over `count` clusters."""
    return replace(NO_BOUNDS, low=low, high=high, estimate=estimate, clusters=count, note="why")


def evidence(one: Interval, independent: Interval | None = None) -> ClauseEvidence:
    return ClauseEvidence(against="the champion", interval=one, independent=independent or one)


def required(clause: Clause) -> float:
    """What the clause asks for where more is better, written again from its meaning."""
    if clause.kind != "floor":
        return clause.margin
    assert clause.threshold is not None
    return -clause.threshold if clause.metric == "log_loss" else clause.threshold


class TestRule:
    """Pass above, fail below, undecided in between; total over whatever evidence there is."""

    @given(clauses, bounds, bounds, bounds, clusters)
    def test_the_rule(self, clause, low, high, estimate, count):
        """Pass if and only if there are bounds, clusters enough, and the lower bound is above the bar."""
        found = judge(clause, CONTRACT, evidence(interval(low, high, count, estimate)))
        checked = None not in (low, high, estimate) and count >= MIN_CLUSTERS
        passes = checked and low > required(clause)
        fails = checked and not passes and high < required(clause)
        assert found.verdict == ("pass" if passes else "fail" if fails else "undecided")
        assert found.words
        assert found.required == required(clause)

    @pytest.mark.parametrize(("low", "verdict"), [(0.0, "undecided"), (math.nextafter(0.0, 1.0), "pass")])
    def test_the_boundary_does_not_pass(self, low, verdict):
        """A lower bound exactly at the margin is no proof of being above it."""
        clause = CONTRACT.clauses[-1]
        assert judge(clause, CONTRACT, evidence(interval(low, 1.0))).verdict == verdict

    @pytest.mark.parametrize(("high", "verdict"), [(0.0, "undecided"), (math.nextafter(0.0, -1.0), "fail")])
    def test_the_boundary_does_not_fail(self, high, verdict):
        """An upper bound exactly at the margin is no proof of being below it."""
        assert judge(CONTRACT.clauses[-1], CONTRACT, evidence(interval(-1.0, high))).verdict == verdict

    @pytest.mark.parametrize("bad", [math.nan])
    def test_nan_passes_nothing(self, bad):
        """A bound that is no number is above nothing."""
        assert judge(CONTRACT.clauses[-1], CONTRACT, evidence(interval(bad, bad))).verdict == "undecided"


class TestNoEvidence:
    """Fail closed, with the reason."""

    def test_none(self):
        """A clause without evidence is undecided, compares with nothing and says so."""
        found = judge(CONTRACT.clauses[0], CONTRACT, None)
        assert (found.verdict, found.row_level, found.against) == ("undecided", "undecided", "nothing")
        assert found.interval is None
        assert "there is no evidence for it" in found.words

    def test_no_bounds(self):
        """Where no inference was possible its note is the reason, though there is an estimate."""
        found = judge(CONTRACT.clauses[0], CONTRACT, evidence(NO_BOUNDS))
        assert found.verdict == "undecided"
        assert "could not be checked: no variation between clusters" in found.words

    def test_too_few_clusters(self):
        """One cluster less than the contract asks for decides nothing, however wide the lead."""
        short = interval(0.5, 0.6, MIN_CLUSTERS - 1, 0.55)
        found = judge(CONTRACT.clauses[-1], CONTRACT, evidence(short))
        assert found.verdict == "undecided"
        assert f"rests on {MIN_CLUSTERS - 1} clusters; the contract asks for {MIN_CLUSTERS}" in found.words
        assert (
            judge(CONTRACT.clauses[-1], CONTRACT, evidence(replace(short, clusters=MIN_CLUSTERS))).verdict
            == "pass"
        )


class TestRowLevel:
    """What row-level statistics would have said is told, and decides nothing."""

    def test_beside_it(self):
        """Clustered undecided, independent pass: the verdict is the clustered one."""
        found = judge(CONTRACT.clauses[-1], CONTRACT, evidence(interval(-0.1, 0.3), interval(0.05, 0.15)))
        assert (found.verdict, found.row_level) == ("undecided", "pass")
