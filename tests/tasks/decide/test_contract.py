"""A clause passes strictly or not at all, and what could not be checked never passes."""

import math
from dataclasses import replace

import pytest
from data_factories import declared, one_part, part_of
from hypothesis import given
from hypothesis import strategies as st
from judgements import CONTRACT, LEAD, MIN_CLUSTERS, NO_BOUNDS, SAID, interval, judged, parts

from tasks.decide.contract import ClauseVerdict, judge
from tasks.evaluate.evidence import Interval
from tasks.evaluate.findings import ClauseEvidence
from tasks.params import Clause

bounds = st.one_of(
    st.none(), st.floats(-1, 1, allow_nan=False), st.sampled_from([0.0, 0.02, -0.02, 0.6, -0.6])
)
clusters = st.integers(0, 3 * MIN_CLUSTERS)
clauses = st.sampled_from(
    [
        declared(kind="beats_champion", metric="log_loss"),
        declared(kind="beats_baseline", metric="value", margin=0.02),
        declared(kind="floor", metric="auc", threshold=0.6),
        declared(kind="floor", metric="log_loss", threshold=0.6),
    ]
)


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
        found = judge(clause, CONTRACT, one_part(interval(low, high, count, estimate)))
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
        assert judge(clause, CONTRACT, one_part(interval(low, 1.0))).verdict == verdict

    @pytest.mark.parametrize(("high", "verdict"), [(0.0, "undecided"), (math.nextafter(0.0, -1.0), "fail")])
    def test_the_boundary_does_not_fail(self, high, verdict):
        """An upper bound exactly at the margin is no proof of being below it."""
        assert judge(CONTRACT.clauses[-1], CONTRACT, one_part(interval(-1.0, high))).verdict == verdict

    @pytest.mark.parametrize("bad", [math.nan])
    def test_nan_passes_nothing(self, bad):
        """A bound that is no number is above nothing."""
        assert judge(CONTRACT.clauses[-1], CONTRACT, one_part(interval(bad, bad))).verdict == "undecided"


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
        found = judge(CONTRACT.clauses[0], CONTRACT, one_part(NO_BOUNDS))
        assert found.verdict == "undecided"
        assert "could not be checked: no variation between clusters" in found.words

    def test_too_few_clusters(self):
        """One cluster less than the contract asks for decides nothing, however wide the lead."""
        short = interval(0.5, 0.6, MIN_CLUSTERS - 1, 0.55)
        found = judge(CONTRACT.clauses[-1], CONTRACT, one_part(short))
        assert found.verdict == "undecided"
        assert f"rests on {MIN_CLUSTERS - 1} clusters; the contract asks for {MIN_CLUSTERS}" in found.words
        assert (
            judge(CONTRACT.clauses[-1], CONTRACT, one_part(replace(short, clusters=MIN_CLUSTERS))).verdict
            == "pass"
        )


class TestRowLevel:
    """What row-level statistics would have said is told, and decides nothing."""

    def test_beside_it(self):
        """Clustered undecided, independent pass: the verdict is the clustered one."""
        found = judge(CONTRACT.clauses[-1], CONTRACT, one_part(interval(-0.1, 0.3), interval(0.05, 0.15)))
        assert (found.verdict, found.row_level) == ("undecided", "pass")

    @pytest.mark.parametrize(
        ("rows", "verdict"),
        [
            ([(0.1, 0.2)] * 2, "pass"),
            ([(0.1, 0.2), (-0.1, 0.2)], "undecided"),
            ([(-0.1, 0.2), (-2, -1)], "fail"),
        ],
    )
    def test_of_several_parts(self, rows, verdict):
        """By rows too, all parts have to pass, and one that fails fails the clause."""
        open_parts = parts(*[(-0.1, 0.1)] * len(rows))
        told = [
            part.model_copy(update={"independent": interval(*one)})
            for part, one in zip(open_parts, rows, strict=True)
        ]
        assert judged(told).row_level == verdict
        assert judged(told).verdict == "undecided"

    def test_two_rows_are_two_clusters(self):
        """The contract's least number of clusters is not asked of single rows."""
        found = judge(LEAD, CONTRACT, one_part(interval(0.1, 0.2), interval(0.1, 0.2, 2)))
        assert found.row_level == "pass"

    def test_missing_parts_pass_nothing(self):
        """What is missing, or has no parts, is undecided by rows as well; nothing to ask passes."""
        assert judged(parts((0.1, 0.2)), missing="too few").row_level == "undecided"
        assert judged([]).row_level == "undecided"
        assert judged([], nothing_to_ask="nobody").row_level == "pass"


