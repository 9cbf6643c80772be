"""Cost: what 1,000 predictions are worth, in the contract's money. Pure."""

from dataclasses import dataclass

from tasks.evaluate.findings import MetricEvidence
from tasks.params import CostParams, OutcomeParams
from tasks.report.axis import spanning
from tasks.report.wording import Scale, number, with_interval

PER = 1000


@dataclass(frozen=True)
class Worth:
    """Who, what 1,000 of their predictions are worth, and the column as drawn, in per cent."""

    name: str
    amount: str
    start: float
    width: float


@dataclass(frozen=True)
class Money:
    """The three values, where zero is, the paired advantages, and of alarms the cost table's four cells."""

    currency: str
    worth: tuple[Worth, ...]
    zero: float
    leads: tuple[tuple[str, str], ...]
    cells: dict[str, str]


def money(
    found: MetricEvidence | None, costs: CostParams | OutcomeParams | None, baseline: str = "base rate"
) -> Money | None:
    """The picture of the value metric, or None where it was not measured."""
    if found is None or costs is None:
        return None
    amounts = {baseline: found.baseline, "champion": found.champion, "challenger": found.challenger}
    held = {name: PER * amount for name, amount in amounts.items() if amount is not None}
    axis = spanning([0.0, *held.values()], margin=0.02)
    zero = axis.at(0)
    worth = tuple(
        Worth(
            name,
            number(amount, 0),
            round(min(zero, axis.at(amount)), 2),
            round(abs(axis.at(amount) - zero), 2),
        )
        for name, amount in held.items()
    )
    scale = Scale(f"{costs.currency} per {PER:,} predictions", 0, PER)
    leads = {
        "challenger over champion": found.challenger_over_champion,
        f"challenger over {baseline}": found.challenger_over_baseline,
        f"champion over {baseline}": found.champion_over_baseline,
    }
    return Money(
        currency=costs.currency,
        worth=worth,
        zero=zero,
        leads=tuple((name, with_interval(lead, scale)) for name, lead in leads.items() if lead is not None),
        cells={name: signed(value) for name, value in costs.model_dump(exclude={"currency", "came"}).items()},
    )


def signed(amount: float) -> str:
    """`+40`, `−10` or `0`."""
    return f"{amount:+g}".replace("-", "−") if amount else "0"
