"""What more batches would show, from how much leads moved in the newest decision."""

import math

import numpy as np
import pytest
from data_factories import contender, small_params, with_linear
from factories import small_frame
from hypothesis import given
from hypothesis import strategies as st

from tasks.decide.decision import decide
from tasks.documents import digest
from tasks.evaluate.findings import Evidence, Look
from tasks.evaluate.step import compare
from tasks.params import Contract, parse_params
from tasks.plan.document import BATCHES, GAINS, ClausePlan, Plan
from tasks.plan.measured import LINEAR, planned

PARAMS = small_params()
ROWS = small_frame("2024-02", rows=300).dropna(subset="label").astype({"label": "int8"})
_NOISE = np.random.default_rng(5).normal(0, 0.05, len(ROWS))
EVIDENCE = compare(
    ROWS,
    contender("challenger", list(np.clip(np.where(ROWS["label"], 0.7, 0.3) + _NOISE, 0.01, 0.99))),
    contender("champion", [0.6 if label else 0.4 for label in ROWS["label"]]),
    PARAMS,
    ("2024-02",),
)


def planning(
    contract: Contract = PARAMS.contract,
    evidence: Evidence = EVIDENCE,
    gains: tuple[float, ...] = GAINS,
    *,
    asked: Contract | None = None,
    declared: int = 1,
) -> Plan:
    """The plan after decision 7, whose contract was `asked`: the one of today if not given."""
    then = asked or contract
    look = Look(
        look=digest(b"look"),
        periods=evidence.holdout,
        challenger=evidence.challenger,
        champion=evidence.champion,
        contract=then.hash,
        drill=False,
        ordinal=1,
        budget=1,
    )
    return planned(evidence, decide(evidence, then, look, "small", 5), contract, 7, gains, declared)


PLAN = planning()


