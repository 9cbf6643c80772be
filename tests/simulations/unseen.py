"""What samples do not show: how often three rules let pass what is exactly at its bar."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from scipy.special import stdtrit
from simulations.bars import at_truth
from simulations.boundaries import LEVEL, Boundary
from simulations.cases import LONG_DAYS, MANY_ROWS, boundaries
from simulations.clause_worlds import FRAUD, disputed, said
from simulations.draws import Draws, Layout
from simulations.number_worlds import around
from simulations.storms import Storms
from simulations.worlds import World

from tasks.decide.contract import judge
from tasks.evaluate.clauses import clause_evidence
from tasks.evaluate.clusters import FEW
from tasks.evaluate.comparison import Comparison
from tasks.evaluate.evidence import Codes, Floats, satterthwaite
from tasks.evaluate.opposition import opposing_clusters
from tasks.evaluate.quantities import quantities
from tasks.objectives import REGRESSION

SOME_DAYS = Layout(50, rows_per_cluster=100)
KNOWN = (
    ("rare_floor_auc", MANY_ROWS),
    ("rare_floor_auc", LONG_DAYS),
    ("heavy_losses", MANY_ROWS),
    ("heavy_losses", LONG_DAYS),
    ("hidden_floor_auc", MANY_ROWS),
)
"""Those of the boundaries that a sample hides from Student's interval."""
LARGE = FRAUD.model_copy(update={"false_negative": -1000})
# A euro saved 999 times by silence, and 999 lost once; one row in 25 is a needless alarm for a euro.
THOUSANDS = World(
    (
        *said(0.66, 0.01, 0.06),
        *said(0.1, 0.6, 0.6),
        disputed(0.2, 0.001, alarm=False),
        disputed(0.04, 0.0, alarm=True),
    ),
    LARGE,
)
_USUAL = 1.25**0.5
"""The usual error: the root of the mean square of 0.5 and 1.5."""


def erring(one_in: int, times: float) -> World:
    """A regression of which one error in so many is so many times the usual one."""
    rare = 1 / one_in
    return World(
        (*around(1 - rare, 1.0, 0.5, 0.5), *around(rare, times * _USUAL, 0.5, 0.5)), objective=REGRESSION
    )


RARE_ERRORS = ((3_125, 30.0), (6_250, 50.0), (1_250, 10.0))
"""One error in so many is so many times the usual one."""
STORMS = tuple(
    Storms("rare_days_auc", days, bad, shift, rate)
    for rate in (0.5, 0.2)
    for days, bad, shift in ((50, 0.04, 3.0), (30, 0.06, 2.0), (60, 0.03, 3.0))
)
Case = Boundary | Storms


def guarded() -> Iterator[Boundary]:
    """What hides, and does not pass."""
    known = {(one.key, one.layout): one for one in boundaries()}
    yield from (known[one] for one in KNOWN)
    clause = at_truth(THOUSANDS, kind="not_worse", metric="value")
    yield Boundary("rare_thousands", "rare losses of a thousand", THOUSANDS, SOME_DAYS, clause)


def limits() -> Iterator[Case]:
    """What hides, and passes: `docs/adr/0012` says so."""
    for one_in, times in RARE_ERRORS:
        world = erring(one_in, times)
        name = f"floor on RMSE, one error in {one_in:,} is {times:g} times the usual"
        clause = at_truth(world, kind="floor", metric="rmse")
        yield Boundary("rarer_errors_rmse", name, world, MANY_ROWS, clause)
    yield from STORMS


@dataclass(frozen=True, slots=True)
class Unseen:
    """Shares of samples that pass: by the decision, by Student's interval alone, by any five clusters.

    Student's is CR3's with Satterthwaite's degrees of freedom; `any_five` has the decision's own interval,
    and asks no more than that rows below the bar lie in five clusters in effect, however little below.
    """

    ours: float
    student: float
    any_five: float


def unseen(case: Case, samples: int, rng: Generator) -> Unseen:
    """Judge the same samples by all three."""
    contract, counts, draw = case.contract, np.zeros(3), drawn(case)
    for _ in range(samples):
        seen = draw(rng)
        evidence = clause_evidence(case.clause, contract, seen)
        if evidence is None or len(evidence.parts) != 1:
            raise ValueError(f"expected one part of {case.title}, found {evidence}")
        (asked,), low = quantities(case.clause, seen), evidence.parts[0].interval.low
        values, required = asked.values(), case.clause.required
        above = low is not None and low > required
        counts += (
            judge(case.clause, contract, evidence).verdict == "pass",
            students(values, seen.clusters) > required,
            above and opposing_clusters(values, seen.clusters, required) >= FEW,
        )
    return Unseen(*(counts / samples).tolist())


def drawn(case: Case) -> Callable[[Generator], Comparison]:
    """What draws its samples."""
    return case.draw if isinstance(case, Storms) else Draws(case.world, case.layout).draw


def students(values: Floats, codes: Codes) -> float:
    """The lower bound of CR3 with Student's quantile: see `evidence.clustered_mean`."""
    sizes = np.bincount(codes).astype(np.float64)
    share = sizes / len(values)
    moved = np.bincount(codes, values - values.mean()) / (len(values) - sizes)
    return float(values.mean() - stdtrit(satterthwaite(share), 1 - LEVEL) * np.sqrt(np.square(moved).sum()))
