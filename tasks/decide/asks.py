"""What a clause asks for, in words. Pure."""

from functools import singledispatch

from tasks.params import contract as terms

DISTANCES = {
    "rmse": "RMSE",
    "mae": "mean absolute error",
    "mse": "mean squared error",
    "pinball": "pinball loss",
}
"""How far predictions are from numbers, as a reader calls it."""


@singledispatch
def asks(clause: terms.Requirement, against: str, unit: str) -> str:
    """The requirement in words: `better log loss than the champion, by any amount above 0`."""
    raise NotImplementedError(f"clause {clause.name}: {type(clause).__name__}")


@asks.register(terms.BeatsBaseline)
@asks.register(terms.BeatsChampion)
def _(clause: terms.BeatsBaseline | terms.BeatsChampion, against: str, unit: str) -> str:
    lead = f"by more than {clause.margin:g} {unit}" if clause.margin else "by any amount above 0"
    return f"better {metric_words(clause.metric)} than {against}, {lead}"


@asks.register
def _(clause: terms.NotWorse, against: str, unit: str) -> str:
    return (
        f"{metric_words(clause.metric)} worse than {against} by less than {clause.margin:g} {unit}, if at all"
    )


@asks.register
def _(clause: terms.Floor, against: str, unit: str) -> str:
    side = "below" if clause.metric in terms.LOSSES else "above"
    return f"{metric_words(clause.metric)} {side} {clause.threshold:g}"


@asks.register
def _(clause: terms.Slice, against: str, unit: str) -> str:
    return (
        f"in no slice of {clause.column} a {metric_words(clause.metric)} worse than {against} by "
        f"{clause.margin:g} {unit} or more"
    )


@asks.register
def _(clause: terms.Fairness, against: str, unit: str) -> str:
    measure = f"{clause.measure.replace('_', ' ')}{of_class(clause)}"
    if clause.ratio is not None:
        return f"{measure} of any group of {clause.column} is more than {clause.ratio:g} times any other's"
    return f"{measure} of any two groups of {clause.column} differs by less than {clause.margin:g}"


@asks.register
def _(clause: terms.Representation, against: str, unit: str) -> str:
    return f"{clause.column} {', '.join(clause.values)}: each more than {clause.threshold:g} of the rows"


@asks.register
def _(clause: terms.Calibration, against: str, unit: str) -> str:
    return (
        f"what is predicted is within {clause.margin:g} of what comes, on all rows and in {clause.bins} bins"
    )


@asks.register
def _(clause: terms.Churn, against: str, unit: str) -> str:
    return f"another answer than {against} in less than {clause.threshold:g} of the rows"


@asks.register
def _(clause: terms.Abstention, against: str, unit: str) -> str:
    return (
        f"sure of more than {clause.answered:g} of the rows, and wrong in less than {clause.risk:g} of those"
    )


@asks.register
def _(clause: terms.Coverage, against: str, unit: str) -> str:
    return f"its possible labels hold the label in more than {clause.threshold:g} of the rows"


@asks.register
def _(clause: terms.NetValue, against: str, unit: str) -> str:
    costs = f"{clause.cost:g} for the change and {clause.cost_per_row:g} for each prediction"
    return f"value gained over {against} less {costs}: more than {clause.margin:g} {unit}"


@asks.register
def _(clause: terms.Latency, against: str, unit: str) -> str:
    return f"one prediction in less than {clause.milliseconds:g} ms (at the {clause.percentile}th percentile)"


@asks.register
def _(clause: terms.Size, against: str, unit: str) -> str:
    return f"a model of fewer than {clause.bytes:,} bytes"


@asks.register
def _(clause: terms.TrainingCost, against: str, unit: str) -> str:
    return f"a training for less than {clause.threshold:g} {unit} (at {clause.price_per_hour:g} an hour)"


def of_class(clause: terms.Requirement) -> str:
    """Which class a rate is about, where labels are classes: ` of class late`."""
    named = clause.of_class if isinstance(clause, terms.Fairness) else None
    return "" if named is None else f" of class {named}"


def metric_words(name: str) -> str:
    """As a reader calls the metric: `log loss`, `AUC`."""
    known = {"auc": "AUC", "brier": "Brier score", **DISTANCES}
    return known.get(name, name.replace("_", " "))
