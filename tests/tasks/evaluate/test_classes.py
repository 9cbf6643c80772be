"""Losses, hits and confusion of classes: the textbook's numbers, and nothing for what is no class."""

import math

import numpy as np
import pytest

from tasks.errors import BadInput
from tasks.evaluate.binary import brier_rows, log_loss_rows
from tasks.evaluate.classes import confusion, hits, likeliest, log_losses, of_labels, squared_errors


class TestTables:
    """What each class, were it the label, would make of a row."""

    P = np.array([[0.2, 0.5, 0.3], [1.0, 0.0, 0.0]])

    def test_log_losses(self):
        """-log p; a certainty that is wrong costs 34.5 nats and not more."""
        found = log_losses(self.P)
        assert found[0] == pytest.approx([-math.log(p) for p in (0.2, 0.5, 0.3)])
        assert found[1] == pytest.approx([0, -math.log(1e-15), -math.log(1e-15)])

    def test_squared_errors(self):
        """Summed over all classes: 0 for certain and right, 2 for certain and wrong."""
        found = squared_errors(self.P)
        assert found[0] == pytest.approx([0.64 + 0.25 + 0.09, 0.04 + 0.25 + 0.09, 0.04 + 0.25 + 0.49])
        assert found[1].tolist() == [0.0, 2.0, 2.0]

    def test_hits(self):
        """One class of a row is right: the likeliest, and of equal ones the first declared."""
        assert hits(self.P).tolist() == [[0, 1, 0], [1, 0, 0]]
        assert likeliest(np.array([[0.4, 0.4, 0.2], [0.2, 0.4, 0.4]])).tolist() == [0, 1]

    def test_two_classes_are_a_binary_model(self):
        """Log loss is the same number, and this Brier score is twice the other, as its docstring says."""
        p = np.random.default_rng(1).random(50)
        labels = (np.arange(50) % 2).astype(float)
        both = np.column_stack([1 - p, p])
        assert of_labels(log_losses(both), labels) == pytest.approx(log_loss_rows(labels, p))
        assert of_labels(squared_errors(both), labels) == pytest.approx(2 * brier_rows(labels, p))

    def test_confusion(self):
        """Rows by what came, columns by what was said; every row is in one cell."""
        p = np.eye(3)[[0, 1, 1, 2, 0]]
        assert confusion(np.array([0.0, 0, 1, 2, 2]), p) == ((1, 1, 0), (0, 1, 0), (1, 0, 1))

    @pytest.mark.parametrize("wrong", [np.nan, np.inf, -0.1, 1.1])
    def test_no_probabilities(self, wrong):
        """NaN, infinities, what lies outside 0 to 1 and what does not add up to 1 is refused by its row."""
        p = np.array([[0.2, 0.5, 0.3], [wrong, 0.5, 0.3]])
        for table in (log_losses, squared_errors, hits):
            with pytest.raises(BadInput, match="found 1 of 2 rows that do not, the first in row 1"):
                table(p)

    def test_probabilities_that_do_not_add_up(self):
        """Each may lie between 0 and 1 and the row be no distribution."""
        with pytest.raises(BadInput, match="add up to 1"):
            log_losses(np.array([[0.5, 0.4, 0.3]]))

    @pytest.mark.parametrize("wrong", [3.0, -1.0, 0.5, np.nan])
    def test_labels_that_are_no_class(self, wrong):
        """A place beyond the last, before the first, or between two is no class."""
        with pytest.raises(BadInput, match="found 1 of 2 that are not, the first in row 1"):
            of_labels(self.P, np.array([0.0, wrong]))

    def test_unequal_lengths(self):
        """A label for each row."""
        with pytest.raises(BadInput, match="probabilities for each label"):
            of_labels(self.P, np.array([0.0]))

    def test_no_rows(self):
        """Nothing in, nothing out."""
        empty = np.empty((0, 3))
        assert of_labels(log_losses(empty), np.empty(0)).shape == (0,)
        assert confusion(np.empty(0), empty) == ((0, 0, 0),) * 3
