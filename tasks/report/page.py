"""The page of one decision: plain HTML that needs nothing but itself. Pure: same inputs, same bytes."""

from dataclasses import dataclass
from typing import Any

from tasks.decide.decision import Decision
from tasks.decide.words import worth_words
from tasks.documents import digest
from tasks.evaluate.evidence import Interval
from tasks.evaluate.findings import Evidence, Measurements, MetricEvidence
from tasks.evaluate.metrics import METRICS
from tasks.explain.explanation import Explanation
from tasks.objectives import OBJECTIVES
from tasks.params import Params
from tasks.prepare.step import Preparation
from tasks.report import wording
from tasks.report.attributions import attributions
from tasks.report.calibration import BELOW, LEFT, SIDE, reliability
from tasks.report.clauses import clause_views
from tasks.report.confusion import confusion_view
from tasks.report.decided import decided_views, outcome_rows
from tasks.report.environment import environment
from tasks.report.held import held_lines
from tasks.report.material import material
from tasks.report.money import PER, money
from tasks.report.operating import operating
from tasks.report.slices import forest
from tasks.report.summary import MARKS, would_have_been
from tasks.report.terms import Terms
from tasks.train.card import ModelCard
from tasks.version import Dataset


@dataclass(frozen=True)
class Inputs:
    """The documents of one decision, which the page shows and nothing else."""

    decision: Decision
    evidence: Evidence
    measurements: Measurements
    card: ModelCard
    preparation: Preparation
    dataset: Dataset
    params: Params
    explanation: Explanation | None = None


@dataclass(frozen=True)
class MetricView:
    """One row of the metrics table."""

    name: str
    unit: str
    direction: str
    values: tuple[tuple[str, str], ...]
    leads: tuple[tuple[str, "Lead"], ...]


@dataclass(frozen=True)
class Lead:
    """An advantage in two lines: the estimate, then its interval or why there is none."""

    estimate: str
    rest: str


def render(inputs: Inputs) -> str:
    """The page as HTML, with every text from outside escaped."""
    page = environment().get_template("page.html.j2").render(_context(inputs))
    return page.strip() + "\n"


def _context(inputs: Inputs) -> dict[str, Any]:
    decision, evidence = inputs.decision, inputs.evidence
    settings, currency = inputs.params.evaluate, inputs.params.evaluate.currency
    objective = OBJECTIVES[evidence.objective]
    loss = METRICS[objective.loss]
    return {
        "inputs": inputs,
        "decision": decision,
        "evidence": evidence,
        "card": inputs.card,
        "objective": objective,
        "loss": {"name": wording.metric_name(loss.name), "unit": loss.unit},
        "cluster": inputs.params.prepare.cluster,
        "would": would_have_been(decision),
        "worth": worth_words(decision.worth),
        "clauses": clause_views(decision.clauses, evidence, currency),
        "linear": any(metric.linear is not None for metric in evidence.metrics.values()),
        "metrics": [
            _metric(name, evidence.metrics[name], currency, objective.baseline)
            for name in METRICS
            if name in evidence.metrics
        ],
        "forest": forest(evidence.slices, objective),
        "held": held_lines(evidence),
        "sliced": any(clause.kind == "slice" for clause in decision.clauses),
        "reliability": reliability(evidence.reliability),
        "confusion": confusion_view(evidence.confusion),
        "shares": [
            (str(one), wording.share(part))
            for one, part in zip(inputs.card.classes, inputs.card.class_shares, strict=True)
        ],
        "square": {"side": SIDE, "left": LEFT, "below": BELOW},
        "attributions": attributions(inputs.explanation, objective),
        "money": money(
            evidence.metrics.get("value"), settings.costs or settings.outcomes, objective.baseline
        ),
        "decided": decided_views(evidence.value_by_class),
        "outcomes": outcome_rows(evidence.value_by_class),
        "operating": operating(evidence.value_by_threshold, evidence.rows, currency),
        "per": PER,
        "alarm_words": _alarm_words(inputs.card),
        "material": material(inputs.preparation),
        "hashes": _hashes(decision),
        "marks": MARKS,
        "dashed": [one for one in inputs.params.validation.columns if wording.minus(one) != one],
        "terms": Terms(objective, own_names(inputs)),
    }


def own_names(inputs: Inputs) -> set[str]:
    """What the user has named: the model, columns and their values, clauses, exclusions.

    Not the column of clusters: whatever it is called, it holds clusters.
    """
    settings, decision = inputs.params, inputs.decision
    found = {decision.model, *settings.validation.columns, *map(str, settings.classes)}
    found |= {clause.name for clause in decision.clauses}
    found |= {one.name for one in settings.prepare.exclude} | {one.name for one in settings.prepare.sources}
    found |= {value for one in inputs.evidence.slices for value in (one.value, *one.pooled)}
    return found - {settings.prepare.cluster}


def _metric(name: str, metric: MetricEvidence, currency: str, baseline: str) -> MetricView:
    scale = wording.scale_of(metric.unit, currency)
    values = {baseline: metric.baseline, "champion": metric.champion, "challenger": metric.challenger}
    if metric.linear is not None:
        values = {"linear model": metric.linear, **values}
    leads = {
        f"challenger over {baseline}": metric.challenger_over_baseline,
        "challenger over champion": metric.challenger_over_champion,
    }
    return MetricView(
        name=wording.metric_name(name),
        unit=scale.unit,
        direction="higher is better" if metric.bigger_is_better else "lower is better",
        values=tuple((who, wording.number(value, scale.decimals)) for who, value in values.items()),
        leads=tuple((who, _lead(lead, scale)) for who, lead in leads.items()),
    )


def _lead(interval: Interval | None, scale: wording.Scale) -> Lead:
    estimate, _, rest = wording.with_interval(interval, scale).partition(" ")
    return Lead(estimate.rstrip(":"), rest)


def _alarm_words(card: ModelCard) -> str:
    if card.threshold is None or card.threshold > 1:
        return "The challenger never raises an alarm."
    return f"The challenger raises an alarm from a probability of {wording.share(card.threshold)}."


def _hashes(decision: Decision) -> tuple[tuple[str, str], ...]:
    look = decision.look
    spent = (
        "look (a drill spends none)"
        if look.drill
        else f"look {look.ordinal} of {look.allowed} at this holdout"
    )
    entry = f"ledger entry {decision.champion_entry}" if decision.champion_entry is not None else ""
    return (
        ("decision", digest(decision.to_bytes())),
        ("challenger", decision.challenger),
        (f"champion ({entry})" if entry else "champion", decision.champion or wording.NOTHING),
        ("contract", decision.contract),
        (spent, look.look),
    )
