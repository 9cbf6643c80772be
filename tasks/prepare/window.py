"""The time line of a cycle: what trains, what selects, what judges. Pure.

Time line of one cycle, for periods p1..pn and a holdout of the newest ones:

    |--------- train ---------|-- selection --|------- holdout -------|..lag..|
                                              ^ training ends          label cut-off ^

A row trains or selects only if its label was known when training ends (the holdout's start), and
judges only if its label was known at the label cut-off (the holdout's end plus the declared lag).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tasks.errors import BadInput, Refused
from tasks.params import PrepareParams
from tasks.periods import Calendar


class NotEnoughPeriods(Refused):
    """There are too few periods to train, select and judge; more will arrive."""


@dataclass(frozen=True)
class Cutoffs:
    """The periods in the window, and the instants that split them, in UTC."""

    periods: tuple[str, ...]
    holdout: tuple[str, ...]
    start: datetime
    selection_start: datetime
    training_ends: datetime
    holdout_ends: datetime
    label_cutoff: datetime


def cutoffs(periods: list[str], prepare: PrepareParams, calendar: Calendar) -> Cutoffs:
    """The time line for the periods at hand; raises `NotEnoughPeriods`."""
    window = tuple(sorted(periods)[-prepare.max_periods :])
    if len(window) < prepare.min_periods:
        raise NotEnoughPeriods(
            f"{len(window)} of {prepare.min_periods} periods have arrived; "
            f"{prepare.min_periods - len(window)} more before a first challenger can be judged"
        )
    holdout = window[-prepare.holdout_periods :]
    ends = calendar.start(holdout[0])
    selection_start = ends - timedelta(days=prepare.selection_days)
    if selection_start <= calendar.start(window[0]):
        raise BadInput(
            f"prepare.selection_days: {prepare.selection_days} days before {holdout[0]} "
            "leave nothing to train on"
        )
    if not any(selection_start < calendar.end(one) and calendar.start(one) < ends for one in window):
        raise NotEnoughPeriods(
            f"no batch has rows of the {prepare.selection_days} days before {holdout[0]}, on which trees and "
            f"threshold are chosen: the newest before it is {window[-prepare.holdout_periods - 1]}; "
            "what is missing may still arrive, or the next period closes the gap"
        )
    last = calendar.end(holdout[-1])
    return Cutoffs(
        periods=window,
        holdout=holdout,
        start=calendar.start(window[0]),
        selection_start=selection_start,
        training_ends=ends,
        holdout_ends=last,
        label_cutoff=last + timedelta(days=prepare.label_lag_days),
    )


def fresh_holdout(asked: str, prepare: PrepareParams, calendar: Calendar) -> str:
    """When a holdout without the period `asked`, or any before it, can be judged: in words."""
    last = asked
    for _ in range(prepare.holdout_periods):
        last = calendar.following(last)
    known = calendar.end(last) + timedelta(days=prepare.label_lag_days)
    return f"when {last} has arrived, with its labels by {known.astimezone(calendar.zone):%Y-%m-%d}"
