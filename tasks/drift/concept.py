"""Concept drift: the champion's loss on labels that came after its promotion, from the decisions' documents.

Its raw loss rises in a hard month for every model, so what is followed is its lead over the naive
baseline on the same rows. Pure.
"""

from collections.abc import Iterable

from tasks.decide.sealed import LATER
from tasks.drift.differences import difference
from tasks.drift.findings import ConceptDrift, Meeting
from tasks.evaluate.evidence import Interval
from tasks.evaluate.findings import Evidence
from tasks.objectives import OBJECTIVES, ObjectiveName
from tasks.past import Judged


def concept_drift(
    candidate: str, objective: ObjectiveName, promotion: Judged | None, later: Iterable[Judged]
) -> ConceptDrift:
    """The champion `candidate` at its promotion, and in each later decision that met it.

    The naive baseline is each decision's own: the mean label of what its challenger was trained on.
    """
    loss = OBJECTIVES[objective].loss
    evidence = _shown(promotion)
    at_first = evidence.metrics.get(loss) if evidence else None
    lead = at_first.challenger_over_baseline if at_first else None
    met = [one for one in later if not one.body.drill and _champion(one) == candidate]
    return ConceptDrift(
        metric=loss,
        unit=at_first.unit if at_first else "",
        promoted_on=promotion.periods if promotion else (),
        champion=at_first.challenger if at_first else None,
        baseline=at_first.baseline if at_first else None,
        lead=lead,
        withheld="" if at_first else _why(promotion),
        meetings=tuple(_meeting(one, loss, lead) for one in met),
    )


def latest_shown(candidate: str | None, later: Iterable[Judged]) -> Judged | None:
    """The last decision whose numbers may be told, and no drill, whose labels are shuffled.

    Where a `candidate` is named, of those that met it as champion.
    """
    met = [one for one in later if not one.body.drill and candidate in (None, _champion(one))]
    return next((one for one in reversed(met) if _shown(one) is not None), None)


def _meeting(judged: Judged, loss: str, lead_before: Interval | None) -> Meeting:
    evidence = _shown(judged)
    found = evidence.metrics.get(loss) if evidence else None
    plain = Meeting(entry=judged.number, holdout=judged.periods)
    if evidence is None or found is None or found.champion_over_baseline is None:
        return plain.model_copy(update={"withheld": _why(judged)})
    lead = found.champion_over_baseline
    change = difference(lead, lead_before) if lead_before else None
    return plain.model_copy(
        update={
            "rows": evidence.rows,
            "champion": found.champion,
            "baseline": found.baseline,
            "lead": lead,
            "change": change,
            "fallen": change is not None and change.high is not None and change.high < 0,
            "baseline_wins": _baseline_wins(lead),
        }
    )


def _baseline_wins(lead: Interval) -> str:
    if lead.high is not None and lead.high < 0:
        return "surely"
    return "on these rows" if (lead.estimate or 0.0) < 0 else ""


def _champion(judged: Judged) -> str | None:
    """Whom the challenger met; no number is told here."""
    return judged.evidence.champion if judged.evidence else None


def _shown(judged: Judged | None) -> Evidence | None:
    """The evidence, unless its numbers are still kept back."""
    if judged is None or judged.decision is None or judged.decision.sealed:
        return None
    return judged.evidence


def _why(judged: Judged | None) -> str:
    if judged is None:
        return "no decision in the ledger promoted it"
    return judged.unread or LATER
