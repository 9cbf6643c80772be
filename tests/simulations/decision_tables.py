"""The tables about decisions: power, many looks, planted challengers."""

import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from benchmarks.figures import Figure
from scipy.special import ndtri
from simulations.better import JOINT_POWER, better, decisions, enough
from simulations.cores import spread
from simulations.gate import decided
from simulations.looks import LOOKS, ROWS, RULES, Year, best_of, years
from simulations.measured import Measured
from simulations.planted import HOLDOUT
from simulations.power import (
    POWER,
    Advertised,
    Lead,
    for_a_declared_lead,
    for_the_lead_that_was_seen,
    leads,
)
from simulations.violations import violations

Tell = Callable[[str], None]
PILOTS = 8_000
HOLDOUTS = 1_000
HOLDOUTS_EACH = 50
BETTER = 300


def power(seed: int, quick: bool, tell: Tell) -> Measured:
    """What the advertised numbers of clusters are worth; no quick version would mean anything."""
    start = time.perf_counter()
    cases = [] if quick else [(case, seed, number) for number, case in enumerate(leads())]
    found = list(spread(_advertised, cases, tell))
    return Measured(
        name="power",
        title=f"At the clusters advertised for a power of {POWER:.0%}: means of {PILOTS:,} pilots",
        columns=("case", "power", "clusters / smallest", "lead as seen: power", "median / smallest"),
        lines=tuple((case.title, *_rounded(plan), *_rounded(seen)) for case, plan, seen in found),
        figures=tuple(_power_figures(found, time.perf_counter() - start)) if found else (),
    )


def _advertised(case: Lead, seed: int, number: int) -> tuple[Lead, Advertised, Advertised]:
    plan = for_a_declared_lead(case, PILOTS, np.random.default_rng([seed, 4, number]))
    return case, plan, for_the_lead_that_was_seen(case, PILOTS, np.random.default_rng([seed, 5, number]))


def _rounded(found: Advertised) -> tuple[str, str]:
    return f"{found.power:.3f}", f"{found.against_smallest:.3f}"


def _power_figures(found: list[tuple[Lead, Advertised, Advertised]], seconds: float) -> Iterator[Figure]:
    pilots = PILOTS * len(found)
    told = [plan for case, plan, _ in found if case.foreseeable]
    least = min(plan.power for plan in told)
    most = max(plan.against_smallest for plan in told)
    yield Figure("power_advertised", least, "smallest mean", pilots, seconds, f"{POWER:.0%}")
    yield Figure("power_clusters", most, "largest mean ratio", pilots, seconds, "a known variance")
    for case, plan, seen in found:
        yield Figure(f"power: {case.title}", plan.power, "share", PILOTS, 0.0)
        yield Figure(f"power, lead as seen: {case.title}", seen.power, "share", PILOTS, 0.0)


def looks(seed: int, quick: bool, tell: Tell) -> Measured:
    """Gain that is reported and not there, after 52 challengers of which none is better."""
    holdouts = HOLDOUTS // 10 if quick else HOLDOUTS
    lines: list[tuple[str, ...]] = []
    figures: list[Figure] = []
    parts = -(-holdouts // HOLDOUTS_EACH)
    cases = [(rule, [seed, 6, n, part]) for n, rule in enumerate(RULES) for part in range(parts)]
    spent = list(spread(_spent, cases, tell))
    for place, rule in enumerate(RULES):
        mine = spent[place * parts : (place + 1) * parts]
        found = [year for several, _ in mine for year in several]
        gain, error = _mean([year.gain for year in found])
        promoted = np.mean([year.promotions for year in found])
        lines.append((rule, f"{100 * gain:.2f}", f"{100 * error:.2f}", f"{promoted:.2f}"))
        shown, unit = (
            (gain + ndtri(0.95) * error, "upper 95% bound") if rule == "budgeted" else (gain, "mean")
        )
        name, seconds = f"looks_gain_{rule.replace(' ', '_')}", sum(time for _, time in mine)
        figures.append(Figure(name, float(shown), unit, holdouts * LOOKS, seconds, "a true gain of 0"))
    generator = np.random.default_rng([seed, 6, len(RULES)])
    gain, error = _mean([best_of(LOOKS, generator) for _ in range(holdouts)])
    lines.append((f"best of {LOOKS} over one champion", f"{100 * gain:.2f}", f"{100 * error:.2f}", ""))
    return Measured(
        name="looks",
        title=f"{LOOKS} equal challengers at a holdout of {ROWS:,} rows: accuracy gain reported, in points",
        columns=("rule", "gain", "standard error", "promotions"),
        lines=tuple(lines),
        figures=tuple(figures),
    )


def _spent(rule: str, stream: list[int]) -> tuple[list[Year], float]:
    start = time.perf_counter()
    return list(years(rule, HOLDOUTS_EACH, np.random.default_rng(stream))), time.perf_counter() - start


def _mean(numbers: Sequence[float]) -> tuple[float, float]:
    return float(np.mean(numbers)), float(np.std(numbers, ddof=1)) / len(numbers) ** 0.5


def planted(seed: int, quick: bool, tell: Tell) -> Measured:  # noqa: ARG001 - as quick as it gets
    """Bad challengers, and their undamaged twins on the same rows."""
    start, refused, promoted, lines = time.perf_counter(), 0, 0, []
    cases = violations()
    for number, case in enumerate(cases):
        tell(case.title)
        stream = [seed, 7, number]
        bad = decided(case.bad, case.contract, HOLDOUT, np.random.default_rng(stream), case.measurements)
        twin = decided(case.twin, case.contract, HOLDOUT, np.random.default_rng(stream))
        refused += bad.but_for == (case.title,)
        promoted += twin.verdict == "promote"
        lines.append((case.title, bad.verdict, ", ".join(bad.but_for), twin.verdict))
    seconds, count = time.perf_counter() - start, len(cases)
    return Measured(
        name="planted",
        title=f"{count} bad challengers, each violating one clause",
        columns=("violated", "verdict", "refused by", "undamaged twin"),
        lines=tuple(lines),
        figures=(
            Figure("planted_challengers", count, "challengers", count, seconds),
            Figure("planted_refused", refused / count, "share", count, seconds, "by that clause alone"),
            Figure("planted_twins_promoted", promoted / count, "share", count, seconds),
        ),
    )


def better_challengers(seed: int, quick: bool, tell: Tell) -> Measured:
    """Challengers with room to every clause, at the size that is advertised for all clauses at once."""
    tell("better challengers")
    start, many = time.perf_counter(), BETTER // 5 if quick else BETTER
    layout = enough(better(), np.random.default_rng([seed, 8]))
    found = list(decisions(better(), layout, many, np.random.default_rng([seed, 9])))
    share = sum(one.verdict == "promote" for one in found) / many
    seconds, size = time.perf_counter() - start, f"{layout.name}, {JOINT_POWER:.0%} joint power"
    return Measured(
        name="better",
        title=f"{many} better challengers at the size for {JOINT_POWER:.0%} joint power",
        columns=("holdout", "promoted"),
        lines=((layout.name, f"{share:.1%}"),),
        figures=(Figure("better_promoted", share, "share", many, seconds, size),),
    )
