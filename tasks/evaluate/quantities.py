"""Numbers per row whose mean each kind of clause asks about; more is better. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, singledispatch
from itertools import permutations
from typing import TypeVar

import numpy as np

from tasks.evaluate.answers import Answers, decisions_of
from tasks.evaluate.binary import Undefined, ratio_rows
from tasks.evaluate.classes import hits, of_labels
from tasks.evaluate.comparison import Comparison
from tasks.evaluate.evidence import Floats
from tasks.evaluate.groups import Group, names_of
from tasks.evaluate.leads import advantage, metric_means, worst_advantage, worst_rows
from tasks.evaluate.means import Mean, Rows, between
from tasks.evaluate.metrics import METRICS
from tasks.evaluate.parity import sides
from tasks.evaluate.reliability import quantile_bins
from tasks.params import contract as terms

Value = TypeVar("Value")


@dataclass(frozen=True)
class Quantity:
    """Numbers whose mean a clause asks about: one for each row, or for each of `rows` only.

    `worst` is the least that a row's number can be: one for all, or for each its own, known without its
    label; None where nothing bounds it, and where the numbers are influences, which are no row's own: those
    are of a number that is each of `means`. Where it compares or counts parts of the rows, it rests on the
    clusters of the smallest of `rests_on`. `share`: what the mean lacks to a number between 0 and 1 that is
    no plain mean, or that lies near 1; None for any other.
    """

    of: str
    values: Callable[[], Floats]
    worst: Callable[[], Floats | float | None]
    rows: Rows | None = None
    rests_on: Callable[[], tuple[Rows, ...]] = tuple
    means: Callable[[], tuple[Mean, ...]] = tuple
    share: float | None = None


@singledispatch
def quantities(clause: terms.Tested, seen: Comparison) -> Iterator[Quantity]:
    """All that `clause` asks about; each must exceed what is required."""
    raise NotImplementedError(f"clause {clause.name}: {type(clause).__name__}")


@quantities.register
def _(clause: terms.BeatsBaseline, seen: Comparison) -> Iterator[Quantity]:
    baseline = seen.linear if clause.baseline == "linear" else seen.baseline
    if baseline is not None:
        yield _lead("", clause.metric, seen, baseline)


@quantities.register(terms.BeatsChampion)
@quantities.register(terms.NotWorse)
def _(clause: terms.BeatsChampion | terms.NotWorse, seen: Comparison) -> Iterator[Quantity]:
    yield _lead("", clause.metric, seen, seen.incumbent)


@quantities.register
def _(clause: terms.Floor, seen: Comparison) -> Iterator[Quantity]:
    metric = METRICS[clause.metric]
    sign = 1.0 if metric.bigger_is_better else -1.0

    of_challenger = (metric, seen.labels, seen.challenger, seen.costs)
    means = cache(lambda: metric_means(*of_challenger[:3]))
    yield Quantity(
        "",
        lambda: sign * metric.rows(*of_challenger[1:]),
        lambda: worst_rows(*of_challenger),
        rests_on=lambda: tuple(one.counted for one in means()),
        means=means,
        share=0.0 if metric.share else None,
    )


@quantities.register
def _(clause: terms.NetValue, seen: Comparison) -> Iterator[Quantity]:
    lead = _lead("", "value", seen, seen.incumbent)

    def net(gained: Floats | float) -> Floats | float:
        return clause.horizon_rows * (gained - clause.cost_per_row) - clause.cost

    def worst() -> Floats | float | None:
        least = lead.worst()
        return None if least is None else net(least)

    yield Quantity("", lambda: np.asarray(net(lead.values())), worst)


@quantities.register
def _(clause: terms.Churn, seen: Comparison) -> Iterator[Quantity]:  # noqa: ARG001 - every kind is asked with its clause
    # Two models that answer alike everywhere have no variation; a negative zero reads badly.
    yield Quantity(
        "",
        lambda: 0.0 - (decisions_of(seen.challenger) != decisions_of(seen.incumbent)).astype(np.float64),
        _constant(-1.0),
    )


@quantities.register
def _(clause: terms.Slice, seen: Comparison) -> Iterator[Quantity]:
    lead = _lead("", clause.metric, seen, seen.incumbent)
    values, least = lead.values(), lead.worst()
    worst = None if least is None else np.broadcast_to(least, len(seen.labels))
    for group in groups_of(clause, seen):
        if group.supported:
            inside = group.rows
            name = f"{clause.column} {group.value}"
            told = None if worst is None else worst[inside]
            yield Quantity(name, _constant(values[inside]), _constant(told), inside)


@quantities.register
def _(clause: terms.Representation, seen: Comparison) -> Iterator[Quantity]:
    names = names_of(seen.columns[clause.column])
    for value in clause.values:
        held: Floats = (names == value).to_numpy().astype(np.float64)
        yield Quantity(f"{clause.column} {value}", _constant(held), _constant(0.0))


@quantities.register
def _(clause: terms.Fairness, seen: Comparison) -> Iterator[Quantity]:
    """Minus the difference of each ordered pair: the largest is small enough only if all are.

    Of a ratio one rate less so much of the other: the smallest is more than that of the largest only if
    each is.
    """
    alarms, labels, probabilities = sides(clause, seen)
    all_rows = np.ones_like(seen.labels)
    numerator, denominator, what = {
        "selection_rate": (alarms, all_rows, "row"),
        "true_positive_rate": (alarms * labels, labels, "row with label 1"),
        "false_positive_rate": (alarms * (1 - labels), 1 - labels, "row with label 0"),
        "error_rate": ((alarms != labels).astype(np.float64), all_rows, "row"),
        "calibration": (labels - probabilities, all_rows, "row"),
    }[clause.measure]

    supported = [group for group in groups_of(clause, seen) if group.supported]
    counted = [group.rows & (denominator > 0) for group in supported]

    @cache
    def rate(place: int) -> Floats:
        group, told = supported[place], numerator[counted[place]]
        if len(told) and told.min() == told.max():
            # A rate of 0 or 1 has no influence to measure its doubt by, on however few rows.
            raise Undefined(f"{clause.measure.replace('_', ' ')} of {group.value} does not vary")
        inside = group.rows.astype(np.float64)
        return ratio_rows(numerator * inside, denominator * inside, what=f"{what} of {group.value}")

    factor = 1.0 if clause.ratio is None else clause.ratio
    for more, less in permutations(range(len(supported)), 2):
        first, second = supported[more].value, supported[less].value
        yield Quantity(
            f"{first} less {second}" if clause.ratio is None else f"{second} less {factor:g} times {first}",
            _difference(rate, less, more, factor),
            _constant(None),
            rests_on=_constant((counted[more], counted[less])),
        )


@quantities.register
def _(clause: terms.Calibration, seen: Comparison) -> Iterator[Quantity]:
    """For all rows and for each bin of probability: too high by less than the margin, and too low.

    Of classes it is the probability of the likeliest against whether that class came: top-label calibration
    (Kumar, Liang & Ma, "Verified uncertainty calibration", NeurIPS 2019, section 2).
    """
    probabilities, came = _foremost(seen)
    error = came - probabilities
    bins = quantile_bins(probabilities, clause.bins)
    members = [("all rows", np.ones(len(error), np.bool_))]
    for one in np.unique(bins) if clause.bins > 1 else ():
        inside = bins == one
        low, high = probabilities[inside].min(), probabilities[inside].max()
        members.append((f"predicted {low:.3g} to {high:.3g}", inside))
    for name, inside in members:
        told = probabilities[inside]
        yield Quantity(f"{name}, too high", _constant(error[inside]), _constant(-told), inside)
        yield Quantity(f"{name}, too low", _constant(-error[inside]), _constant(told - 1), inside)


@quantities.register
def _(clause: terms.Abstention, seen: Comparison) -> Iterator[Quantity]:
    """The room to each bar: of wrong rows among those it is sure of, and of rows that it is sure of."""
    told, sets = seen.challenger.predictions, seen.challenger.sets
    if sets is None:
        return
    sure = sets.sure(told)
    room = sure.astype(np.float64) - clause.answered
    wrong = (~sets.hold(told, seen.labels)).astype(np.float64)

    def risk() -> Floats:
        if not sure.any():
            raise Undefined("the model is sure of none of these rows")
        return clause.risk - wrong[sure]

    yield Quantity("room under the risk", risk, _constant(clause.risk - 1), sure, share=1 - clause.risk)
    yield Quantity("room over the answered", _constant(room), _constant(-clause.answered))


@quantities.register
def _(clause: terms.Coverage, seen: Comparison) -> Iterator[Quantity]:  # noqa: ARG001 - every kind is asked with its clause
    possible = seen.challenger.possible
    if possible is not None:
        held = possible.hold(seen.challenger.predictions, seen.labels).astype(np.float64)
        yield Quantity("", _constant(held), _constant(0.0), share=0.0)


def groups_of(clause: terms.Tested, seen: Comparison) -> tuple[Group, ...]:
    """The groups that a clause compares; none for a clause that takes all rows together."""
    if not isinstance(clause, terms.Slice | terms.Fairness):
        return ()
    return seen.groups[clause.column]


def _lead(of: str, name: str, seen: Comparison, incumbent: Answers) -> Quantity:
    """By how much the challenger is better than `incumbent` in the metric of this name."""
    metric, pair = METRICS[name], (seen.challenger, incumbent)
    compared = (metric, seen.labels, incumbent, seen.challenger, seen.costs)
    means = cache(lambda: tuple(metric_means(metric, seen.labels, one) for one in pair))
    return Quantity(
        of,
        cache(lambda: advantage(*compared)),
        lambda: worst_advantage(*compared),
        rests_on=lambda: tuple(one.counted for part in means() for one in part),
        means=lambda: between(*means()),
    )


def _foremost(seen: Comparison) -> tuple[Floats, Floats]:
    """What the challenger says of label 1, or of its likeliest class, and whether that came, both (n,)."""
    told = seen.challenger.predictions
    if not seen.challenger.of_classes:
        return told, seen.labels
    return told.max(axis=1), of_labels(hits(told), seen.labels)


def _constant(value: Value) -> Callable[[], Value]:
    return lambda: value


def _difference(
    rate: Callable[[int], Floats], first: int, second: int, factor: float
) -> Callable[[], Floats]:
    return lambda: rate(first) - factor * rate(second)