class TestPlanned:
    """Pure over evidence and contract."""

    def test_clauses_that_ask_for_a_lead(self):
        """A floor has no lead; the two others tell whom they compare with and what they rest on."""
        assert [one.clause for one in PLAN.clauses] == ["beats-base-rate", "beats-champion"]
        for one in PLAN.clauses:
            interval = EVIDENCE.clauses[one.clause].parts[0].interval
            assert (one.standard_error, one.clusters) == (interval.standard_error, interval.clusters)
            assert [found.batches for found in one.detectable] == list(BATCHES)

    def test_a_declared_size_is_among_the_batches(self):
        """In its place among the others, and 2 is not there twice."""
        for declared, told in ((21, (*BATCHES, 21)), (4, (1, 2, 3, 4, 6, 12)), (2, BATCHES)):
            (one, *_) = planning(declared=declared).clauses
            assert tuple(found.batches for found in one.detectable) == told

    def test_more_batches_show_less(self):
        """With four times the batches a lead of about half the size is seen."""
        for clause in PLAN.clauses:
            leads = {one.batches: one.lead for one in clause.detectable}
            assert sorted(leads.values(), reverse=True) == list(leads.values())
            assert leads[3] / leads[12] == pytest.approx(2, rel=0.06)

    def test_a_share_is_of_the_incumbent(self):
        """Against the base rate it is of the base rate's loss, against the champion of the champion's."""
        metric = EVIDENCE.metrics["log_loss"]
        for clause, own in zip(PLAN.clauses, (metric.baseline, metric.champion), strict=True):
            assert [one.share for one in clause.detectable] == pytest.approx(
                [one.lead / own for one in clause.detectable]
            )
            assert [gain.lead for gain in clause.gains] == pytest.approx([share * own for share in GAINS])

    def test_a_share_of_the_linear_baseline(self):
        """Against the linear model it is of that model's loss, where the evidence tells it."""
        contract = parse_params(with_linear()).contract
        metric = EVIDENCE.metrics["log_loss"].model_copy(update={"linear": 0.5})
        over_the_line = EVIDENCE.clauses["beats-base-rate"].model_copy(update={"against": LINEAR})
        clauses = {**EVIDENCE.clauses, "beats-a-line": over_the_line}
        told = {"metrics": {"log_loss": metric}, "clauses": clauses}
        line = planning(contract, EVIDENCE.model_copy(update=told)).clauses[2]
        assert [gain.lead for gain in line.gains] == pytest.approx([share * 0.5 for share in GAINS])
        told = {"metrics": EVIDENCE.metrics, "clauses": clauses}
        assert planning(contract, EVIDENCE.model_copy(update=told)).clauses[2].gains == ()

    @given(st.floats(1e-4, 1.0))
    def test_a_gain_is_seen_after_as_many_batches_as_it_says(self, share):
        """One batch less shows only larger leads; so many show one of this size."""
        for clause in planning(gains=(share,)).clauses:
            (gain,) = clause.gains
            if gain.batches is None:
                continue
            least = PARAMS.contract.min_clusters / clause.clusters
            per_root = clause.standard_error * 2.4865
            normal = (per_root / gain.lead) ** 2
            assert gain.batches >= math.floor(max(normal, least))
            assert gain.batches <= math.ceil(max(normal * 1.35 + 1, least))

    def test_a_holdout_of_two_batches(self):
        """What was seen on two batches is told for one by its half."""
        twice = planning(evidence=EVIDENCE.model_copy(update={"holdout": ("2024-01", "2024-02")}))
        for once, both in zip(PLAN.clauses, twice.clauses, strict=True):
            assert both.detectable[1].lead == pytest.approx(once.detectable[0].lead)
            assert both.detectable[0].lead is None, "half of its clusters are fewer than the contract takes"

    def test_looks_share_the_level(self):
        """With two looks a holdout, each shows only larger leads."""
        contract = PARAMS.contract.model_copy(update={"looks_per_holdout": 2})
        for once, half in zip(PLAN.clauses, planning(contract).clauses, strict=True):
            assert half.level == once.level / 2
            assert half.detectable[0].lead > once.detectable[0].lead

    def test_a_lead_over_the_base_rate_is_none_over_a_champion(self):
        """Where there was no champion, only the clause about the base rate is told; `not_worse` is not."""
        first = EVIDENCE.model_copy(update={"champion": None})
        for contract in (PARAMS.contract, with_margin(0.02, "not_worse")):
            found = planning(contract, first)
            assert [one.clause for one in found.clauses] == ["beats-base-rate"]
            assert [one.clause for one in found.later] == ["beats-champion"]
            assert "the first decision against a champion; decision 7 had none" in found.later[0].why

    def test_no_spread_no_plan(self):
        """A clause without an interval is told later."""
        clauses = {name: one for name, one in EVIDENCE.clauses.items() if name != "beats-champion"}
        less = planning(evidence=EVIDENCE.model_copy(update={"clauses": clauses}))
        assert [one.clause for one in less.clauses] == ["beats-base-rate"]
        assert [one.clause for one in less.later] == ["beats-champion"]


def with_margin(margin: float, kind: str = "beats_champion") -> Contract:
    """The contract, with another margin (and kind) of the clause about the champion."""
    return small_params(("kind: beats_champion", f"kind: {kind}\n      margin: {margin!r}")).contract


