"""What other gates would have said follows from the evidence, and from nothing that is kept back."""

from dataclasses import replace

import pytest

from tasks.evaluate.findings import ClauseEvidence
from tasks.report.gates import NOT_YET, by_points, by_rows, lead_of

MONTHS = {
    "a better challenger": {"edge": 0.9, "lift": 0},
    "a worse challenger": {"edge": -0.4, "lift": 0},
    "a lucky month": {},
}


def estimates_of(inputs):
    """Each clause's own estimate less what it requires."""
    return [one.interval.estimate - one.required for one in inputs.decision.clauses]


def changed(inputs, name, **changes):
    """The same inputs with other evidence for one clause."""
    found = inputs.evidence.clauses
    clauses = {**found, name: found[name].model_copy(update=changes)}
    return replace(inputs, evidence=inputs.evidence.model_copy(update={"clauses": clauses}))


class TestPoints:
    """The same contract on the bare estimates."""

    @pytest.mark.parametrize("month", MONTHS)
    def test_promotes_exactly_if_every_estimate_is_beyond_what_is_required(self, make, month):
        """An estimate, however unsure, is enough; and one that falls short is not."""
        inputs = make(**MONTHS[month])
        expected = "promote" if min(estimates_of(inputs)) > 0 else "keep"
        assert by_points(inputs.decision, inputs.evidence) == expected

    def test_the_months_tell_the_gates_apart(self, make):
        """There is a month in which estimates promote and clusters do not, and one in which none does."""
        answers = {name: make(**settings) for name, settings in MONTHS.items()}
        said = {
            name: (by_points(one.decision, one.evidence), one.decision.verdict)
            for name, one in answers.items()
        }
        assert said["a better challenger"] == ("promote", "promote")
        assert said["a lucky month"] == ("promote", "undecided")
        assert said["a worse challenger"] == ("keep", "keep")

    def test_every_part_counts(self, make):
        """One slice whose estimate falls short keeps the champion, whatever the others say."""
        inputs = make(edge=0.9, lift=0)
        part = inputs.evidence.clauses["beats-champion"].parts[0]
        short = part.model_copy(update={"of": "b", "interval": replace(part.interval, estimate=-0.1)})
        two = changed(inputs, "beats-champion", parts=(part, short))
        assert by_points(two.decision, two.evidence) == "keep"

    @pytest.mark.parametrize(
        ("said", "answer"),
        [({"missing": "too few rows"}, "keep"), ({"nothing_to_ask": "no champion", "parts": ()}, "promote")],
    )
    def test_what_could_not_be_formed_passes_nothing_and_what_asks_nothing_passes(self, make, said, answer):
        """As for the decision itself."""
        inputs = changed(make(edge=0.9, lift=0), "beats-champion", **said)
        assert by_points(inputs.decision, inputs.evidence) == answer

    def test_a_measurement_is_what_it_is(self, make):
        """Latency has no interval: the gate follows its verdict."""
        inputs = make(edge=0.9, lift=0)
        slow = inputs.decision.clauses[0].model_copy(
            update={"level": None, "interval": None, "verdict": "fail", "name": "fast"}
        )
        decision = inputs.decision.model_copy(update={"clauses": (*inputs.decision.clauses, slow)})
        assert by_points(decision, inputs.evidence) == "keep"


class TestRows:
    """The same contract as if every row were independent."""

    @pytest.mark.parametrize("month", MONTHS)
    def test_is_what_the_decision_says(self, make, month):
        """It was computed with the decision, part by part."""
        inputs = make(**MONTHS[month])
        expected = "promote" if inputs.decision.row_level_would_promote else "keep"
        assert by_rows(inputs.decision) == expected


class TestKeptBack:
    """While a holdout has looks left, its numbers are nobody's."""

    def test_no_gate_answers(self, make, kept_back):
        """Neither estimates nor rows: an answer would be a number of the look."""
        inputs = kept_back(make())
        assert inputs.decision.sealed
        assert by_points(inputs.decision, inputs.evidence) == NOT_YET
        assert by_rows(inputs.decision) == NOT_YET
        assert lead_of(inputs.decision, inputs.evidence).unseen == NOT_YET

    def test_a_decision_that_is_open_waits_for_nothing(self, make):
        """What is missing of it is missing."""
        inputs = make()
        clause = inputs.decision.clauses[-1].model_copy(update={"interval": None})
        decision = inputs.decision.model_copy(update={"clauses": (clause,)})
        bare = inputs.evidence.model_copy(update={"clauses": {}})
        assert lead_of(decision, bare).unseen == "no evidence"
        assert by_points(decision, bare) == "keep"


class TestLead:
    """The clause that asks about the champion."""

    def test_is_the_first_of_its_kind(self, make):
        """With the part of the evidence that decided it."""
        inputs = make()
        lead = lead_of(inputs.decision, inputs.evidence)
        assert lead.clause.name == "beats-champion"
        assert lead.part == inputs.evidence.clauses["beats-champion"].parts[0]
        assert lead.unseen == ""

    def test_without_an_interval_the_reason_is_told(self, make, without_interval):
        """What kept the interval from being formed."""
        inputs = without_interval(make())
        assert lead_of(inputs.decision, inputs.evidence).unseen == "no variation between clusters"

    def test_evidence_that_is_missing_says_why(self, make):
        """The evidence's own words."""
        inputs = make()
        clause = inputs.decision.clauses[-1].model_copy(update={"interval": None})
        decision = inputs.decision.model_copy(update={"clauses": (clause,)})
        told = ClauseEvidence(against="the champion", unit="nats per row", parts=(), missing="too few rows")
        evidence = inputs.evidence.model_copy(update={"clauses": {"beats-champion": told}})
        assert lead_of(decision, evidence).unseen == "too few rows"

    def test_a_contract_that_does_not_ask(self, make):
        """There is no lead to draw."""
        inputs = make()
        decision = inputs.decision.model_copy(update={"clauses": inputs.decision.clauses[:1]})
        assert lead_of(decision, inputs.evidence) is None
