"""A clause's evidence: an interval for each thing it asks about, and where there is none, why."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from data_factories import declared
from easy_clauses import CONTRACT, DAYS, EASY, ROWS, SAME, SETS, found, world

from tasks.decide.contract import judge
from tasks.evaluate.answers import Answers
from tasks.evaluate.clauses import clause_evidence
from tasks.evaluate.evidence import as_share, clustered_mean, independent_mean
from tasks.evaluate.findings import ClauseEvidence
from tasks.evaluate.means import Mean
from tasks.evaluate.opposition import clusters_at_worst, opposing_clusters
from tasks.evaluate.quantities import quantities
from tasks.evaluate.serial import serial
from tasks.params.contract import KINDS

MEASURED = ("latency", "size", "training_cost")


class TestParts:
    """One interval for each quantity, over the clusters of its rows."""

    @pytest.mark.parametrize("clause", EASY.values(), ids=EASY)
    def test_are_the_intervals_of_the_quantities(self, clause):
        """Clustered to be judged by, and beside it what independent rows would have said."""
        seen = world()
        wanted = list(quantities(clause, seen))
        parts = found(clause, seen).parts
        assert [part.of for part in parts] == [one.of for one in wanted]
        for part, one in zip(parts, wanted, strict=True):
            clusters = seen.clusters if one.rows is None else seen.clusters[one.rows]
            whole = clustered_mean(one.values(), clusters, level=0.05)
            whole = whole if one.share is None else as_share(whole, one.share)
            counted = [clusters[rows] for rows in one.rests_on()]
            fewest = min((len(np.unique(codes)) for codes in counted), default=whole.clusters)
            assert part.interval == replace(whole, clusters=fewest)
            assert part.independent == independent_mean(one.values(), level=0.05)

    @pytest.mark.parametrize("clause", EASY.values(), ids=EASY)
    def test_no_row_fares_worse_than_the_worst(self, clause):
        """Whatever a clause asks: what is taken for the least that a row can be is no more than any is."""
        for one in quantities(clause, world()):
            if one.worst() is not None:
                assert (one.values() >= np.broadcast_to(one.worst(), one.values().shape) - 1e-12).all()
            for mean in one.means():
                assert (mean.values >= mean.worst)[mean.counted].all()
                assert mean.values[mean.counted].mean() == pytest.approx(one.values().mean())

    @pytest.mark.parametrize("clause", EASY.values(), ids=EASY)
    def test_the_worst_is_known_without_the_labels(self, clause):
        """With every label turned round no row's worst is another one."""
        seen = world()
        turned = replace(seen, labels=1 - seen.labels)
        for one, other in zip(quantities(clause, seen), quantities(clause, turned), strict=False):
            if one.worst() is not None and one.rows is None:
                assert np.broadcast_to(one.worst(), ROWS) == pytest.approx(
                    np.broadcast_to(other.worst(), ROWS)
                )

    @pytest.mark.parametrize("clause", EASY.values(), ids=EASY)
    def test_what_speaks_against_it_is_asked_depth_by_depth(self, clause):
        """The fewest clusters in which rows lie below the bar, or at a depth that could undo the lead."""
        seen = world()
        for part, one in zip(found(clause, seen).parts, quantities(clause, seen), strict=True):
            clusters = seen.clusters if one.rows is None else seen.clusters[one.rows]
            values, worst = one.values(), one.worst()
            every = np.ones(len(values), bool)
            lead = part.interval.low - clause.required
            known = sorted(one.means(), key=lambda mean: mean.counted.sum())[:1]
            if worst is not None and np.ptp(worst):
                known = [Mean(every, values, np.broadcast_to(worst, len(values)))]
            deep = [
                clusters_at_worst(
                    mean.values, clusters, clause.required, mean.worst, 0.05, lead, mean.counted
                )
                for mean in known
            ]
            against = opposing_clusters(values, clusters, clause.required)
            assert part.opposing_clusters == min(against, *deep, np.inf)

    @pytest.mark.parametrize("clause", EASY.values(), ids=EASY)
    def test_a_world_in_order_passes(self, clause):
        """A good challenger passes an easy clause of each kind, so that what follows is not for nothing."""
        assert judge(clause, CONTRACT, found(clause, world(seed=1))).verdict == "pass"

    def test_every_kind_is_here(self):
        """But for those that a measurement decides."""
        assert {one.kind for one in EASY.values()} == set(KINDS) - set(MEASURED)

    @pytest.mark.parametrize("name", ["churn", "calibration", "fairness selection_rate"])
    def test_each_is_at_the_clauses_whole_level(self, name):
        """Divided by the looks, and not by the parts: all of them have to pass."""
        contract = CONTRACT.model_copy(update={"looks_per_holdout": 4})
        clause = EASY[name].model_copy(update={"level": 0.04})
        evidence = clause_evidence(clause, contract, world())
        for part in evidence.parts:
            assert part.interval.level == part.independent.level == pytest.approx(0.01)

    @pytest.mark.parametrize(
        "settings",
        [
            {"kind": "latency", "milliseconds": 5.0},
            {"kind": "size", "bytes": 9},
            {"kind": "training_cost", "price_per_hour": 1.0, "currency": "EUR", "threshold": 9.0},
        ],
    )
    def test_what_is_measured_has_none(self, settings):
        """Rows say nothing about a model's latency or size, or what its training cost."""
        assert clause_evidence(declared(**settings), CONTRACT, world()) is None


