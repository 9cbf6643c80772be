"""What the step leaves where the label is a number: a regression's card, and a quantile's."""

import numpy as np
import pytest
from data_factories import changed, versioned
from number_factories import NUMBER_PARAMS, QUANTILE_PARAMS, number_frame, number_months

from tasks.errors import BadInput
from tasks.evaluate.distances import pinball_rows
from tasks.prepare.features import encode
from tasks.prepare.step import prepare, read_part, read_preparation
from tasks.train.booster import load_model
from tasks.train.card import read_card
from tasks.train.intervals import fit_intervals
from tasks.train.step import train
from tasks.workspace import Workspace

JANUARY, FEBRUARY = "2024-01", "2024-02"


@pytest.fixture(scope="module")
def numbers(tmp_path_factory) -> Workspace:
    """As `trained`, of a regression."""
    frames = number_months(JANUARY, FEBRUARY, rows=200)
    workspace = versioned(tmp_path_factory.mktemp("numbers"), frames, params=NUMBER_PARAMS)
    prepare(workspace)
    train(workspace)
    return workspace


class TestRegression:
    """A model that predicts numbers."""

    def test_the_card(self, numbers):
        """The naive baseline is the mean label; no threshold; the loss is RMSE on selection, and true."""
        card = read_card(numbers.model_card.read_bytes())
        parts = {name: read_part(numbers, name) for name in ("train", "selection")}
        model = load_model(numbers.model_bytes.read_bytes(), sha256=card.model_sha256)
        told = model.predict(encode(parts["selection"], card.features)[0])
        loss = np.sqrt(np.mean((parts["selection"]["label"] - told) ** 2))
        assert (card.objective, card.threshold) == ("regression", None)
        assert card.base_rate == parts["train"]["label"].mean()
        assert card.selection_loss == card.selection_rmse == pytest.approx(loss, rel=1e-5)
        assert b"log_loss" not in card.to_bytes()
        assert loss < 0.6 * parts["selection"]["label"].std()

    def test_intervals_are_fitted_on_selection(self, numbers, tmp_path):
        """With a coverage the card holds the half-width of its rows; without one it does not speak of any."""
        assert b"intervals" not in numbers.model_card.read_bytes()
        covered = ("  objective: regression\n", "  objective: regression\n  coverage: 0.8\n")
        frames = number_months(JANUARY, FEBRUARY, rows=200)
        workspace = versioned(tmp_path, frames, params=changed(covered, params=NUMBER_PARAMS))
        prepare(workspace)
        card = train(workspace)
        part = read_part(workspace, "selection")
        model = load_model(workspace.model_bytes.read_bytes(), sha256=card.model_sha256)
        told = model.predict(encode(part, card.features)[0])
        assert card.intervals == fit_intervals(part["label"].to_numpy(), told, 0.8)
        assert card.sets is None
        assert read_card(card.to_bytes()) == card

    def test_no_positives_are_counted(self, numbers):
        """A number is neither positive nor negative."""
        assert [part.positives for part in read_preparation(numbers).parts.values()] == [None] * 3

    def test_the_same_again(self, numbers):
        """Trained twice it is the same bytes."""
        before = numbers.model_bytes.read_bytes(), numbers.model_card.read_bytes()
        train(numbers)
        assert (numbers.model_bytes.read_bytes(), numbers.model_card.read_bytes()) == before

    def test_one_label_only(self, tmp_path):
        """There is nothing to learn from a label that never differs, and that is said."""
        frames = {period: number_frame(period, signal=0.0, noise=0.0) for period in (JANUARY, FEBRUARY)}
        workspace = versioned(tmp_path, frames, params=NUMBER_PARAMS)
        prepare(workspace)
        with pytest.raises(BadInput, match="training rows has the label 20: there is nothing to learn"):
            train(workspace)

    def test_the_largest_labels_are_learned(self, tmp_path):
        """Labels of the size that `prepare` lets through give finite trees that know more than the mean."""
        frames = number_months(JANUARY, FEBRUARY, rows=200)
        frames = {period: frame.assign(label=frame["label"] * 2e13) for period, frame in frames.items()}
        params = changed(("min: -100, max: 100}", "min: -1.0e+15, max: 1.0e+15}"), params=NUMBER_PARAMS)
        workspace = versioned(tmp_path, frames, params=params)
        prepare(workspace)
        spread = read_part(workspace, "selection")["label"].std()
        assert train(workspace).selection_loss < 0.6 * spread


class TestQuantile:
    """A model that predicts what four labels in five do not exceed."""

    def test_the_card(self, tmp_path):
        """The baseline is the training labels' quantile; the loss is pinball on selection, and true."""
        frames = number_months(JANUARY, FEBRUARY, rows=400)
        workspace = versioned(tmp_path, frames, params=QUANTILE_PARAMS)
        prepare(workspace)
        card = train(workspace)
        parts = {name: read_part(workspace, name) for name in ("train", "selection")}
        labels = parts["train"]["label"].sort_values().to_numpy()
        model = load_model(workspace.model_bytes.read_bytes(), sha256=card.model_sha256)
        told = model.predict(encode(parts["selection"], card.features)[0])
        loss = pinball_rows(parts["selection"]["label"].to_numpy(), told, 0.8).mean()
        assert (card.objective, card.alpha, card.threshold) == ("quantile", 0.8, None)
        assert card.base_rate == labels[int(np.ceil(0.8 * len(labels))) - 1]
        assert card.selection_loss == card.selection_pinball == pytest.approx(loss, rel=1e-5)
        assert (parts["selection"]["label"] <= told).mean() > 0.6
        assert read_card(card.to_bytes()) == card
        before = workspace.model_bytes.read_bytes(), workspace.model_card.read_bytes()
        train(workspace)
        assert (workspace.model_bytes.read_bytes(), workspace.model_card.read_bytes()) == before
