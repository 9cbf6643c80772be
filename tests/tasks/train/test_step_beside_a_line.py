"""The linear baseline that the step trains where the contract asks for it."""

import numpy as np
import pytest
from data_factories import months, versioned, with_linear
from number_factories import NUMBER_PARAMS, number_months

from tasks.evaluate.binary import best_threshold
from tasks.evaluate.compare import cost_matrix
from tasks.prepare.features import encode
from tasks.prepare.step import prepare, read_part, read_preparation
from tasks.train.card import read_card
from tasks.train.linear_fit import fit_linear
from tasks.train.step import train
from tasks.workspace import Workspace

JANUARY, FEBRUARY = "2024-01", "2024-02"


@pytest.fixture(scope="module")
def beside(tmp_path_factory) -> Workspace:
    """As `trained`, under a contract with a clause against the linear baseline."""
    frames = months(JANUARY, FEBRUARY, rows=200)
    workspace = versioned(tmp_path_factory.mktemp("linear"), frames, params=with_linear())
    prepare(workspace)
    train(workspace)
    return workspace


class TestLinearBaseline:
    """Where the contract asks for it, a linear model of the same rows stands in the card."""

    def rows(self, workspace: Workspace, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Matrix and labels of a split."""
        part = read_part(workspace, name)
        return encode(part, read_preparation(workspace).features)[0], part["label"].to_numpy("float64")

    def test_learns_the_training_rows(self, beside):
        """It is that of the training rows alone, and its alarms are worth most on selection."""
        card = read_card(beside.model_card.read_bytes())
        plain = fit_linear(*self.rows(beside, "train"), card.features, "binary")
        matrix, labels = self.rows(beside, "selection")
        costs = cost_matrix(beside.params.evaluate.costs)
        wanted = best_threshold(labels, plain.answers(matrix), costs)
        assert card.linear == plain.model_copy(update={"threshold": wanted})

    def test_changes_nothing_else(self, trained, beside):
        """Trees, threshold and sets are those without it."""
        plain, card = (read_card(one.model_card.read_bytes()) for one in (trained, beside))
        assert card.model_copy(update={"linear": None}) == plain
        assert beside.model_bytes.read_bytes() == trained.model_bytes.read_bytes()

    def test_is_not_there_unless_asked_for(self, trained):
        """A card of a contract without such a clause does not name it."""
        assert b"linear" not in trained.model_card.read_bytes()

    def test_is_the_same_again(self, beside):
        """Trained twice, and read and written, the card is the same bytes."""
        before = beside.model_card.read_bytes()
        train(beside)
        assert beside.model_card.read_bytes() == read_card(before).to_bytes() == before

    def test_of_a_drill_learns_the_true_labels(self, fresh, beside):
        """The drill's challenger meets the bar that a real one meets."""
        fresh.params_file.write_text(with_linear())
        drill = train(Workspace(fresh.root), drill=True)
        assert drill.linear == read_card(beside.model_card.read_bytes()).linear

    def test_of_numbers(self, tmp_path):
        """A regression's has no threshold, and the label's own scale."""
        frames = number_months(JANUARY, FEBRUARY, rows=200)
        workspace = versioned(tmp_path, frames, params=with_linear(NUMBER_PARAMS, "mae"))
        prepare(workspace)
        card = train(workspace)
        matrix, labels = self.rows(workspace, "train")
        assert card.linear.threshold is None
        assert np.sqrt(np.mean((card.linear.answers(matrix) - labels) ** 2)) < 0.6 * labels.std()
