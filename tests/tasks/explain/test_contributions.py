"""XGBoost's attributions are the Shapley values of its trees, found here again the slow way."""

import json
import math
import os
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from tasks.documents import digest
from tasks.explain.attributions import of_class
from tasks.params import TrainParams
from tasks.train.booster import Fitted, Matrix, Model, fit, load_model

SETTINGS = TrainParams(seed=7, rounds=12, early_stopping_rounds=12, max_depth=3, learning_rate=0.5)
TYPES = ["q", "c", "q"]


def rows(seed: int, count: int = 400) -> tuple[Matrix, np.ndarray]:
    """A number, a category of four and a number with gaps that the label needs together."""
    draw = np.random.default_rng(seed)
    matrix = draw.normal(size=(count, 3)).astype(np.float32)
    matrix[:, 1] = draw.integers(0, 4, count)
    odds = matrix[:, 0] * np.array([-2, 0, 1, 2])[matrix[:, 1].astype(int)] + matrix[:, 2]
    matrix[draw.random(count) < 0.2, 2] = np.nan
    return matrix, (draw.random(count) < 1 / (1 + np.exp(-odds))).astype(np.float64)


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    """A model of three features; nothing changes it."""
    return fit(rows(1), rows(2, 150), TYPES, SETTINGS)


def log_odds(model: Model, matrix: Matrix) -> np.ndarray:
    """What the model says, from its probabilities."""
    told = model.predict(matrix)
    return np.log(told / (1 - told))


class Tree:
    """One tree as XGBoost writes it, walked by the definition of path-dependent expectations."""

    def __init__(self, written: dict[str, Any]) -> None:
        self.written = written
        places = zip(
            written["categories_nodes"],
            written["categories_segments"],
            written["categories_sizes"],
            strict=True,
        )
        self.right = {node: set(written["categories"][at : at + size]) for node, at, size in places}

    def expected(self, row: np.ndarray, known: tuple[int, ...], node: int = 0) -> float:
        """The tree's answer where only the `known` features are: elsewhere both ways, by their cover."""
        tree = self.written
        left, right = tree["left_children"][node], tree["right_children"][node]
        if left == -1:
            return float(tree["split_conditions"][node])
        if tree["split_indices"][node] in known:
            return self.expected(row, known, left if self.goes_left(row, node) else right)
        cover = [tree["sum_hessian"][child] for child in (left, right)]
        means = [self.expected(row, known, child) for child in (left, right)]
        return float(np.average(means, weights=cover))

    def goes_left(self, row: np.ndarray, node: int) -> bool:
        """Where a row with a value, a category or nothing goes."""
        value = row[self.written["split_indices"][node]]
        if math.isnan(value):
            return bool(self.written["default_left"][node])
        if node in self.right:
            return int(value) not in self.right[node]
        return bool(value < np.float32(self.written["split_conditions"][node]))


def trees(model: Model) -> list[Tree]:
    document = json.loads(bytes(model.booster.save_raw("json")))
    return [Tree(one) for one in document["learner"]["gradient_booster"]["model"]["trees"]]


def shapley(forest: list[Tree], row: np.ndarray) -> Iterator[float]:
    """Each feature's Shapley value (Shapley 1953): its mean effect over all orders of joining."""
    features = range(len(row))
    for feature in features:
        others = [one for one in features if one != feature]
        total = 0.0
        for size in range(len(others) + 1):
            weight = 1 / (len(row) * math.comb(len(row) - 1, size))
            for known in combinations(others, size):
                gained = [
                    tree.expected(row, (*known, feature)) - tree.expected(row, known) for tree in forest
                ]
                total += weight * sum(gained)
        yield total


class TestShapleyValues:
    """What a feature adds is what the definition says."""

    def test_the_definition_by_brute_force(self, fitted):
        """With categories and gaps, 60 rows' attributions are the Shapley values over all 8 sets."""
        forest, matrix = trees(fitted.model), rows(3, 60)[0]
        assert any(tree.right for tree in forest)
        assert np.isnan(matrix).any()
        found = fitted.model.contributions(matrix, TYPES)
        slow = np.array([list(shapley(forest, row)) for row in matrix])
        assert np.abs(slow).max() > 0.5
        np.testing.assert_allclose(found[:, :-1], slow, atol=1e-5)

    def test_the_slow_way_is_right_about_the_trees(self, fitted):
        """Its trees' answers differ from the model's log odds by one constant, that of the bias."""
        forest, matrix = trees(fitted.model), rows(3, 60)[0]
        walked = [sum(tree.expected(row, (0, 1, 2)) for tree in forest) for row in matrix]
        constant = log_odds(fitted.model, matrix) - walked
        np.testing.assert_allclose(constant, constant[0], atol=1e-5)
        nothing = sum(tree.expected(matrix[0], ()) for tree in forest)
        bias = fitted.model.contributions(matrix, TYPES)[0, -1]
        assert bias == pytest.approx(constant[0] + nothing, abs=1e-5)

    def test_one_feature_has_all_of_it(self):
        """In a model of one feature, what is not the bias is the feature's."""
        (matrix, labels), (other, told) = rows(1), rows(2, 150)
        model = fit((matrix[:, :1], labels), (other[:, :1], told), ["q"], SETTINGS).model
        found = model.contributions(matrix[:, :1], ["q"])
        assert np.ptp(found[:, 0]) > 0.5
        np.testing.assert_allclose(found[:, 0], log_odds(model, matrix[:, :1]) - found[:, 1], atol=1e-5)

    def test_an_unused_feature_has_none(self):
        """A feature that is the same in all training rows gets 0 in every row, whatever it is there."""
        (matrix, labels), (other, told) = rows(1), rows(2, 150)
        still, moving = (np.column_stack([one, np.ones(len(one), np.float32)]) for one in (matrix, other))
        model = fit((still, labels), (moving, told), [*TYPES, "q"], SETTINGS).model
        asked = np.column_stack([rows(4)[0], np.linspace(-9, 9, 400, dtype=np.float32)])
        found = model.contributions(asked, [*TYPES, "q"])
        assert (found[:, 3] == 0).all()
        assert (np.abs(found[:, :3]).max(axis=0) > 0.1).all()

    def test_features_that_do_the_same_have_the_same(self):
        """Where both of two switches must be on, in balanced rows, each has half of the rise."""
        matrix = np.array([[a, b] for a in (0, 1) for b in (0, 1)] * 100, np.float32)
        labels = matrix.prod(axis=1).astype(np.float64)
        once = SETTINGS.model_copy(update={"rounds": 1, "reg_lambda": 0.0})
        model = fit((matrix, labels), (matrix, labels), ["q", "q"], once).model
        found = model.contributions(matrix[:4], ["q", "q"])
        assert found[3, 0] == pytest.approx(found[3, 1], abs=1e-6)
        assert found[3, 0] > 0.1
        np.testing.assert_allclose(found[1, :2], found[2, 1::-1], atol=1e-6)