class TestWords:
    """What is compared with what, in which unit."""

    @pytest.mark.parametrize(
        ("name", "against", "unit"),
        [
            ("beats_baseline auc", "the base rate", "share of pairs ranked right"),
            ("beats_baseline log_loss", "the linear model", "nats per row"),
            ("beats_champion log_loss", "the champion", "nats per row"),
            ("not_worse brier", "the champion", "squared error per row"),
            ("floor precision", "the floor of 0.01", "share of alarms that were right"),
            ("slice value", "the champion", "money per row"),
            ("fairness selection_rate", "each other group of kind", "difference of shares"),
            ("representation", "a share of 0.01", "share of rows"),
            ("calibration", "what came", "difference of shares"),
            ("churn", "the champion", "share of rows"),
            ("abstention", "what came", "share of rows"),
            ("coverage", "a share of 0.5", "share of rows"),
            ("net_value", "the champion", "EUR on 1,000 predictions"),
        ],
    )
    def test_of_each_kind(self, name, against, unit):
        """Each kind names whom it compares with and what its numbers are."""
        evidence = found(EASY[name], world())
        assert (evidence.against, evidence.unit) == (against, unit)

    @pytest.mark.parametrize(
        "name", ["beats_champion log_loss", "not_worse brier", "slice value", "net_value"]
    )
    def test_without_a_champion(self, name):
        """It is the base rate that is compared with, and that is said."""
        evidence = found(EASY[name], world(champion=None))
        assert evidence.against == "the base rate (there is no champion yet)"

    def test_without_a_linear_baseline(self):
        """A challenger that was trained without one cannot be compared: said, and undecided."""
        clause = EASY["beats_baseline log_loss"]
        evidence = found(clause, world(linear=None))
        verdict = judge(clause, CONTRACT, evidence)
        assert evidence.parts == ()
        assert (verdict.verdict, verdict.row_level) == ("undecided", "undecided")
        assert verdict.words == (
            "log loss against the linear model: could not be checked: "
            "the challenger was trained without a linear baseline beside it"
        )

    def test_nobodys_answers_change(self):
        """Without a champion there is no churn: nothing to ask, which is said and passes."""
        evidence = found(EASY["churn"], world(champion=None))
        assert evidence.parts == ()
        assert evidence.nothing_to_ask == "there is no champion yet whose answers could change"
        assert judge(EASY["churn"], CONTRACT, evidence).verdict == "pass"


class TestSerial:
    """Whether days move together is told where there is one thing to tell it of."""

    def test_of_one_part(self):
        """It is that of the part's numbers."""
        clause, seen = EASY["floor brier"], world()
        (one,) = quantities(clause, seen)
        assert found(clause, seen).serial == serial(one.values(), seen.clusters)

    @pytest.mark.parametrize("name", ["slice value", "calibration"])
    def test_not_of_several(self, name):
        """Nothing is told of many parts at once."""
        assert found(EASY[name], world()).serial is None

    def test_not_of_what_does_not_exist(self):
        """An AUC of one class has no neighbours."""
        assert found(EASY["floor auc"], world(labels=np.ones(ROWS))).serial is None


