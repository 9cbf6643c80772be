"""Sets of possible classes: the finite-sample rank, by hand and by its guarantee."""

import logging

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import softmax
from scipy.stats import binomtest

from tasks.train.uncertainty import Sets, doubts, fit_sets

NAMES = ("low", "middle", "high")
TABLES = st.tuples(st.integers(1, 20), st.integers(3, 6)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.sampled_from([0.01, 0.1, 0.3, 0.5, 1.0]))
).map(lambda table: table / table.sum(axis=1, keepdims=True))  # fmt: skip


def drawn(rows: int, classes: int, seed: int, *, sure: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Exchangeable labels with probabilities that need not be right."""
    draw = np.random.default_rng(seed)
    logits = draw.normal(size=(rows, classes))
    labels = (softmax(logits, axis=1).cumsum(axis=1) < draw.random((rows, 1))).sum(axis=1)
    return labels.astype(float), softmax(sure * logits, axis=1)


class TestFitted:
    """The split conformal quantile of 1 - p(label)."""

    def test_by_hand(self):
        """Of nine rows and a coverage of 0.7 it is the ceil(10 x 0.7) = 7th smallest doubt."""
        own = np.array([0.9, 0.2, 0.55, 0.7, 0.35, 0.8, 0.6, 0.5, 0.95])
        labels = np.arange(9) % 3
        told = np.repeat((1 - own)[:, None] / 2, 3, axis=1)
        told[np.arange(9), labels] = own
        # Doubts in order: 0.05 0.1 0.2 0.3 0.4 0.45 0.5 0.65 0.8.
        assert fit_sets(labels.astype(float), told, 0.7).most_doubt == pytest.approx(0.5)

    @given(TABLES, st.integers(1, 99), st.randoms(use_true_random=False))
    def test_leaves_enough_rows_below(self, told, percent, random):
        """It is the least doubt that (n + 1) coverage of n rows do not exceed; 1 where there are fewer."""
        labels = [random.randrange(told.shape[1]) for _ in told]
        doubt = [1 - row[label] for row, label in zip(told, labels, strict=True)]
        enough = [d for d in doubt if 100 * sum(one <= d for one in doubt) >= percent * (len(doubt) + 1)]
        assert fit_sets(np.array(labels, float), told, percent / 100).most_doubt == min(enough, default=1.0)

    @pytest.mark.parametrize(("rows", "percent", "classes"), [(10, 90, 3), (23, 80, 5), (57, 33, 4)])
    def test_each_row_left_out_in_turn(self, rows, percent, classes):
        """Of n + 1 different doubts, sets of the others hold exactly ceil((n + 1) coverage)."""
        labels, told = drawn(rows, classes, 9)
        held = 0
        for left in range(rows):
            others = np.arange(rows) != left
            most = fit_sets(labels[others], told[others], percent / 100).most_doubt
            held += bool(doubts(labels, told)[left] <= most)
        assert held == -(-rows * percent // 100)

    @pytest.mark.parametrize(("coverage", "sure"), [(0.6, 3.0), (0.8, 0.3), (0.9, 1.0)])
    def test_cover_new_rows_at_least_as_often_as_asked(self, coverage, sure):
        """Of 2,000 new exchangeable rows, each with sets from 29 rows of its own, at least so many are held.

        However wrong the probabilities are; nothing lies below but chance (at 1 in 1,000).
        """
        held = 0
        for seed in range(2_000):
            labels, told = drawn(30, 4, seed, sure=sure)
            held += bool(fit_sets(labels[1:], told[1:], coverage).hold(told[:1], labels[:1])[0])
        assert binomtest(held, 2_000, coverage, alternative="less").pvalue > 0.001

    def test_cover_no_more_than_declared_where_sets_are_tight(self):
        """With a coverage that leaves no set empty, 90% is 90% to within two points."""
        labels, told = drawn(20_000, 4, 3)
        new_labels, new_told = drawn(20_000, 4, 4)
        found = fit_sets(labels, told, 0.9)
        assert (new_told.max(axis=1) >= 1 - found.most_doubt).all()
        assert found.hold(new_told, new_labels).mean() == pytest.approx(0.9, abs=0.02)

    def test_too_few_rows_rule_nothing_out(self, caplog):
        """90% takes nine rows: with eight every set holds all classes, and a warning says what to do."""
        caplog.set_level(logging.WARNING)
        labels, told = drawn(9, 3, 0)
        found = fit_sets(labels[:8], told[:8], 0.9)
        assert found.most_doubt == 1.0
        assert found.words(told[:1], NAMES).tolist() == ["low or middle or high"]
        assert (
            "every set holds all labels; widen prepare.selection_days or lower train.coverage" in caplog.text
        )


class TestPossible:
    """Which classes are possible."""

    TOLD = np.array([[0.8, 0.15, 0.05], [0.5, 0.3, 0.2], [0.34, 0.33, 0.33], [0.3, 0.0, 0.7]])

    def test_words(self):
        """With a doubt of up to 0.7 a class is possible from 0.3 on; classes stand in the declared order."""
        said = Sets(coverage=0.9, most_doubt=0.7).words(self.TOLD, NAMES).tolist()
        assert said == ["low", "low or middle", "low or middle or high", "low or high"]
        assert Sets(coverage=0.9, most_doubt=0.7).words(self.TOLD, (10, 20, 30)).tolist()[3] == "10 or 30"

    def test_a_set_of_none_is_one_of_all(self):
        """With a doubt of up to 0.25 nothing is possible below 0.75: there the model is not sure."""
        found = Sets(coverage=0.9, most_doubt=0.25)
        everything = "low or middle or high"
        assert found.words(self.TOLD, NAMES).tolist() == ["low", everything, everything, everything]
        assert found.sure(self.TOLD).tolist() == [True, False, False, False]
        assert found.hold(self.TOLD, np.array([1.0, 2, 0, 1])).tolist() == [False, True, True, True]

    @given(TABLES, st.floats(0, 1))
    def test_hold_what_the_words_say(self, told, most_doubt):
        """A class is held exactly where the words name it, and sure is where they name one."""
        found, names = Sets(coverage=0.9, most_doubt=most_doubt), [f"c{one}" for one in range(told.shape[1])]
        words = found.words(told, names)
        for place, name in enumerate(names):
            named = [name in word.split(" or ") for word in words]
            assert found.hold(told, np.full(len(told), float(place))).tolist() == named
        assert found.sure(told).tolist() == [" or " not in word for word in words]

    @given(st.lists(st.integers(0, 64), min_size=1), st.integers(0, 64))
    def test_of_two_classes_are_those_of_two_labels(self, told, most_doubt):
        """Those of a probability of label 1, with label 0 as the first class."""
        ones, found = np.array(told) / 64, Sets(coverage=0.9, most_doubt=most_doubt / 64)
        both = np.column_stack((1 - ones, ones))
        assert found.possible(both).tolist() == found.possible(ones).tolist()
        assert found.words(both, (0, 1)).tolist() == found.words(ones).tolist()

    def test_of_fifty_classes(self):
        """As many as there may be, each in its place."""
        told = np.full((1, 50), 0.02)
        assert Sets(coverage=0.9, most_doubt=0.98).words(told, range(50))[0].split(" or ") == [
            str(one) for one in range(50)
        ]

    def test_no_rows(self):
        """Nothing in, nothing out."""
        assert Sets(coverage=0.9, most_doubt=0.5).words(np.empty((0, 3)), NAMES).tolist() == []
