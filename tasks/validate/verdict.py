"""What the results of a suite mean for a batch: what blocks it, what is told, which rows are kept aside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tasks.params import Column, Params
from tasks.validate.aside import MOST, Aside
from tasks.validate.found import Expectation, Found
from tasks.validate.known import BETWEEN, IN_SET, MATCH, NO_MATCH, NOT_NULL, UNIQUE
from tasks.validate.places import places_of
from tasks.validate.result import Broken, Failure, Quarantine
from tasks.validate.suite import failures

_OF_ROWS = {NOT_NULL, BETWEEN, IN_SET, UNIQUE, MATCH, NO_MATCH}


@dataclass(frozen=True)
class Verdict:
    """`failures` block; where there is one, no row is kept aside: the batch is blocked whole."""

    failures: tuple[Failure, ...]
    warnings: tuple[Failure, ...] = ()
    quarantine: Quarantine | None = None


def rows_aside(suite: Sequence[Expectation], params: Params, rows: int) -> Aside | None:
    """What collects the bad rows of a batch, if rows may be kept aside.

    A rule of rows is one that each row keeps or breaks by itself, or by another with its id, whether
    `validate.columns` declares it or a suite of one's own. A rule that lets a share through (`max_nulls`,
    `max_bad`, `mostly`) is about the batch: no row is to blame.
    """
    settings, columns = params.validation.quarantine, params.validation.columns
    if settings is None:
        return None
    rules = [
        number
        for number, (kind, arguments) in enumerate(suite)
        if kind in _OF_ROWS and arguments.get("mostly", 1) >= 1 and not _warns(arguments, columns)
    ]
    return Aside(rules, rows, settings.max_share)


def verdict(
    ours: Sequence[Found], theirs: Sequence[Found], aside: Aside | None, params: Params, rows: int
) -> Verdict:
    """The verdict on a batch of `rows` rows: `ours` are the engine's results, in the order of its suite.

    What could not be checked blocks, whatever its level; so does what Great Expectations alone knows,
    as it names no rows.
    """
    columns, blocking, warned = params.validation.columns, list[Found](), list[Found]()
    for one in (*ours, *theirs):
        (warned if _warns(one.arguments, columns) and not one.raised else blocking).append(one)
    blocking, warnings = [one for one in blocking if not one.success], tuple(failures(warned))
    bad = {n: one for n, one in enumerate(ours) if aside and n in aside.rules and not one.success}
    if aside is None or not bad or len(bad) < len(blocking):
        return Verdict(tuple(failures(blocking)), warnings)
    places = aside.settle()
    if said := _why_not(aside, len(places), params, rows):
        more = Failure.of_file("quarantine", said)
        return Verdict((*failures(blocking), more), warnings)
    told = tuple(_broken(one, aside, n) for n, one in bad.items())
    kept_aside = Quarantine(rows=len(places), places=places_of(places), broken=told)
    return Verdict((), warnings, kept_aside)


def _why_not(aside: Aside, bad: int, params: Params, rows: int) -> str | None:
    """Why the bad rows cannot be kept aside, if they cannot."""
    if aside.too_many:
        return (
            f"validate.quarantine keeps at most {aside.share:.2%} of {rows:,} rows aside, and at most "
            f"{MOST:,} rows times rules that they break; more are bad"
        )
    if rows - bad < params.validation.rows.min:
        least = params.validation.rows.min
        return f"expected at least {least:,} rows, {rows - bad:,} are left without the bad ones"
    return None


def _broken(one: Found, aside: Aside, number: int) -> Broken:
    (failure,), rows = failures([one]), aside.of(number)
    return Broken(
        column=one.arguments["column"],
        rule=one.rule,
        message=failure.message,
        rows=len(rows),
        places=places_of(rows),
    )


def _warns(arguments: Mapping[str, object], columns: Mapping[str, Column]) -> bool:
    declared = columns.get(str(arguments.get("column")))
    return declared is not None and declared.level == "warn"
