"""Whether the sections fit what the model is asked for. Pure."""

from tasks.objectives import OBJECTIVES, OR, Objective
from tasks.params.contract import BeatsBaseline, Clause, Contract, Fairness, NetValue
from tasks.params.outcomes import unpaired
from tasks.params.steps import Column, EvaluateParams, TrainParams

FEWEST, MOST = 3, 50
_LONGEST = 64
"""How many classes a label may have, and how long the name of one may be."""


def misfits(
    train: TrainParams, evaluate: EvaluateParams, contract: Contract, label: str, declared: Column
) -> tuple[str, ...]:
    """A line for each thing that `train.objective` has no use for, or lacks.

    `label` is the label's column, `declared` what `validate.columns` says of it.
    """
    objective = OBJECTIVES[train.objective]
    found = [_costs(objective, evaluate), _label(objective, label, declared), _certainty(objective, train)]
    found += [_alpha(objective, train), _parted(objective, train, label, declared)]
    found += [_clause(objective, clause) for clause in contract.clauses]
    found += [_outcomes(objective, evaluate, declared)]
    found += [_worth(objective, evaluate, clause) for clause in contract.clauses]
    found += [_one_class(objective, clause, declared) for clause in contract.clauses]
    return tuple(line for line in found if line)


def _costs(objective: Objective, evaluate: EvaluateParams) -> str:
    if objective.probabilities and evaluate.costs is None:
        return "evaluate.costs: a binary model needs them: the threshold of its alarms is chosen by them"
    if not objective.probabilities and evaluate.costs is not None:
        return f"evaluate.costs say what alarms are worth, and a {objective.name} raises none: leave them out"
    return ""


def _outcomes(objective: Objective, evaluate: EvaluateParams, declared: Column) -> str:
    if evaluate.outcomes is None:
        return ""
    if not objective.classes:
        return (
            f"evaluate.outcomes say what a decision between classes is worth, and a {objective.name} model "
            "has none: leave them out"
        )
    return unpaired(evaluate.outcomes, declared.values or ())


def _worth(objective: Objective, evaluate: EvaluateParams, clause: Clause) -> str:
    in_money = isinstance(clause, NetValue) or getattr(clause, "metric", None) == "value"
    if not (objective.classes and in_money) or evaluate.outcomes is not None:
        return ""
    return (
        f"contract: clause {clause.name} asks about money: declare evaluate.outcomes, what each decision is "
        "worth by the class that came"
    )


def _one_class(objective: Objective, clause: Clause, declared: Column) -> str:
    """A rate of alarms is one of a class against the others, where labels are classes."""
    if not isinstance(clause, Fairness):
        return ""
    where, found = f"contract: clause {clause.name}: class", clause.of_class
    if not objective.classes or clause.measure == "error_rate":
        whose = f"{clause.measure} of a {objective.name} model"
        return "" if found is None else f"{where}: {whose} is about no single class: leave it out"
    values = declared.values or ()
    if found not in values:
        named = "none" if found is None else repr(found)
        return f"{where}: {clause.measure} is about one of {', '.join(map(str, values))}, found {named}"
    return ""


def _certainty(objective: Objective, train: TrainParams) -> str:
    if objective.calibration is None and train.calibrate:
        return f"train.calibrate is about probabilities, and a {objective.name} tells none: leave it out"
    if objective.possible is None and train.coverage is not None:
        return (
            f"train.coverage is about sets or intervals of possible labels, and a {objective.name} has none: "
            "leave it out"
        )
    return ""


def _alpha(objective: Objective, train: TrainParams) -> str:
    if objective.quantile and train.alpha is None:
        return (
            "train.alpha: a quantile needs it: the share of labels that shall not exceed the answer, "
            "above 0 and below 1, such as 0.9"
        )
    if not objective.quantile and train.alpha is not None:
        return (
            f"train.alpha says which quantile is meant, and train.objective is {objective.name}: leave it out"
        )
    return ""


def _label(objective: Objective, label: str, declared: Column) -> str:
    if objective.classes:
        return _classes(label, declared)
    if objective.probabilities or declared.type in ("number", "integer"):
        return ""
    return f"{label} is the label of a {objective.name} but declared as {declared.type}: expected a number"


def _classes(label: str, declared: Column) -> str:
    values = declared.values or ()
    where = f"validate.columns.{label}.values"
    if declared.type not in ("string", "integer"):
        return (
            f"{label} is the label of a multiclass model but declared as {declared.type}: expected a string "
            "or an integer"
        )
    if not FEWEST <= len(values) <= MOST:
        return f"{where}: expected the {FEWEST} to {MOST} classes of a multiclass label, found {len(values)}"
    if len(set(values)) != len(values):
        return f"{where}: each class is named once, found {', '.join(map(str, values))}"
    names = [value for value in values if isinstance(value, str)]
    if unfit := [
        name for name in names if not (name.strip() and name.isprintable() and len(name) <= _LONGEST)
    ]:
        return (
            f"{where}: the name of a class is printable and of 1 to {_LONGEST} characters, found {unfit[0]!r}"
        )
    return ""


def _parted(objective: Objective, train: TrainParams, label: str, declared: Column) -> str:
    """Several possible labels are read from one text: no class may look like two."""
    names = declared.values or () if objective.classes and train.coverage is not None else ()
    double = [name for name in names if OR in f" {name} "]
    if not double:
        return ""
    return (
        f"validate.columns.{label}.values: {double[0]!r} cannot be told from several possible labels "
        f"({OR.strip()!r} stands between them): rename the class, or leave train.coverage out"
    )


def _clause(objective: Objective, clause: Clause) -> str:
    if objective.kinds is not None and clause.kind not in objective.kinds:
        return (
            f"contract: clause {clause.name}: {clause.kind} is no kind for a {objective.name} model "
            f"(train.objective); its kinds: {', '.join(sorted(objective.kinds))}"
        )
    if not objective.linear and getattr(clause, "baseline", "naive") == "linear":
        return (
            f"contract: clause {clause.name}: there is no linear baseline of a {objective.name} model: leave "
            "baseline out"
        )
    metric = getattr(clause, "metric", None)
    if metric is not None and metric not in objective.metrics:
        return (
            f"contract: clause {clause.name}: {metric} is no metric of a {objective.name} model "
            f"(train.objective); its metrics: {', '.join(sorted(objective.metrics))}"
        )
    if isinstance(clause, BeatsBaseline) and metric == "precision" and clause.baseline == "naive":
        # Where alarms are worth little to everybody, as with rare labels, it raises none.
        return (
            f"contract: clause {clause.name}: a naive baseline that raises no alarm has no precision to "
            "beat, and the clause would stay undecided: ask for a lead in another metric (value, log_loss), "
            "and for precision in a floor"
        )
    return ""