class TestMargin:
    """What has to be shown is the lead beyond the margin."""

    def of(self, contract: Contract, gains: tuple[float, ...] = GAINS) -> ClausePlan:
        """The plan of the clause about the champion."""
        return planning(contract, gains=gains).clauses[1]

    def test_a_margin_to_exceed_is_added(self):
        """The smallest lead that a holdout shows is larger by the margin, and so is its share."""
        for plain, asked in zip(
            PLAN.clauses[1].detectable, self.of(with_margin(0.02)).detectable, strict=True
        ):
            assert asked.lead == pytest.approx(plain.lead + 0.02)
            assert asked.share == pytest.approx(asked.lead / EVIDENCE.metrics["log_loss"].champion)

    def test_a_gain_takes_what_its_lead_beyond_the_margin_takes(self):
        """A gain of 5% and a margin of a hundredth less is shown like a gain of a hundredth."""
        own = EVIDENCE.metrics["log_loss"].champion
        (small,) = self.of(PARAMS.contract, (0.01,)).gains
        (large,) = self.of(with_margin(0.04 * own), (0.05,)).gains
        assert (large.batches, large.lead) == (small.batches, pytest.approx(0.05 * own))
        assert self.of(PARAMS.contract, (0.05,)).gains[0].batches < small.batches

    def test_a_gain_within_the_margin_is_never_shown(self):
        """It is left out and named; one that equals the margin is not more than it."""
        own = EVIDENCE.metrics["log_loss"].champion
        found = self.of(with_margin(0.02 * own), (0.005, 0.02, 0.05))
        assert (found.never, [one.share for one in found.gains]) == ((0.005, 0.02), [0.05])

    def test_a_margin_to_stay_within_is_room(self):
        """A challenger that is a little worse passes: fewer batches show it, and the lead may be below 0."""
        found = self.of(with_margin(0.02, "not_worse"))
        for plain, asked in zip(PLAN.clauses[1].detectable, found.detectable, strict=True):
            assert asked.lead == pytest.approx(plain.lead - 0.02)
        assert found.detectable[-1].lead < 0
        assert found.gains[0].batches < PLAN.clauses[1].gains[0].batches
        assert found.never == ()


class TestAnotherContract:
    """A clause of today is told from what a decision judged by its name only if that is what it asks."""

    @pytest.mark.parametrize(
        ("change", "now"),
        [
            (
                ("beats_champion\n      metric: log_loss", "beats_champion\n      metric: auc"),
                "beats_champion in auc",
            ),
            (
                ("beats_champion\n", "not_worse\n      margin: 0.01\n"),
                "not_worse in log_loss",
            ),
        ],
    )
    def test_another_kind_or_metric_is_told_later(self, change, now):
        """Errors of a log loss are none of an AUC; the other clauses are told as before."""
        found = planning(small_params(change).contract, asked=PARAMS.contract)
        assert found.clauses == PLAN.clauses[:1]
        (later,) = found.later
        assert later.clause == "beats-champion"
        assert later.why == (
            "told after the next decision; decision 7 judged beats_champion in log_loss by this name, and "
            f"now it is {now}"
        )

    def test_another_baseline_is_told_later(self):
        """From the naive to the linear one, under the same name."""
        linear = parse_params(with_linear()).contract
        named = with_linear().replace("baseline: linear", "baseline: naive")
        evidence = EVIDENCE.model_copy(
            update={"clauses": {**EVIDENCE.clauses, "beats-a-line": EVIDENCE.clauses["beats-base-rate"]}}
        )
        (later,) = planning(linear, evidence, asked=parse_params(named).contract).later
        assert later.why.endswith("and now it is beats_baseline in log_loss over the linear model")

    def test_a_new_clause_is_told_later(self):
        """The decision did not ask it."""
        (later,) = planning(parse_params(with_linear()).contract, asked=PARAMS.contract).later
        assert (later.clause, later.why) == (
            "beats-a-line",
            "told after the next decision; decision 7 did not ask it",
        )

    def test_another_margin_level_or_reason_is_told(self):
        """They change what is asked of the lead, and not how much it moves."""
        change = ("kind: beats_champion", "kind: beats_champion\n      level: 0.01\n      margin: 0.001")
        found = planning(small_params(change).contract, asked=PARAMS.contract)
        assert found.later == ()
        assert found.clauses[1].standard_error == PLAN.clauses[1].standard_error

    def test_what_evidence_calls_the_linear_baseline(self):
        """By this word a plan knows which of the two baselines a decision compared with."""
        told = contender("challenger", [0.7 if label else 0.3 for label in ROWS["label"]])
        evidence = compare(ROWS, told, None, parse_params(with_linear()), ("2024-02",))
        assert evidence.clauses["beats-a-line"].against == LINEAR
        assert evidence.clauses["beats-base-rate"].against != LINEAR