class TestAbstention:
    """Two bars, and both must be met."""

    @pytest.mark.parametrize(
        ("risk", "answered", "verdict", "words"),
        [
            (0.3, 0.5, "pass", ""),
            (0.02, 0.5, "fail", "room under the risk: "),
            (0.3, 0.95, "fail", "room over the answered: "),
            (0.02, 0.95, "fail", "2 of 2 fail"),
        ],
    )
    def test_is_judged_by_the_worse(self, risk, answered, verdict, words):
        """Too many wrong, or too few answered: the one that fails is named."""
        clause = declared(kind="abstention", risk=risk, answered=answered)
        told = judge(clause, CONTRACT, found(clause, world()))
        assert told.verdict == verdict
        assert words in told.words

    def test_rests_on_the_clusters_of_the_rows_that_it_is_sure_of(self):
        """Sure on 14 days only: the share that is wrong is known from 14 clusters, which are too few."""
        days = world().clusters
        says = np.where(days < 14, SAME.probabilities, 0.5)
        evidence = found(EASY["abstention"], world(challenger=Answers(says, 0.5, SETS)))
        assert [part.interval.clusters for part in evidence.parts] == [14, DAYS]
        told = judge(EASY["abstention"], CONTRACT, evidence)
        assert told.verdict == "undecided"
        assert "room under the risk: " in told.words
        assert "rests on 14 clusters" in told.words


class TestRareGroups:
    """Values without support are pooled and named; where one is required, the clause is open."""

    RARE = pd.Series((["a"] * 14 + ["b"] * 12 + ["c", "d"] * 2) * 20)

    def slices(self, **settings: object) -> ClauseEvidence:
        """Of a column in which two values are rare."""
        clause = declared(kind="slice", metric="brier", column="kind", margin=5.0, **settings)
        return found(clause, world(columns={"kind": self.RARE}))

    def test_are_pooled_by_name(self):
        """Two rare values are one part, and are told."""
        evidence = self.slices()
        assert [part.of for part in evidence.parts] == ["kind a", "kind b", "kind rest"]
        assert (evidence.pooled, evidence.missing) == (("c", "d"), "")

    @pytest.mark.parametrize(
        ("required", "missing"),
        [
            (("a", "b"), ""),
            (("a", "d"), "too few rows or clusters of kind d"),
            (("never", "c"), "too few rows or clusters of kind never, c"),
            (("rest",), "too few rows or clusters of kind rest"),
        ],
    )
    def test_that_are_required_leave_the_clause_open(self, required, missing):
        """Whether rare, absent, or hidden in the rest, a required value without support is named."""
        evidence = self.slices(required_values=required)
        clause = declared(kind="slice", metric="brier", column="kind", margin=5.0, required_values=required)
        assert evidence.missing == missing
        told = judge(clause, CONTRACT, evidence)
        assert (told.verdict == "undecided") is bool(missing)
        assert missing in told.words

    def test_that_nobody_requires_do_not_leave_it_open(self):
        """Invariant 2: it fails closed only for required values; five rows of one day are named, no more."""
        clause = EASY["slice brier"]
        column = world().columns["kind"].where(np.arange(ROWS) >= 5, "new")
        evidence = found(clause, world(columns={"kind": column}))
        assert evidence.pooled == ("new",)
        assert judge(clause, CONTRACT, evidence).verdict == "pass"

    @pytest.mark.parametrize("measure", ["selection_rate", "true_positive_rate"])
    def test_one_group_has_nothing_to_compare(self, measure):
        """A difference takes two groups: undecided, with the column named."""
        clause = EASY[f"fairness {measure}"]
        told = judge(clause, CONTRACT, found(clause, world(columns={"kind": pd.Series(["a"] * ROWS)})))
        assert told.verdict == "undecided"
        assert "kind has no two groups with enough rows to compare" in told.words
