"""What a clause is judged by: an interval for each thing it asks about. Pure."""

from dataclasses import replace
from math import inf

import numpy as np

from tasks.evaluate.binary import Undefined
from tasks.evaluate.clusters import in_effect, numbered
from tasks.evaluate.comparison import Comparison
from tasks.evaluate.evidence import (
    Codes,
    Floats,
    Interval,
    as_share,
    clustered_mean,
    independent_mean,
    no_mean,
)
from tasks.evaluate.findings import ClauseEvidence, Part, Serial
from tasks.evaluate.groups import Group
from tasks.evaluate.means import Mean
from tasks.evaluate.opposition import clusters_at_worst, holds_at_worst, opposing_clusters
from tasks.evaluate.quantities import Quantity, groups_of, quantities
from tasks.evaluate.serial import serial
from tasks.evaluate.units import unit_of
from tasks.params import contract as terms


def clause_evidence(
    clause: terms.Clause, contract: terms.Contract, seen: Comparison
) -> ClauseEvidence | None:
    """Every part at the clause's level, divided by the looks that the holdout allows.

    All parts must pass, each at the whole level: the chance that a clause passes which one part
    violates is then at most that part's (an intersection-union test; Berger, Technometrics 24 (1982)).
    None for a clause that rows do not decide: its evidence is a measurement.
    """
    if not isinstance(clause, terms.Tested):
        return None
    unit, level = unit_of(clause, seen.currency), clause.level / contract.looks_per_holdout
    if isinstance(clause, terms.Churn) and seen.champion is None:
        nobody = "there is no champion yet whose answers could change"
        return ClauseEvidence(against="the champion", unit=unit, parts=(), nothing_to_ask=nobody)
    asked, found = tuple(quantities(clause, seen)), groups_of(clause, seen)
    return ClauseEvidence(
        against=_against(clause, seen),
        unit=unit,
        parts=tuple(_part(one, seen, clause.required, level) for one in asked),
        pooled=next((group.pooled for group in found if group.pooled), ()),
        missing=_missing(clause, found, seen),
        serial=_serial(asked[0], seen) if len(asked) == 1 else None,
    )


def _part(quantity: Quantity, seen: Comparison, required: float, level: float) -> Part:
    clusters = numbered(seen.clusters if quantity.rows is None else seen.clusters[quantity.rows])[0]
    try:
        values = quantity.values()
    except Undefined as reason:
        grouped, single = (
            no_mean(one, len(clusters), level=level, note=str(reason)) for one in (clusters, None)
        )
        return Part(
            of=quantity.of, interval=grouped, independent=single, opposing_clusters=0.0, holds_at_worst=False
        )
    judged = clustered_mean(values, clusters, level=level)
    judged = judged if quantity.share is None else as_share(judged, quantity.share)
    fewest = min((len(numbered(clusters[rows])[1]) for rows in quantity.rests_on()), default=judged.clusters)
    lead = 0.0 if judged.low is None else judged.low - required
    # A clause that is open would pass with about one error to spare, if at all.
    lead = lead if lead > 0 else judged.standard_error or 0.0
    opposing, holds = _missed(quantity, values, clusters, required, level, lead)
    return Part(
        of=quantity.of,
        interval=replace(judged, clusters=fewest),
        independent=independent_mean(values, level=level),
        opposing_clusters=opposing,
        holds_at_worst=holds,
        carrying_clusters=_carrying(judged, values, clusters),
    )


def _missed(
    quantity: Quantity, values: Floats, clusters: Codes, required: float, level: float, lead: float
) -> tuple[float, bool]:
    """In how many clusters something speaks against the claim, and whether it would hold without any.

    Of a number that is several means at once (an AUC) no one bet can be made: it holds if misses, as many as
    may be due, would not cost its lead. They are asked of the mean of the fewest rows, where one weighs most.
    """
    worst, means, holds = quantity.worst(), quantity.means(), False
    if worst is not None:
        holds = holds_at_worst(values, clusters, required, worst, level)
        # Where the worst is the same for all rows, what speaks against is that worst.
        if np.ptp(worst):
            every = np.ones(len(values), np.bool_)
            means = (Mean(every, values, np.broadcast_to(worst, values.shape)),)
    deep = inf
    if means and lead > 0:
        rarest = min(means, key=lambda mean: np.count_nonzero(mean.counted))
        asked = (rarest.values, clusters, required, rarest.worst, level, lead, rarest.counted)
        deep = clusters_at_worst(*asked)
    if worst is None and means:
        holds = lead > 0 and deep == inf
        if len(means) == 1:
            (only,) = means
            holds = holds_at_worst(only.values, clusters, required, only.worst, level, only.counted)
    return min(opposing_clusters(values, clusters, required), deep), holds


def _carrying(judged: Interval, values: Floats, clusters: Codes) -> float | None:
    if judged.standard_error is None:
        return None
    return in_effect(np.bincount(clusters, values - values.mean()).astype(np.float64))


def _serial(quantity: Quantity, seen: Comparison) -> Serial | None:
    try:
        return serial(quantity.values(), seen.clusters)
    except Undefined:
        return None


def _missing(clause: terms.Tested, found: tuple[Group, ...], seen: Comparison) -> str:
    supported = [group.value for group in found if not group.pooled]
    if isinstance(clause, terms.Slice):
        absent = [value for value in clause.required_values if value not in supported]
        return f"too few rows or clusters of {clause.column} {', '.join(absent)}" if absent else ""
    if isinstance(clause, terms.Fairness) and sum(group.supported for group in found) < 2:  # noqa: PLR2004 - a difference takes two
        return f"{clause.column} has no two groups with enough rows to compare"
    if isinstance(clause, terms.Abstention | terms.Coverage) and not seen.challenger.possible:
        return "the challenger was trained without sets of possible labels (train.coverage)"
    if isinstance(clause, terms.BeatsBaseline) and clause.baseline == "linear" and seen.linear is None:
        return "the challenger was trained without a linear baseline beside it"
    return ""


def _against(clause: terms.Tested, seen: Comparison) -> str:
    match clause:
        case terms.BeatsBaseline():
            return "the linear model" if clause.baseline == "linear" else f"the {seen.objective.baseline}"
        case terms.Floor():
            return f"the floor of {clause.threshold}"
        case terms.Fairness():
            return f"each other group of {clause.column}"
        case terms.Representation() | terms.Coverage():
            return f"a share of {clause.threshold}"
        case terms.Calibration() | terms.Abstention():
            return "what came"
    return "the champion" if seen.champion else f"the {seen.objective.baseline} (there is no champion yet)"