class TestAddingUp:
    """Attributions and bias are the log odds, in whatever rows."""

    @pytest.mark.parametrize("seed", [4, 5])
    def test_rows_add_up_to_their_log_odds(self, fitted, seed):
        """Within 1e-4, with one bias for all rows."""
        matrix = rows(seed)[0]
        found = fitted.model.contributions(matrix, TYPES)
        np.testing.assert_allclose(found.sum(axis=1), log_odds(fitted.model, matrix), atol=1e-4)
        assert len(set(found[:, -1])) == 1

    @pytest.mark.parametrize("feature", [0, 1, 2])
    def test_a_feature_that_is_missing_everywhere(self, fitted, feature):
        """Nothing in a column is no error, and rows still add up."""
        matrix = rows(4)[0]
        matrix[:, feature] = np.nan
        found = fitted.model.contributions(matrix, TYPES)
        assert np.isfinite(found).all()
        np.testing.assert_allclose(found.sum(axis=1), log_odds(fitted.model, matrix), atol=1e-4)

    def test_a_row_by_itself(self, fitted):
        """A row's attributions are the same alone and among others; no rows have none."""
        matrix = rows(4, 20)[0]
        found = fitted.model.contributions(matrix, TYPES)
        alone = [fitted.model.contributions(matrix[n : n + 1], TYPES)[0] for n in range(20)]
        np.testing.assert_array_equal(found, alone)
        assert fitted.model.contributions(matrix[:0], TYPES).shape == (0, 4)

    @pytest.mark.parametrize("cores", [1, 2, 5])
    def test_whatever_the_number_of_threads(self, fitted, monkeypatch, cores):
        """Read back, and with one thread, two or five: the same bits."""
        first = fitted.model.contributions(rows(4)[0], TYPES)
        monkeypatch.setattr(os, "cpu_count", lambda: cores)
        loaded = load_model(fitted.data, sha256=digest(fitted.data))
        np.testing.assert_array_equal(loaded.contributions(rows(4)[0], TYPES), first)
        assert first.dtype == np.float64


@pytest.fixture(scope="module")
def several() -> Fitted:
    """A model of four classes."""
    (matrix, _), (other, _) = rows(3), rows(4, 150)
    labels, later = (
        np.digitize(one[:, 0] + (one[:, 1] == 2), [-1.0, 0.0, 1.0]).astype(np.float64)
        for one in (matrix, other)
    )
    settings = SETTINGS.model_copy(update={"objective": "multiclass"})
    return fit((matrix, labels), (other, later), TYPES, settings, classes=4)


class TestClasses:
    """Of several classes, what speaks for one of them."""

    def test_adds_up_to_log_odds_averaged_over_the_other_classes(self, several):
        """By the probabilities that the model tells: no part is lost, whatever class is asked about."""
        matrix = rows(5, 60)[0]
        logs = np.log(several.model.predict(matrix))
        for asked in (np.argmax(logs, axis=1), np.full(60, 3)):
            own = logs[np.arange(60), asked]
            expected = [
                np.mean([own[row] - logs[row, one] for one in range(4) if one != asked[row]])
                for row in range(60)
            ]
            found = of_class(several.model.contributions(matrix, TYPES), asked)
            assert found.shape == (60, 4)
            assert found.sum(axis=1) == pytest.approx(expected, abs=1e-4)

    def test_a_constant_of_the_row_falls_out(self, several):
        """Scores of classes are known but for a number added to all: parts of it speak for none of them."""
        parts = several.model.contributions(rows(5, 20)[0], TYPES)
        asked = np.zeros(20, np.int64)
        moved = parts + np.arange(20.0)[:, None, None]
        assert of_class(moved, asked) == pytest.approx(of_class(parts, asked), abs=1e-9)

    def test_of_two_classes_it_is_the_log_odds(self):
        """What is told of several classes is no other thing than what is told of yes or no."""
        parts = np.array([[[0.5, -0.2], [-0.1, 0.4]]])
        assert of_class(parts, np.array([0])) == pytest.approx(np.array([[0.6, -0.6]]))
