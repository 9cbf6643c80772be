"""In what unit a clause's numbers are."""

from tasks.evaluate.metrics import METRICS
from tasks.params import contract as terms

_OF_KIND = {
    "latency": "milliseconds",
    "size": "bytes",
    **dict.fromkeys(("churn", "representation", "abstention", "coverage"), "share of rows"),
    **dict.fromkeys(("fairness", "calibration"), "difference of shares"),
}


def unit_of(clause: terms.Clause, currency: str) -> str:
    """The unit of what a clause asks about."""
    match clause:
        case terms.NetValue():
            return f"{currency} on {clause.horizon_rows:,} predictions"
        case terms.TrainingCost():
            return clause.currency
        case terms.BeatsBaseline() | terms.BeatsChampion() | terms.NotWorse() | terms.Floor() | terms.Slice():
            return METRICS[clause.metric].unit
    return _OF_KIND[clause.kind]
