"""A decision's findings in sentences, for whoever shows them. Pure."""

from tasks.decide.contract import ClauseVerdict
from tasks.decide.decision import Decision
from tasks.decide.needed import MOST
from tasks.decide.worth import PREDICTIONS, Worth


def needed_words(clause: ClauseVerdict) -> str:
    """How much evidence would decide an open clause, to be read after "this clause"."""
    needed, interval = clause.needed, clause.interval
    if needed is None and (interval is None or interval.standard_error is None):
        return "has no interval, and how much evidence would decide it cannot be told from that"
    if needed is None:
        return f"would not be decided, if the lead is as seen, by up to {MOST:,} times this evidence"
    return (
        f"would be decided, if the lead is as seen, by {needed.times:.1f} times this evidence in all: "
        f"{needed.clusters:,} clusters, about {needed.rows:,} rows or {needed.batches:,} "
        f"{'batch' if needed.batches == 1 else 'batches'} ({needed.power:.0%} power)"
    )


def serial_words(lag_one: float, widening: float) -> str:
    """How much neighbouring clusters move together, and what that would do to the interval."""
    return (
        f"neighbouring clusters move together by {lag_one:+.2f} (0 is not at all); an interval that allows "
        f"for it would be {widening:.2f} times as wide"
    )


def worth_words(worth: Worth | None) -> str:
    """What the lead is worth, and one per cent of what would be replaced; empty where no money is known."""
    if worth is None:
        return ""
    money = f"{worth.currency} per {PREDICTIONS:,} predictions"
    between = "" if worth.low is None or worth.high is None else f" [{worth.low:+,.2f}, {worth.high:+,.2f}]"
    return (
        f"In money the lead over the {worth.against} is {worth.lead:+,.2f}{between} {money}; one per cent of "
        f"what the {worth.against} is worth is {worth.percent:,.2f}."
    )


def counterfactual(decision: Decision) -> str:
    """What stood between the challenger and office."""
    if decision.verdict == "promote":
        return "Every clause passes."
    return f"It would be promoted but for: {', '.join(decision.but_for)}."
