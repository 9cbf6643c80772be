"""What was done to a table, and what its owner should know, in words. Pure."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from tasks.begin.looked import Look
from tasks.begin.plan import Plan
from tasks.begin.windows import FEWEST_CLUSTERS, fewest_days

_PART = 0.5
"""A newest period of fewer rows than this share of the usual one is perhaps not over."""


def since(plan: Plan) -> str:
    """The periods, from the first to the last."""
    first, last = plan.periods[0], plan.periods[-1]
    return first if first == last else f"{first} to {last}"


def changes(plan: Plan, *, naive: bool) -> tuple[str, ...]:
    """In what the delivered files differ from the table: whoever delivers the next has to do it, too."""
    label = plan.wishes.label
    made = [
        (plan.made_id, "is new: it names each row, since no column does"),
        (plan.made_day, f"is new: the day of {plan.wishes.time} in {plan.calendar.timezone}, as text"),
        (plan.made_known, f"is new: {plan.wishes.time} and {plan.wishes.known_after} days"),
    ]
    said = [f"{name} {what}" for name, what in made if name]
    if naive:
        said.append(f"{plan.wishes.time}: times without an offset are those of {plan.calendar.timezone}")
    if plan.labelling.done:
        said.append(f"{label}: {plan.labelling.done}")
    return tuple(said)


def renames(names: Mapping[str, str], dropped: tuple[str, ...]) -> tuple[str, ...]:
    """Columns that have another name now, and those that are not there any more."""
    said = [f"{old!r} is called {new}: params.yaml does not allow its name"
            for old, new in names.items() if old != new]  # fmt: skip
    return (
        *said,
        *(f"{one!r} is left out" if one else "a column without a name is left out" for one in dropped),
    )


def notes(plan: Plan, look: Look) -> tuple[str, ...]:
    """What its owner should know before the first run."""
    said = [_needed(plan, look)]
    if plan.unlabelled:
        rows = sum(look.periods[one] for one in plan.unlabelled)
        said.append(
            f"not delivered: {', '.join(plan.unlabelled)} ({rows:,} rows), in which no row has a label yet"
        )
    missing = look.columns[plan.wishes.label]
    if missing.nulls:
        said.append(
            f"{missing.nulls:,} of {missing.rows:,} rows have no label: they are left out, and counted"
        )
    if not plan.made_known:
        said.append("labels are taken as known at once: if it takes days, begin anew with --known-after DAYS")
    said += [*_newest(plan, look), *_one_sided(plan, look), *_clusters(plan, look), *_future(plan)]
    if os.environ.get("EVERGREEN_STORE"):
        said.append("EVERGREEN_STORE is set: runs look for files there, and not in this folder's store")
    return tuple(one for one in said if one)


def _needed(plan: Plan, look: Look) -> str:
    have, least = len(plan.periods), plan.windows.min_periods
    if have >= least:
        return ""
    said = (
        f"{have} of {least} {plan.calendar.period}s that a first decision needs: `evergreen run` waits for "
        f"{least - have} more"
    )
    days = {one for one in look.days if one[:7] in {period[:7] for period in plan.periods}}
    enough = plan.calendar.period == "month" and len(days) >= fewest_days(plan.wishes.known_after)
    return f"{said}. By day there are {len(days)}, which is enough: --period day" if enough else said


def _newest(plan: Plan, look: Look) -> list[str]:
    sizes = sorted(look.periods[one] for one in plan.periods)
    newest, usual = plan.periods[-1], sizes[len(sizes) // 2]
    if look.periods[newest] >= usual * _PART:
        return []
    said = f"{newest} has {look.periods[newest]:,} rows, and a usual {plan.calendar.period} {usual:,}"
    return [f"{said}: if it is not over, take its file away until it is, for it would be judged on"]


def _one_sided(plan: Plan, look: Look) -> list[str]:
    """Labels that only come with time look like all of one kind at first."""
    newest = plan.periods[-1]
    if len(look.kinds.get(newest, ())) != 1:
        return []
    said = f"all labels of {newest} are {next(iter(look.kinds[newest]))!r}: if they are not known yet, or the"
    return [f"{said} table is sorted by them, no decision on it means anything"]


def _clusters(plan: Plan, look: Look) -> list[str]:
    column = look.columns.get(plan.cluster.column)
    if column is None or column.values is None or len(column.values) >= FEWEST_CLUSTERS:
        return []
    few = f"{column.name} has {len(column.values)} different values"
    return [f"{few}: below {FEWEST_CLUSTERS} in a holdout every clause stays undecided"]


def _future(plan: Plan) -> list[str]:
    begins = plan.calendar.start(plan.periods[-1])
    if begins <= datetime.now(UTC) + timedelta(days=1):
        return []
    return [f"{plan.periods[-1]} has not begun yet: runs leave it alone until it has"]
