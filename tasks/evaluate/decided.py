"""What came against what was decided, by each model: the rows that its value is made of. Pure."""

import numpy as np

from tasks.evaluate.answers import Answers, decisions_of
from tasks.evaluate.classes import crossed
from tasks.evaluate.comparison import Comparison
from tasks.evaluate.findings import Decided, ValueByClass
from tasks.evaluate.outcomes import Outcomes


def value_by_class(seen: Comparison) -> ValueByClass | None:
    """Both models' decisions on the holdout, and the baseline's; None where classes have no outcomes."""
    outcomes = seen.costs
    if not len(seen.labels) or not isinstance(outcomes, Outcomes):
        return None
    models = {"challenger": seen.challenger, "champion": seen.champion, "baseline": seen.baseline}
    return ValueByClass(
        classes=seen.classes,
        outcomes=outcomes.table,
        models={name: _decided(seen, one, outcomes) for name, one in models.items() if one is not None},
    )


def _decided(seen: Comparison, answers: Answers, outcomes: Outcomes) -> Decided:
    decisions = decisions_of(answers).astype(np.int64)
    counts = crossed(seen.labels, decisions, len(outcomes.table))
    value = float((np.asarray(counts) * outcomes.amounts).sum()) / len(seen.labels)
    return Decided(counts=counts, value=value)
