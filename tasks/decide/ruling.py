"""Where evidence lies against what a clause asks for: pass, fail or undecided, and the words. Pure."""

from typing import Literal

from tasks.decide.needed import MIN_OPPOSING
from tasks.evaluate.evidence import Interval
from tasks.evaluate.findings import ClauseEvidence, Part
from tasks.params import Contract
from tasks.params import contract as terms

Verdict = Literal["pass", "fail", "undecided"]


def ruled(
    clause: terms.Tested, contract: Contract, evidence: ClauseEvidence | None
) -> tuple[Verdict, str, Part | None]:
    """The verdict, its words, and the part that decided it."""
    if evidence is None:
        return "undecided", "could not be checked: there is no evidence for it", None
    if evidence.nothing_to_ask:
        return "pass", evidence.nothing_to_ask, None
    if evidence.missing or not evidence.parts:
        return "undecided", f"could not be checked: {evidence.missing or 'there is no part to check'}", None
    sides = [(*side(part, clause.required, contract.min_clusters), part) for part in evidence.parts]
    worst = {"fail": 0, "undecided": 1, "pass": 2}
    verdict, words, part = min(sides, key=lambda one: (worst[one[0]], _room(one[2], clause.required)))
    if len(sides) > 1:
        same = sum(one[0] == verdict for one in sides)
        words = f"{part.of}: {words} ({_how_many(verdict, same, len(sides))})"
    return verdict, words, part


def _how_many(verdict: Verdict, same: int, parts: int) -> str:
    return f"the closest of {parts}" if verdict == "pass" else f"{same} of {parts} {verdict}"


def _room(part: Part, required: float) -> float:
    return part.interval.low - required if part.interval.low is not None else float("-inf")


def side(part: Part, required: float, min_clusters: int) -> tuple[Verdict, str]:
    """Where the clustered interval lies, if it may be believed.

    Where nothing varies there is none, and none is needed if the claim would hold at worst: two models that
    answer alike are not worse than each other by a margin.
    """
    verdict, words = _where(part.interval, required, min_clusters)
    interval = part.interval
    if interval.low is None and part.holds_at_worst and interval.clusters >= min_clusters:
        return "pass", f"{interval.estimate:+.4f}, and even at worst above {required:g}: {interval.note}"
    if verdict != "pass" or part.opposing_clusters >= MIN_OPPOSING or part.holds_at_worst:
        return verdict, words
    rare = (
        f"what speaks against it lies in {part.opposing_clusters:.1f} clusters in effect: below "
        f"{MIN_OPPOSING} nobody knows how rare that is"
    )
    return "undecided", f"{words}, but {rare}"


def _where(interval: Interval, required: float, min_clusters: int) -> tuple[Verdict, str]:
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


def by_rows(clause: terms.Tested, evidence: ClauseEvidence | None) -> Verdict:
    """What the clause would have ended as, had every row been independent."""
    if evidence is None or evidence.missing:
        return "undecided"
    sides = {_where(part.independent, clause.required, 2)[0] for part in evidence.parts}
    if "fail" in sides:
        return "fail"
    return "undecided" if "undecided" in sides or not (sides or evidence.nothing_to_ask) else "pass"
