"""One clause against its evidence: pass, fail or undecided, in words. Pure."""

from tasks.decide.asks import asks, metric_words, of_class
from tasks.decide.needed import Needed, needed
from tasks.decide.ruling import Verdict, by_rows, ruled, side
from tasks.documents import Document
from tasks.evaluate.evidence import Interval
from tasks.evaluate.findings import ClauseEvidence, Measurements, Serial
from tasks.evaluate.units import unit_of
from tasks.params import Clause, Contract
from tasks.params import contract as terms


class ClauseVerdict(Document):
    """How a clause ended. `required` and the interval are in `unit`, more being better.

    Of a clause with several parts, `part` and `interval` are those of the part that decided it: the
    one that failed, or came closest to. `row_level` is what the same clause would have ended as, had
    every row been independent; None while it may not be told (`sealed`). `needed` says how much evidence
    would decide a clause that is open.
    """

    name: str
    kind: str
    metric: str
    unit: str
    owner: str
    reason: str
    asks: str
    verdict: Verdict
    words: str
    against: str
    required: float
    level: float | None
    interval: Interval | None
    part: str
    parts: int
    pooled: tuple[str, ...]
    measured: float | None
    needed: Needed | None
    serial: Serial | None
    row_level: Verdict | None


def judge(
    clause: Clause,
    contract: Contract,
    evidence: ClauseEvidence | None,
    measurements: Measurements | None = None,
    *,
    batches: int = 1,
    currency: str = "money",
) -> ClauseVerdict:
    """Judge one clause; without evidence it is undecided, which promotes nothing.

    `batches` is how many the evidence comes from.
    """
    if not isinstance(clause, terms.Tested):
        return _measured(clause, measurements)
    unit = evidence.unit if evidence else unit_of(clause, currency)
    against = evidence.against if evidence else "nothing"
    verdict, words, part = ruled(clause, contract, evidence)
    return _verdict(
        clause,
        unit=unit,
        asks=asks(clause, against, unit.replace("money", currency)),
        verdict=verdict,
        words=f"{_subject(clause, against)}: {words}",
        against=against,
        level=clause.level / contract.looks_per_holdout,
        interval=part.interval if part else None,
        part=part.of if part else "",
        parts=len(evidence.parts) if evidence else 0,
        pooled=evidence.pooled if evidence else (),
        needed=_needed(clause, contract, evidence, batches, verdict),
        serial=evidence.serial if evidence else None,
        row_level=by_rows(clause, evidence),
    )


def _verdict(clause: Clause, **found: object) -> ClauseVerdict:
    known = {"name": clause.name, "kind": clause.kind, "owner": clause.owner, "reason": clause.reason}
    return ClauseVerdict.model_validate(
        {"measured": None, **known, "metric": _metric(clause), "required": clause.required, **found}
    )


def _needed(
    clause: terms.Tested,
    contract: Contract,
    evidence: ClauseEvidence | None,
    batches: int,
    verdict: Verdict,
) -> Needed | None:
    """What would decide every part of an open clause; None if it is not open, or more is no answer."""
    if verdict != "undecided" or evidence is None or evidence.missing:
        return None
    wanted = [
        needed(part, clause.required, contract.power, batches, contract.min_clusters)
        for part in evidence.parts
        if side(part, clause.required, contract.min_clusters)[0] == "undecided"
    ]
    known = [one for one in wanted if one is not None]
    return max(known, key=lambda one: one.times) if known and len(known) == len(wanted) else None


def _subject(clause: terms.Tested, against: str) -> str:
    what = f"{metric_words(_metric(clause))}{of_class(clause)}"
    return f"{what} against {against}" if against != "nothing" else what


def _metric(clause: Clause | terms.Tested) -> str:
    """The metric or measure that a clause names, or else its kind."""
    match clause:
        case terms.Fairness():
            return clause.measure
        case terms.BeatsBaseline() | terms.BeatsChampion() | terms.NotWorse() | terms.Floor() | terms.Slice():
            return clause.metric
    return clause.kind


def _measured(clause: Clause, measurements: Measurements | None) -> ClauseVerdict:
    """A clause that a measurement decides: met or not, with nothing in between."""
    found, unit = _value(clause, measurements), unit_of(clause, "")
    limit = -clause.required
    words = f"could not be checked: {_unknown(clause, measurements)}"
    if found is not None:
        words = f"{found:,.4g} {unit}, {'below' if found < limit else 'not below'} {limit:,.10g}"
    verdict: Verdict = "undecided" if found is None else "pass" if found < limit else "fail"
    return _verdict(
        clause,
        unit=unit,
        asks=asks(clause, "", unit),
        verdict=verdict,
        words=f"{metric_words(clause.kind)}: {words}",
        against=f"{limit:,.10g} {unit}",
        level=None,
        interval=None,
        part="",
        parts=0,
        pooled=(),
        measured=found,
        needed=None,
        serial=None,
        row_level=verdict,
    )


def _value(clause: Clause, measurements: Measurements | None) -> float | None:
    """What was measured, in the clause's unit; None where it was not."""
    if measurements is None:
        return None
    match clause:
        case terms.Size():
            return float(measurements.model_bytes)
        case terms.TrainingCost():
            seconds = measurements.training_seconds
            return None if seconds is None else seconds / 3600 * clause.price_per_hour
        case terms.Latency(percentile=50):
            return measurements.one_row_p50_ms
    return measurements.one_row_p95_ms


def _unknown(clause: Clause, measurements: Measurements | None) -> str:
    if measurements is not None and isinstance(clause, terms.TrainingCost):
        return "how long the training of this model took is not known here"
    return "nothing was measured"
