"""What the challenger's lead, and one per cent more, are worth in money. Pure."""

from tasks.documents import Document
from tasks.evaluate.findings import Evidence

PREDICTIONS = 1_000


class Worth(Document):
    """Money on `PREDICTIONS` predictions, by the costs of params.yaml, with the 90% interval by cluster.

    `lead` is what the challenger's answers are worth more than those of whom it would replace, `percent`
    what one per cent of the latter's value is: a challenger that costs more than it gains by so many per
    cent does not pay.
    """

    currency: str
    against: str
    lead: float
    low: float | None
    high: float | None
    percent: float


def worth(evidence: Evidence) -> Worth | None:
    """None where no money is declared, or no value could be computed."""
    value = evidence.metrics.get("value")
    if value is None:
        return None
    replaced = value.champion if evidence.champion else value.baseline
    lead = value.challenger_over_champion if evidence.champion else value.challenger_over_baseline
    if replaced is None or lead is None or lead.estimate is None:
        return None
    low, high = (None if bound is None else PREDICTIONS * bound for bound in (lead.low, lead.high))
    return Worth(
        currency=evidence.currency,
        against=evidence.incumbent,
        lead=PREDICTIONS * lead.estimate,
        low=low,
        high=high,
        percent=PREDICTIONS * abs(replaced) / 100,
    )
