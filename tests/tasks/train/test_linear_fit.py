"""The linear baseline is fitted on any rows that training may have, and to the same bytes each time."""

import io
import subprocess
import sys

import numpy as np
import pytest
from scipy.special import expit

from tasks.evaluate.answers import Answers
from tasks.prepare.features import Feature, Schema
from tasks.train.linear import CategoryTerm, NumericTerm
from tasks.train.linear_fit import WIDEST, fit_linear

ROWS = 400
NUMBERS = Schema(features=(Feature(name="x"), Feature(name="z")))
MIXED = Schema(features=(Feature(name="x"), Feature(name="c", categories=("a", "b", "c"))))


def numbers(seed: int = 0) -> np.ndarray:
    """400 rows of two numbers."""
    return np.random.default_rng(seed).normal(size=(ROWS, 2)).astype(np.float32)


def labels_of(log_odds: np.ndarray, seed: int = 1) -> np.ndarray:
    return (np.random.default_rng(seed).random(len(log_odds)) < expit(log_odds)).astype(float)


def mixed(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A number and a category that the log odds of label 1 are made of, each missing now and then."""
    draw = np.random.default_rng(seed)
    x, c = draw.normal(5, 3, 4000), draw.integers(0, 3, 4000)
    labels = labels_of((x - 5) / 3 + np.array([1.0, 0.0, -1.0])[c])
    matrix = np.column_stack([x, c]).astype(np.float32)
    matrix[draw.random(4000) < 0.1, 0] = np.nan
    matrix[draw.random(4000) < 0.1, 1] = np.nan
    return matrix, labels


class TestWhatItLearns:
    """What the rows were made of."""

    def test_of_chances(self):
        """Log odds that were 1 for a standard deviation, and 2 between the first category and the last."""
        number, category = fit_linear(*mixed(), MIXED, "binary").terms
        assert isinstance(number, NumericTerm)
        assert isinstance(category, CategoryTerm)
        assert (number.centre, number.scale) == pytest.approx((5, 3), rel=0.05)
        assert number.weight == pytest.approx(1.0, abs=0.15)
        assert category.weights[0] - category.weights[2] == pytest.approx(2.0, abs=0.3)

    def test_of_numbers(self):
        """In the label's unit, however large that is: what a straight line says."""
        matrix = numbers()
        labels = 1e9 + 3e6 * matrix[:, 0] - 1e6 * matrix[:, 1]
        told = fit_linear(matrix, labels, NUMBERS, "regression").answers(matrix)
        assert np.sqrt(np.mean((told - labels) ** 2)) < 0.01 * labels.std()

    @pytest.mark.parametrize("order", [(1, 0, 2), (2, 1, 0), (0, 2, 1)])
    def test_wherever_a_feature_stands(self, order):
        """Numbers and categories in another order of columns are the same terms in that order."""
        matrix, labels = mixed()
        third = np.random.default_rng(9).integers(0, 2, len(labels)).astype(np.float32)
        matrix = np.column_stack([matrix, third])
        features = (*MIXED.features, Feature(name="d", categories=("e", "f")))
        plain = fit_linear(matrix, labels, Schema(features=features), "binary")
        moved = Schema(features=tuple(features[place] for place in order))
        found = fit_linear(matrix[:, order], labels, moved, "binary")
        assert found.terms == tuple(plain.terms[place] for place in order)

    def test_that_a_number_is_missing(self):
        """Where only the missing ones have label 1, that they are missing says so."""
        matrix = numbers()
        matrix[::4, 0] = np.nan
        labels = np.isnan(matrix[:, 0]).astype(float)
        told = fit_linear(matrix, labels, NUMBERS, "binary").answers(matrix)
        assert told[labels == 1].min() > 0.8
        assert told[labels == 0].max() < 0.2


class TestHostileColumns:
    """Answers are finite, and no worse than the base rate's."""

    @pytest.mark.parametrize("objective", ["binary", "regression"])
    @pytest.mark.parametrize(
        "spoil",
        [
            pytest.param(lambda x: np.full_like(x, 3.3), id="constant"),
            pytest.param(lambda x: np.full_like(x, np.nan), id="all missing"),
            pytest.param(lambda x: x * np.float32(1e37), id="huge"),
            pytest.param(lambda x: np.where(x > 2, np.float32(3e38), x), id="some huge"),
            pytest.param(lambda x: x * np.float32(1e-42), id="tiny"),
            pytest.param(lambda x: x + np.float32(1e7), id="far from nothing"),
        ],
    )
    def test_of_numbers(self, spoil, objective):
        """A column that says nothing, or in no usual size, beside one that tells: that one is still heard."""
        matrix = numbers()
        labels = labels_of(2 * matrix[:, 1]) if objective == "binary" else matrix[:, 1].astype(float)
        plain = ((labels - labels.mean()) ** 2).mean()
        matrix[:, 0] = spoil(matrix[:, 0])
        model = fit_linear(matrix, labels, NUMBERS, objective)
        assert ((labels - model.answers(matrix)) ** 2).mean() < 0.8 * plain
        later = np.array([[np.nan, 0], [3e38, 0], [-3e38, 0], [0, np.nan]], dtype=np.float32)
        assert np.isfinite(model.answers(later)).all()

    @pytest.mark.parametrize("width", [0, 1])
    def test_of_categories(self, width):
        """A feature of one category, or of none, adds nothing to what a constant knows."""
        schema = Schema(features=(Feature(name="c", categories=("a",) * width),))
        matrix = np.full((ROWS, 1), 0.0 if width else np.nan, dtype=np.float32)
        labels = np.r_[np.ones(100), np.zeros(300)]
        told = fit_linear(matrix, labels, schema, "binary").answers(matrix)
        assert told == pytest.approx(np.full(ROWS, 0.25), abs=1e-5)

    def test_the_commonest_categories_are_told_apart(self, caplog):
        """Of more than there are columns for the rare ones share what no category has, which is said."""
        many = WIDEST + 40
        codes = np.r_[np.repeat(np.arange(40, many), 10), np.arange(40)]
        schema = Schema(features=(Feature(name="c", categories=tuple(f"{n:04d}" for n in range(many))),))
        labels = (codes % 2).astype(float)
        model = fit_linear(codes[:, None].astype(np.float32), labels, schema, "binary")
        weights = np.array(model.terms[0].weights)
        assert (weights[:40] == 0).all()
        assert (weights[40:] != 0).all()
        assert f"tells the {WIDEST} commonest of c's {many} categories apart" in caplog.text

    def test_few_categories_are_not_complained_of(self, caplog):
        """Where each has its weight there is nothing to say."""
        fit_linear(*mixed(), MIXED, "binary")
        assert caplog.text == ""

    def test_labels_that_are_parted_perfectly(self):
        """All rows come out on their side, and log loss is finite."""
        matrix = numbers()
        labels = (matrix[:, 0] > 0).astype(float)
        told = fit_linear(matrix, labels, NUMBERS, "binary").answers(matrix)
        assert ((told > 0.5) == (labels == 1)).mean() > 0.98
        assert 0 < told.min() < told.max() < 1

    def test_more_columns_than_rows(self):
        """Ten rows of fifty numbers: the penalty leaves one answer, and a finite one."""
        draw = np.random.default_rng(3)
        schema = Schema(features=tuple(Feature(name=f"x{n}") for n in range(50)))
        matrix = draw.normal(size=(10, 50)).astype(np.float32)
        model = fit_linear(matrix, np.arange(10) % 2.0, schema, "binary")
        told = Answers(model.answers(matrix)).probabilities
        assert np.isfinite(told).all()
        assert told[1::2].min() > 0.5 > told[::2].max()


class TestTheSameAgain:
    """Fitting is a function of the rows."""

    def test_whatever_their_order(self):
        """Sums in another order, as another machine might add, end at the same bytes."""
        matrix, labels = mixed()
        shuffled = np.random.default_rng(4).permutation(len(labels))
        told = [
            fit_linear(matrix[rows], labels[rows], MIXED, objective).to_bytes()
            for objective in ("binary", "regression")
            for rows in (slice(None), shuffled)
        ]
        assert told[0] == told[1]
        assert told[2] == told[3]

    def test_whatever_the_number_of_threads(self):
        """A process with four threads writes the bytes of this one, which has another number of them."""
        script = (
            "import io, sys, numpy\n"
            "from tasks.prepare.features import Schema\n"
            "from tasks.train.linear_fit import fit_linear\n"
            "rows = numpy.load(io.BytesIO(sys.stdin.buffer.read()))\n"
            "matrix, labels = rows[:, :-1].astype('f4'), rows[:, -1]\n"
            "told = fit_linear(matrix, labels, Schema.parse(sys.argv[1].encode()), 'binary')\n"
            "sys.stdout.buffer.write(told.to_bytes())\n"
        )
        draw = np.random.default_rng(5)
        matrix = draw.normal(size=(20_000, 12)).astype(np.float32)
        labels = labels_of(matrix[:, 0] + matrix[:, 1])
        schema = Schema(features=tuple(Feature(name=f"x{n}") for n in range(12)))
        sink = io.BytesIO()
        np.save(sink, np.column_stack([matrix, labels]))
        done = subprocess.run(
            [sys.executable, "-c", script, schema.to_bytes().decode()],
            env={"OPENBLAS_NUM_THREADS": "4", "OMP_NUM_THREADS": "4"},
            input=sink.getvalue(),
            capture_output=True,
            check=True,
        )
        assert done.stdout == fit_linear(matrix, labels, schema, "binary").to_bytes()
