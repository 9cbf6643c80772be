"""In what unit a clause's numbers are."""

from tasks.evaluate.metrics import METRICS
from tasks.params import contract as terms


def unit_of(clause: terms.Clause, currency: str) -> str:
    """The unit of what a clause asks about."""
    match clause:
        case terms.NetValue():
            return f"{currency} on {clause.horizon_rows:,} predictions"
        case terms.Latency():
            return "milliseconds"
        case terms.Size():
            return "bytes"
        case terms.Churn() | terms.Representation() | terms.Abstention() | terms.Coverage():
            return "share of rows"
        case terms.Fairness() | terms.Calibration():
            return "difference of shares"
    return METRICS[clause.metric].unit
