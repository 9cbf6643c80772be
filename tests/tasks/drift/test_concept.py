"""Concept drift is read from the decisions' own evidence, and nothing is told that is still kept back."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from profile_factories import month

from tasks.decide.sealed import LATER
from tasks.drift.concept import concept_drift, latest_shown
from tasks.evaluate.findings import Evidence, MetricEvidence
from tasks.past import Judged

CHAMPION = "a" * 64
AHEAD = month(0.2).mean()


def lead(value):
    """An interval of the champion's lead around a value, as wide as that of a month."""
    by = value - AHEAD.estimate
    return replace(AHEAD, estimate=value, low=AHEAD.low + by, high=AHEAD.high + by)


def judged(number, *, over=0.05, champion=CHAMPION, promotion=None, sealed=False, drill=False, unread=""):
    """A decision's place in the past; `over` is the champion's (or the promoted one's) lead."""
    metric = MetricEvidence(
        unit="nats per row",
        bigger_is_better=False,
        baseline=0.6,
        champion=0.6 - over,
        challenger=0.6 - over,
        challenger_over_baseline=lead(over),
        challenger_over_champion=None,
        champion_over_baseline=lead(over) if champion else None,
    )
    evidence = Evidence.model_construct(champion=champion, rows=1500, metrics={"log_loss": metric})
    body = SimpleNamespace(drill=drill, candidate=CHAMPION)
    decision = SimpleNamespace(sealed=sealed)
    return Judged(
        number, body, (f"2024-{number:02d}",), promotion,
        None if unread else decision, None if unread else evidence, unread,
    )  # fmt: skip


PROMOTED = judged(3, champion=None, promotion=4)


def found(*later, promotion=PROMOTED):
    return concept_drift(CHAMPION, "binary", promotion, later)


class TestMeetings:
    def test_a_champion_as_good_as_ever_has_not_fallen(self):
        """Its lead over the baseline is what it was, within what luck explains."""
        (one,) = found(judged(5, over=0.048)).meetings
        assert (one.entry, one.holdout, one.rows) == (5, ("2024-05",), 1500)
        assert one.change.estimate == pytest.approx(-0.002)
        assert not one.fallen
        assert one.baseline_wins == ""

    def test_a_lead_that_is_surely_smaller_has_fallen(self):
        """The whole interval of the change lies below 0."""
        (one,) = found(judged(5, over=0.005), promotion=judged(3, over=0.2, champion=None)).meetings
        assert one.change.high < 0
        assert one.fallen

    def test_below_the_naive_baseline_is_an_alarm(self):
        """Surely, or on these rows."""
        sure, seen = found(judged(5, over=-0.2), judged(6, over=-0.001)).meetings
        assert (sure.baseline_wins, seen.baseline_wins) == ("surely", "on these rows")

    def test_only_decisions_that_met_this_champion(self):
        """No drill, and no other champion's."""
        others = judged(5, champion="b" * 64), judged(6, drill=True), judged(7, champion=None)
        assert found(*others).meetings == ()
        assert [one.entry for one in found(*others, judged(8)).meetings] == [8]


class TestWhatIsKeptBack:
    def test_numbers_of_a_sealed_decision_are_not_told(self):
        """Not the loss, not the lead, not whether it fell: the holdout may be asked again."""
        (one,) = found(judged(5, over=-0.2, sealed=True)).meetings
        assert one.withheld == LATER
        assert (one.champion, one.baseline, one.lead, one.change, one.rows) == (None,) * 5
        assert (one.fallen, one.baseline_wins) == (False, "")

    def test_labels_are_read_of_what_may_be_told_alone(self):
        """The newest such decision that met the champion: not a sealed one, a drill or another champion's."""
        kept = (
            judged(8, sealed=True),
            judged(9, drill=True),
            judged(10, champion="b" * 64),
            judged(11, unread="x"),
        )
        assert latest_shown(CHAMPION, kept) is None
        assert latest_shown(CHAMPION, [judged(5), judged(6), *kept]).number == 6

    def test_nor_of_a_sealed_promotion(self):
        """Nor what has changed since, which would tell them."""
        told = found(judged(5), promotion=judged(3, champion=None, sealed=True))
        assert (told.lead, told.champion, told.withheld) == (None, None, LATER)
        assert told.meetings[0].change is None
        assert told.meetings[0].lead is not None

    def test_a_document_that_cannot_be_read_says_why(self):
        """A damaged promotion takes nothing else with it."""
        told = found(judged(5), promotion=judged(3, unread="entry 3: damaged"))
        assert told.withheld == "entry 3: damaged"
        assert told.meetings[0].champion is not None

    def test_no_promotion_in_the_ledger(self):
        """Is said, and not guessed."""
        assert found(promotion=None).withheld == "no decision in the ledger promoted it"
