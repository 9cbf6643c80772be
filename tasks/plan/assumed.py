"""A plan before any decision: from the labels alone, and a guess of how much two models differ. Pure.

No model is asked, so no look is spent.
"""

from dataclasses import dataclass
from typing import TypeGuard

import numpy as np

from tasks.decide.needed import Spread
from tasks.errors import Refused
from tasks.evaluate.clusters import numbered
from tasks.evaluate.evidence import Codes, Floats, satterthwaite
from tasks.params import Clause, Contract
from tasks.params.contract import BeatsChampion, NotWorse
from tasks.plan.document import GAINS, Assumed, Later, Lead, Pilot, Plan
from tasks.plan.labels import design_effect, label_correlation

DIFFER = 0.3
METRIC, UNIT = "log_loss", "nats per row"


@dataclass(frozen=True, slots=True)
class Traffic:
    """Labels of 0 and 1 (n,) and cluster codes (n,) of the rows that holdouts of these periods would have."""

    periods: tuple[str, ...]
    labels: Floats
    clusters: Codes


def foreseen(
    traffic: Traffic,
    contract: Contract,
    model: str,
    gains: tuple[float, ...] = GAINS,
    differ: float = DIFFER,
    declared: int = 1,
) -> Plan:
    """The plan for leads over the champion in log loss; raises `Refused` where nothing can be told.

    `declared` is the size of a holdout in params.yaml, in batches.
    """
    told = [one for one in contract.clauses if is_foreseen(one)]
    others = [one for one in contract.clauses if isinstance(one, Lead) and not is_foreseen(one)]
    assumed = assume(traffic, differ)
    sizes = numbered(traffic.clusters)[1]
    spread = Spread(error=lead_error(assumed), freedom=satterthwaite(sizes / assumed.rows))
    pilot = Pilot(spread, assumed.rows, assumed.clusters, len(traffic.periods), assumed.base_loss, declared)
    return Plan(
        model=model,
        decision=None,
        holdout=(),
        power=contract.power,
        clauses=tuple(pilot.plan(one, contract, UNIT, "the champion", gains) for one in told),
        assumed=assumed,
        later=tuple(Later(clause=one.name, why="told after the first decision") for one in others),
    )


def is_foreseen(clause: Clause) -> TypeGuard[BeatsChampion | NotWorse]:
    """Whether how much this clause's lead moves can be guessed: it is one over the champion, in log loss.

    From the base rate a model differs by more than from its predecessor, and by how much is unknown.
    """
    return isinstance(clause, BeatsChampion | NotWorse) and clause.metric == METRIC


def assume(traffic: Traffic, differ: float) -> Assumed:
    """What the labels tell; raises `Refused` where they are all one, or all of one cluster."""
    rows = len(traffic.labels)
    sizes = numbered(traffic.clusters)[1]
    rate = float(traffic.labels.mean()) if rows else 0.0
    if not 0 < rate < 1 or len(sizes) < 2:  # noqa: PLR2004 - one cluster has nothing to differ from
        raise Refused(
            f"without a decision, {rows:,} labelled rows in {len(sizes)} clusters, of which "
            f"{rate:.0%} have label 1, are nothing to plan from: it takes both labels, and two clusters"
        )
    correlation = label_correlation(traffic.labels, traffic.clusters)
    return Assumed(
        differ=differ,
        periods=traffic.periods,
        rows=rows,
        clusters=len(sizes),
        rate=rate,
        correlation=correlation,
        design_effect=design_effect(sizes, correlation),
        base_loss=float(-rate * np.log(rate) - (1 - rate) * np.log1p(-rate)),
    )


def lead_error(assumed: Assumed) -> float:
    """The standard error of a lead in log loss on the rows of the traffic, as an upper guess.

    Of a row with label y and log odds l the loss is log(1 + e^l) - y l, whose slope in l is p - y. If the
    challenger's log odds are the champion's plus d, the row's part in the lead is d (y - p) at first order.
    Given the probability p of its label that has variance d^2 p (1 - p). Where d does not go with p, and
    its root mean square is `differ`, the mean over the rows is

        differ^2 E[p (1 - p)] <= differ^2 r (1 - r),    r = E[p] the share of label 1,

    by Jensen's inequality, since p (1 - p) is concave. The variance of the mean of N rows is that over N
    times the design effect. Leads move together within a cluster at most as y - p does if d is the same
    for all its rows, and hardly at all if d has either sign in it; the labels' own correlation stands in for
    that of y - p. It is larger as long as the models know some of what clusters share.
    """
    variance = assumed.differ**2 * assumed.rate * (1 - assumed.rate)
    return float(np.sqrt(variance * assumed.design_effect / assumed.rows))