class TestOpposition:
    """What nothing speaks against is not believed on its face."""

    def only(self, bounds: tuple[float, float], **found: object) -> ClauseVerdict:
        """The verdict of a clause with one part that found this."""
        (part,) = parts(bounds)
        return judged([part.model_copy(update=found)])

    @pytest.mark.parametrize(("clusters", "verdict"), [(0.0, "undecided"), (4.9, "undecided"), (5.0, "pass")])
    def test_a_pass_takes_five_clusters_that_speak_against_it(self, clusters, verdict):
        """Below that losses are too rare to know how rare, and the words say so."""
        found = self.only((0.1, 0.3), opposing_clusters=clusters)
        assert found.verdict == verdict
        said = f"what speaks against it lies in {clusters:.1f} clusters in effect"
        assert (said in found.words) == (verdict == "undecided")

    def test_unless_the_worst_would_not_matter(self):
        """What holds even if clusters as bad as can be were missed, passes."""
        assert self.only((0.1, 0.3), opposing_clusters=0.0, holds_at_worst=True).verdict == "pass"

    @pytest.mark.parametrize("verdict", ["fail", "undecided"])
    def test_other_verdicts_need_none(self, verdict):
        """A clause fails, or is open, as before."""
        assert self.only(SAID[verdict], opposing_clusters=0.0).verdict == verdict

    def test_by_rows_nobody_asked(self):
        """Row-level statistics would have promoted: that is what is told of them."""
        assert self.only((0.1, 0.3), opposing_clusters=0.0).row_level == "pass"

    def test_says_how_much_more_it_takes(self):
        """Enough to show five clusters that speak against it, most likely."""
        wide = Interval(0.4, 0.05, 19.0, 0.3, 0.5, 0.05, 400, 20, 20.0, 0.05, "m")
        found = judged([part_of(wide, opposing=2.0)])
        assert (found.verdict, found.needed.times, found.needed.clusters) == (
            "undecided",
            pytest.approx(3.380, abs=0.001),
            68,
        )
        assert judged([part_of(wide, opposing=0.0)]).needed.times == pytest.approx(21.911, abs=0.001)


class TestTheVerdict:
    """What a verdict tells beside pass or fail."""

    @pytest.mark.parametrize(
        ("clause", "metric"),
        [
            (LEAD, "log_loss"),
            (
                declared(kind="fairness", measure="selection_rate", column="colour", margin=0.1),
                "selection_rate",
            ),
            (declared(kind="churn", threshold=0.1), "churn"),
            (declared(kind="size", bytes=9), "size"),
        ],
    )
    def test_names_what_it_is_about(self, clause, metric):
        """The metric or the measure, or else the kind."""
        assert judge(clause, CONTRACT, None).metric == metric

    def test_money_has_its_currency(self):
        """What is asked for in money is asked for in the declared currency."""
        clause = declared(kind="beats_champion", metric="value", margin=0.5)
        told = ClauseEvidence(against="the champion", unit="money per row", parts=tuple(parts((1.0, 2.0))))
        assert judge(clause, CONTRACT, told, currency="EUR").asks.endswith("by more than 0.5 EUR per row")
        net = judge(declared(kind="net_value", horizon_rows=1000), CONTRACT, None, currency="EUR")
        assert net.unit == "EUR on 1,000 predictions"

    def test_the_level_is_the_clauses_over_the_looks(self):
        """As the interval's is."""
        contract = CONTRACT.model_copy(update={"looks_per_holdout": 4})
        assert judge(LEAD, contract, None).level == pytest.approx(0.05 / 4)


class TestRequired:
    """The requirement of each kind, where more is better."""

    @pytest.mark.parametrize(
        ("settings", "bar"),
        [
            ({"kind": "beats_baseline", "metric": "auc", "margin": 0.1}, 0.1),
            ({"kind": "not_worse", "metric": "brier", "margin": 0.1}, -0.1),
            ({"kind": "floor", "metric": "precision", "threshold": 0.7}, 0.7),
            ({"kind": "floor", "metric": "brier", "threshold": 0.2}, -0.2),
            ({"kind": "slice", "metric": "brier", "column": "colour", "margin": 0.1}, -0.1),
            ({"kind": "fairness", "measure": "calibration", "column": "colour", "margin": 0.1}, -0.1),
            ({"kind": "representation", "column": "colour", "values": ("red",), "threshold": 0.2}, 0.2),
            ({"kind": "calibration", "margin": 0.1}, -0.1),
            ({"kind": "churn", "threshold": 0.1}, -0.1),
            ({"kind": "abstention", "risk": 0.1, "answered": 0.5}, 0),
            ({"kind": "coverage", "threshold": 0.88}, 0.88),
            ({"kind": "net_value", "horizon_rows": 10, "cost": 5.0, "margin": 3.0}, 3.0),
            ({"kind": "latency", "milliseconds": 2.5}, -2.5),
            ({"kind": "size", "bytes": 1000}, -1000),
            ({"kind": "training_cost", "price_per_hour": 8.0, "currency": "USD", "threshold": 2.5}, -2.5),
        ],
        ids=lambda one: one["kind"] if isinstance(one, dict) else "",
    )  # fmt: skip
    def test_of_each_kind(self, settings, bar):
        """A margin that may be lost, a ceiling and a limit are floors under a negative."""
        assert judge(declared(**settings), CONTRACT, None).required == bar
