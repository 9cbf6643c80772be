"""One clause against its evidence: pass, fail or undecided, in words. Pure."""

from typing import Literal

from tasks.documents import Document
from tasks.evaluate.evidence import Interval
from tasks.evaluate.findings import ClauseEvidence
from tasks.evaluate.metrics import METRICS
from tasks.params import Clause, Contract

Verdict = Literal["pass", "fail", "undecided"]


class ClauseVerdict(Document):
    """How a clause ended: `required` and the interval are in the metric's unit, more being better.

    `row_level` is what the same clause would have ended as, had every row been independent.
    """

    name: str
    kind: str
    metric: str
    unit: str
    owner: str
    reason: str
    verdict: Verdict
    words: str
    against: str
    required: float
    level: float
    interval: Interval | None
    row_level: Verdict


def judge(clause: Clause, contract: Contract, evidence: ClauseEvidence | None) -> ClauseVerdict:
    """Judge one clause; without evidence it is undecided, which promotes nothing."""
    metric = METRICS[clause.metric]
    required = clause.margin
    if clause.threshold is not None:
        # A ceiling on a loss is judged as a floor under its negative.
        required = clause.threshold if metric.bigger_is_better else -clause.threshold
    verdict, words = _ruled(evidence.interval if evidence else None, required, contract.min_clusters)
    row_level, _ = _ruled(evidence.independent if evidence else None, required, 2)
    return ClauseVerdict(
        name=clause.name,
        kind=clause.kind,
        metric=clause.metric,
        unit=metric.unit,
        owner=clause.owner,
        reason=clause.reason,
        verdict=verdict,
        words=_sentence(clause, evidence, words),
        against=evidence.against if evidence else "nothing",
        required=required,
        level=clause.level / contract.looks_per_holdout,
        interval=evidence.interval if evidence else None,
        row_level=row_level,
    )


def _ruled(interval: Interval | None, required: float, min_clusters: int) -> tuple[Verdict, str]:
    if interval is None:
        return "undecided", "could not be checked: there is no evidence for it"
    if interval.low is None or interval.high is None or interval.estimate is None:
        return "undecided", f"could not be checked: {interval.note}"
    found = f"{interval.estimate:+.4f} [{interval.low:+.4f}, {interval.high:+.4f}]"
    if interval.clusters < min_clusters:
        return (
            "undecided",
            f"{found} rests on {interval.clusters} clusters; the contract asks for {min_clusters}",
        )
    if interval.low > required:
        return "pass", f"{found} lies above {required:g}"
    if interval.high < required:
        return "fail", f"{found} lies below {required:g}"
    return "undecided", f"{found} includes {required:g}: the evidence does not tell"


def _sentence(clause: Clause, evidence: ClauseEvidence | None, words: str) -> str:
    what = f"{clause.metric.replace('_', ' ')} against {evidence.against}" if evidence else clause.metric
    return f"{what}: {words}"
