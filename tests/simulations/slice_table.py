"""The table about drift in slices: a wind that doubled at one airport, and months as they came."""

import time
from collections.abc import Callable, Collection

import pyarrow.compute as pc
from benchmarks.figures import Figure
from example.flights import PERIODS, encode
from simulations.cores import spread
from simulations.drift_gate import month, params, profile_of
from simulations.measured import Measured
from simulations.spoiling import where

from tasks.drift.covariates import comparisons, covariate_shift
from tasks.drift.findings import MovedSlice
from tasks.drift.slices import moved_slices
from tasks.prepare.features import Schema
from tasks.profile.rows import profile_file

AIRPORTS = ("EWR", "JFK", "LGA")
WIND = "wind_speed"
FIRST, FIRST_DOUBLED = 4, 6
"""From which month on slices have enough history; from which on winds are doubled."""

Found = tuple[frozenset[str], tuple[MovedSlice, ...]]
"""Columns that drifted in the whole, and slices."""


def slices(seed: int, quick: bool, tell: Callable[[str], None]) -> Measured:  # noqa: ARG001 - nothing is drawn
    """Each month against all months before it, as it came and with one airport's wind doubled."""
    start = time.perf_counter()
    month(PERIODS[0])  # The processes that follow find the year built.
    months = PERIODS[FIRST_DOUBLED : FIRST_DOUBLED + 1] if quick else PERIODS[FIRST:]
    found = list(spread(_told, [(one,) for one in months], tell))
    clean = sum(bool(one[1]) for one, _ in found)
    words = [word for _, by_airport in found for word in by_airport]
    seconds, doubled = time.perf_counter() - start, len(words)
    return Measured(
        name="slices",
        title="Drift of each month against all before: slices told, and by what a doubled wind is",
        columns=("month", "slices told as it came", *(f"doubled at {one}" for one in AIRPORTS)),
        lines=tuple(
            (one, str(len(told[1])), *(by_airport or [""] * len(AIRPORTS)))
            for one, (told, by_airport) in zip(months, found, strict=True)
        ),
        figures=(
            Figure("slices_told_as_it_came", clean, "months", len(found), seconds),
            Figure("slices_by_column", words.count("column"), "doubled winds", doubled, 0.0),
            Figure("slices_by_slice", words.count("slice"), "doubled winds", doubled, 0.0),
        ),
    )


def _told(period: str) -> tuple[Found, list[str]]:
    """What is told of a month as it came, and by what a wind that doubled at each airport is told."""
    doubled = AIRPORTS if PERIODS.index(period) >= FIRST_DOUBLED else ()
    return of_month(period), [how(of_month(period, airport), airport) for airport in doubled]


def of_month(period: str, airport: str = "") -> Found:
    """What drift tells of a month against all before; the wind doubled at `airport`, if one is named."""
    table = month(period)
    if airport:
        there = pc.equal(table["origin"].combine_chunks(), airport)
        table = where(table, WIND, there, pc.multiply(table[WIND].combine_chunks(), 2.0))
    new = profile_file(encode(table), params(), period)
    before = PERIODS[: PERIODS.index(period)]
    compared = comparisons({one: profile_of(one) for one in before}, {period: new})
    columns = covariate_shift(compared, Schema(features=()), None).columns
    drifted = frozenset(one.column for one in columns if one.drifted)
    return drifted, moved_slices(compared, drifted)


def how(found: Found, airport: str) -> str:
    """Whether the whole column tells of the doubled wind, or the airport's slice, or nothing does."""
    columns, moved = found
    if WIND in columns:
        return "column"
    return "slice" if _names(moved, airport) else "nothing"


def _names(moved: Collection[MovedSlice], airport: str) -> bool:
    return any((one.slice, one.value, one.column) == ("origin", airport, WIND) for one in moved)
