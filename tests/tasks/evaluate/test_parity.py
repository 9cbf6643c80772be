"""Fairness of classes: one against the rest, as Fairlearn defines the rates, or errors of all decisions."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from class_factories import CLASSES, OUTCOMES
from data_factories import declared

from tasks.evaluate.answers import Answers, decisions_of
from tasks.evaluate.compare import naive, naive_shares
from tasks.evaluate.comparison import Comparison
from tasks.evaluate.outcomes import Outcomes
from tasks.evaluate.parity import sides
from tasks.evaluate.quantities import quantities
from tasks.objectives import MULTICLASS
from tasks.params import EvaluateParams

ROWS = 600
WORTH = Outcomes(tuple(tuple(OUTCOMES[came][one] for one in CLASSES) for came in CLASSES))
GROUPS = np.where(np.arange(ROWS) % 3 == 0, "red", "blue")


def seen(outcomes: Outcomes | None = WORTH) -> Comparison:
    rng = np.random.default_rng(5)
    labels = rng.choice(3, ROWS, p=(0.5, 0.3, 0.2))
    told = rng.dirichlet(np.ones(3), ROWS) + 0.5 * np.eye(3)[labels]
    return Comparison(
        labels=labels.astype(np.float64),
        clusters=np.arange(ROWS) // 10,
        costs=outcomes,
        challenger=Answers(told / told.sum(axis=1, keepdims=True), None, outcomes=outcomes),
        champion=None,
        baseline=naive_shares((0.5, 0.3, 0.2), ROWS, outcomes),
        columns={"colour": pd.Series(GROUPS)},
        settings=EvaluateParams(min_slice_rows=50, min_slice_clusters=10),
        objective=MULTICLASS,
        classes=CLASSES,
    )


def fairness(measure: str, **settings: object):
    return declared(kind="fairness", measure=measure, column="colour", **settings)


def rates(measure: str, compared: Comparison, place: int | None) -> dict[str, float]:
    """By group, counted row by row."""
    found = {}
    decisions = decisions_of(compared.challenger)
    for group in ("red", "blue"):
        rows = np.flatnonzero(group == GROUPS).tolist()
        if measure == "true_positive_rate":
            rows = [one for one in rows if compared.labels[one] == place]
        if measure == "false_positive_rate":
            rows = [one for one in rows if compared.labels[one] != place]
        if measure == "error_rate":
            told = [decisions[one] != compared.labels[one] for one in rows]
        elif measure == "calibration":
            told = [
                (compared.labels[one] == place) - compared.challenger.predictions[one, place] for one in rows
            ]
        else:
            told = [decisions[one] == place for one in rows]
        found[group] = sum(told) / len(told)
    return found


class TestRates:
    """Differences and ratios of groups, of decisions."""

    @pytest.mark.parametrize("outcomes", [WORTH, None], ids=["by worth", "the likeliest"])
    @pytest.mark.parametrize(
        ("measure", "name"),
        [
            ("error_rate", None),
            ("selection_rate", "high"),
            ("true_positive_rate", "middle"),
            ("false_positive_rate", "high"),
            ("calibration", "high"),
        ],
    )
    def test_are_those_counted_row_by_row(self, measure, name, outcomes):
        """Of each ordered pair the difference, of the class that the clause names against all others."""
        compared, named = seen(outcomes), {} if name is None else {"class": name}
        own = rates(measure, compared, None if name is None else CLASSES.index(name))
        clause = fairness(measure, margin=0.1, **named)
        found = {one.of: float(one.values().mean()) for one in quantities(clause, compared)}
        assert found["red less blue"] == pytest.approx(own["blue"] - own["red"])
        assert found["blue less red"] == pytest.approx(own["red"] - own["blue"])

    def test_of_a_ratio_one_rate_less_so_much_of_the_other(self):
        """As of alarms."""
        compared = seen()
        own = rates("selection_rate", compared, 2)
        clause = fairness("selection_rate", ratio=0.8, **{"class": "high"})
        found = {one.of: float(one.values().mean()) for one in quantities(clause, compared)}
        assert found["red less 0.8 times blue"] == pytest.approx(own["red"] - 0.8 * own["blue"])

    def test_a_class_may_be_a_number(self):
        """It is found by its value, and not by its place."""
        compared = replace(seen(), classes=(2, 0, 1))
        decided, came, _ = sides(fairness("selection_rate", margin=0.1, **{"class": 1}), compared)
        assert came.tolist() == (compared.labels == 2).astype(float).tolist()
        assert decided.tolist() == (decisions_of(compared.challenger) == 2).astype(float).tolist()


class TestAlarms:
    """Of yes and no all is as it was."""

    def test_are_the_models_own(self):
        """Alarms, labels and probabilities, the very arrays."""
        labels, p = np.array([0.0, 1, 1]), np.array([0.2, 0.4, 0.9])
        compared = Comparison(
            labels=labels,
            clusters=np.arange(3),
            costs=None,
            challenger=Answers(p, 0.4),
            champion=None,
            baseline=naive(0.5, 3, None),
            columns={},
            settings=EvaluateParams(),
        )
        alarms, came, told = sides(fairness("selection_rate", margin=0.1), compared)
        assert alarms.tolist() == [0, 1, 1]
        assert came is labels
        assert told is p
