"""What the step leaves: a model, and a card that says what it was made from; the holdout is never read."""

import numpy as np
import pytest
from class_factories import (
    CLASS_PARAMS,
    CLASSES,
    NUMBERED_PARAMS,
    SURE_PARAMS,
    class_months,
    numbered_frame,
)
from data_factories import changed, months, stage_bytes, versioned

import tasks.train.step as train_step
from tasks.documents import digest
from tasks.errors import BadInput, Corrupt
from tasks.evaluate.binary import value_rows
from tasks.evaluate.compare import cost_matrix
from tasks.prepare.features import encode
from tasks.prepare.step import prepare, read_part, read_preparation
from tasks.score import Scorer
from tasks.train.booster import load_model
from tasks.train.card import ModelCard, Training, read_card
from tasks.train.step import train
from tasks.train.temperature import Temperature, fit_temperature
from tasks.train.uncertainty import fit_calibration, fit_sets
from tasks.workspace import Workspace

JANUARY, FEBRUARY = "2024-01", "2024-02"


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory) -> Workspace:
    """The same months, trained with calibration and another coverage."""
    text = changed(("  max_depth: 3\n", "  max_depth: 3\n  calibrate: true\n  coverage: 0.8\n"))
    workspace = versioned(
        tmp_path_factory.mktemp("calibrated"), months(JANUARY, FEBRUARY, rows=200), params=text
    )
    prepare(workspace)
    train(workspace)
    return workspace


@pytest.fixture(scope="module")
def classes(tmp_path_factory) -> Workspace:
    """As `trained`, of classes."""
    frames = class_months(JANUARY, FEBRUARY, rows=200)
    workspace = versioned(tmp_path_factory.mktemp("classes"), frames, params=CLASS_PARAMS)
    prepare(workspace)
    train(workspace)
    return workspace


class TestTheCard:
    """It says what scoring and judging need, and it is true."""

    def test_counts_and_times(self, trained):
        """Rows, periods and the last instant seen are those of train and selection."""
        card = read_card(trained.model_card.read_bytes())
        parts = [read_part(trained, name) for name in ("train", "selection")]
        assert (card.train_rows, card.selection_rows) == tuple(len(part) for part in parts)
        assert card.periods == (JANUARY,)
        assert card.trained_until == parts[1]["event_time"].max().isoformat()
        assert card.base_rate == parts[0]["label"].mean()
        assert card.features == read_preparation(trained).features
        assert not card.drill

    def test_the_bytes_it_names(self, trained):
        """Hash and size are those of the model beside it, which loads under them."""
        card = read_card(trained.model_card.read_bytes())
        data = trained.model_bytes.read_bytes()
        assert (digest(data), len(data)) == (card.model_sha256, card.model_bytes)
        assert load_model(data, sha256=card.model_sha256).booster.num_boosted_rounds() == card.trees

    def test_the_threshold_is_worth_most_on_selection(self, trained):
        """No other threshold among the probabilities earns more on the selection split."""
        card = read_card(trained.model_card.read_bytes())
        selection = read_part(trained, "selection")
        model = load_model(trained.model_bytes.read_bytes(), sha256=card.model_sha256)
        told = model.predict(encode(selection, card.features)[0])
        labels = selection["label"].to_numpy(dtype="float64")
        costs = cost_matrix(trained.params.evaluate.costs)
        worth = [value_rows(labels, told, threshold, costs).mean() for threshold in [0.0, *told, 1.1]]
        assert value_rows(labels, told, card.threshold, costs).mean() == pytest.approx(max(worth))

    def test_its_hash_is_the_candidate(self, trained):
        """One changed byte of the card is another candidate."""
        card = read_card(trained.model_card.read_bytes())
        assert card.candidate == digest(trained.model_card.read_bytes())
        assert card.model_copy(update={"threshold": 0.123}).candidate != card.candidate

    @pytest.mark.parametrize("data", [b"", b"{}", b"null", b"\xff"])
    def test_what_is_no_card(self, data):
        """Bytes that are no card are `Corrupt`."""
        with pytest.raises(Corrupt, match="not a document"):
            read_card(data)


class TestUncertainty:
    """Calibration and sets come from the selection rows, and stand in the card."""

    def selection(self, workspace: Workspace) -> tuple[ModelCard, np.ndarray, np.ndarray]:
        """The card, the selection rows' labels, and what the trees tell of them."""
        card = read_card(workspace.model_card.read_bytes())
        part = read_part(workspace, "selection")
        model = load_model(workspace.model_bytes.read_bytes(), sha256=card.model_sha256)
        return card, part["label"].to_numpy("float64"), model.predict(encode(part, card.features)[0])

    def test_is_fitted_on_selection(self, calibrated):
        """Both parts are those of the selection rows, the sets on calibrated probabilities."""
        card, labels, told = self.selection(calibrated)
        assert card.calibration == fit_calibration(labels, told)
        assert card.sets == fit_sets(labels, card.calibration.probabilities(told), 0.8)

    def test_the_threshold_is_on_the_calibrated_scale(self, trained, calibrated):
        """The same trees raise the same alarms on selection, by a threshold that calibration has moved."""
        card, _, told = self.selection(calibrated)
        plain = read_card(trained.model_card.read_bytes())
        assert card.model_sha256 == plain.model_sha256
        assert card.threshold == card.answers(np.array([plain.threshold]))[0] != plain.threshold
        assert ((card.answers(told) >= card.threshold) == (told >= plain.threshold)).all()

    def test_is_off_unless_declared_and_sets_are_not(self, trained):
        """By default answers are the trees', and sets are of 90%: neither changes the model or an alarm."""
        card, labels, told = self.selection(trained)
        assert card.calibration is None
        assert card.answers(told) is told
        assert card.sets == fit_sets(labels, told, 0.9)

    def test_a_card_from_before_keeps_its_identity(self, trained):
        """A card that knows neither is read, and is the same bytes again."""
        card = read_card(trained.model_card.read_bytes()).model_copy(update={"sets": None})
        assert b"sets" not in card.to_bytes()
        assert b"calibration" not in card.to_bytes()
        assert read_card(card.to_bytes()).candidate == card.candidate

    def test_without_a_coverage_there_are_no_sets(self, fresh):
        """`coverage: null` leaves them out."""
        text = changed(("  max_depth: 3\n", "  max_depth: 3\n  coverage: null\n"))
        fresh.params_file.write_text(text)
        assert train(Workspace(fresh.root)).sets is None


class TestTheSameAgain:
    """Training is a function of its files."""

    def test_same_bytes(self, trained, fresh):
        """Another folder with the same rows comes to the same model and card."""
        train(fresh)
        assert stage_bytes(fresh.model) == stage_bytes(trained.model)

    def test_what_it_took_is_in_no_byte_of_the_model(self, trained, fresh, monkeypatch):
        """A training that took a thousand times as long is the same model and card; its time is beside."""
        clock = iter([1000.0, 4600.0])
        monkeypatch.setattr("tasks.train.step.time.perf_counter", lambda: next(clock))
        train(fresh)
        assert stage_bytes(fresh.model) == stage_bytes(trained.model)
        card = read_card(trained.model_card.read_bytes())
        assert Training.parse(fresh.training.read_bytes()) == Training(candidate=card.candidate, seconds=3600)

    def test_the_holdout_is_not_needed(self, trained, fresh):
        """Without the holdout's file training comes to the same bytes: it is never read."""
        (fresh.prepared / "holdout.parquet").unlink()
        train(fresh)
        assert stage_bytes(fresh.model) == stage_bytes(trained.model)

    def test_before_prepare(self, tmp_path):
        """Without prepared rows the message says which step to run."""
        with pytest.raises(BadInput, match="prepare has not run here yet"):
            train(versioned(tmp_path, months(JANUARY)))


class TestDrill:
    """A drill learns shuffled labels, and says so."""

    def test_labels_are_shuffled_not_changed(self, trained, fresh):
        """The drill's model is another one, of the same base rate, the same each time, and marked."""
        card = train(fresh, drill=True)
        first = stage_bytes(fresh.model)
        real = read_card(trained.model_card.read_bytes())
        assert card.drill
        assert card.base_rate == real.base_rate
        assert card.model_sha256 != real.model_sha256
        assert card.selection_log_loss > real.selection_log_loss
        train(fresh, drill=True)
        assert stage_bytes(fresh.model) == first


class TestUnseenInSelection:
    """Selection may have categories that training never saw."""

    def test_they_are_missing_and_said(self, tmp_path, caplog):
        """They are taken as missing, and a warning counts them."""
        frames = months(JANUARY, FEBRUARY, rows=200)
        frame = frames[JANUARY]
        selection = frame["event_time"] >= "2024-01-25"
        frame["colour"] = frame["colour"].mask(selection & (frame["colour"] == "red"), "mauve")
        workspace = versioned(tmp_path, frames, params=changed((", values: [red, green, blue]", "")))
        prepare(workspace)
        card = train(workspace)
        assert card.features.features[2].categories == ("blue", "green", "red")
        assert "categories that training never saw, taken as missing: {'colour': " in caplog.text

    def test_the_matrix_is_the_encoding(self, trained):
        """Rows and labels that are trained on are the prepared ones, in order."""
        part = read_part(trained, "train")
        schema = read_preparation(trained).features
        matrix, labels = train_step._matrix(part, trained.params, schema, drill=False)
        np.testing.assert_array_equal(matrix, encode(part, schema)[0])
        assert labels.tolist() == part["label"].tolist()


class TestMulticlass:
    """A model of classes."""

    def test_the_card(self, classes):
        """Classes in the declared order with their shares in training; the loss is log loss, and true."""
        card = read_card(classes.model_card.read_bytes())
        parts = {name: read_part(classes, name) for name in ("train", "selection")}
        model = load_model(classes.model_bytes.read_bytes(), sha256=card.model_sha256)
        told = card.answers(model.predict(encode(parts["selection"], card.features)[0]))
        labels = [CLASSES.index(label) for label in parts["selection"]["label"]]
        shares = parts["train"]["label"].value_counts(normalize=True)
        assert card.objective == "multiclass"
        assert (card.threshold, card.sets, card.calibration) == (None, None, None)
        assert card.classes == CLASSES
        assert card.class_shares == pytest.approx([shares[one] for one in CLASSES])
        assert card.base_rate == max(card.class_shares)
        loss = -np.log(told[np.arange(len(labels)), labels]).mean()
        assert card.selection_loss == card.selection_log_loss == pytest.approx(loss, rel=1e-5)
        assert loss < -(np.array(card.class_shares) * np.log(card.class_shares)).sum()

    def test_may_be_calibrated_and_have_sets(self, classes, tmp_path):
        """Both are of the selection rows, the sets on calibrated probabilities; the trees are the same."""
        workspace = versioned(tmp_path, class_months(JANUARY, FEBRUARY, rows=200), params=SURE_PARAMS)
        prepare(workspace)
        card, part = train(workspace), read_part(workspace, "selection")
        data = workspace.model_bytes.read_bytes()
        told = load_model(data, sha256=card.model_sha256).predict(encode(part, card.features)[0])
        labels = np.array([CLASSES.index(label) for label in part["label"]], dtype=np.float64)
        assert data == classes.model_bytes.read_bytes()
        assert isinstance(card.calibration, Temperature)
        assert card.calibration == fit_temperature(labels, told)
        assert card.sets == fit_sets(labels, card.calibration.probabilities(told), 0.8)
        assert read_card(card.to_bytes()) == card
        self.scores(Scorer.load(card, data), part)

    def scores(self, scorer, part):
        """A row alone gets what its batch gets: calibrated probabilities, and the classes they leave."""
        batch, _ = scorer.batch(part)
        each = batch[[f"probability_{one}" for one in CLASSES]].to_numpy()
        possible = 1 - each <= scorer.card.sets.most_doubt
        said = [" or ".join(np.array(CLASSES)[one if one.any() else ~one]) for one in possible]
        assert batch["possible_labels"].tolist() == said
        assert len(set(said)) > 3
        rows = part[["x", "z", "colour"]].astype(object)
        rows = rows.where(rows.notna(), None).to_dict("records")
        answers = [scorer.answer(row) for row in rows]
        assert [one["possible_labels"] for one in answers] == said
        assert [one["probability_low"] for one in answers] == batch["probability_low"].tolist()
        assert list(scorer.batch(part.head(0))[0].columns) == list(batch.columns)

    def test_each_round_grows_a_tree_for_each_class(self, classes):
        """The card counts them all."""
        card = read_card(classes.model_card.read_bytes())
        model = load_model(classes.model_bytes.read_bytes(), sha256=card.model_sha256)
        assert card.trees == 3 * model.booster.num_boosted_rounds()

    def test_other_cards_do_not_name_classes(self, trained):
        """A binary model's card keeps its bytes."""
        assert b"class" not in trained.model_card.read_bytes()

    def test_the_same_again(self, classes):
        """Trained twice it is the same bytes."""
        before = classes.model_bytes.read_bytes(), classes.model_card.read_bytes()
        train(classes)
        assert (classes.model_bytes.read_bytes(), classes.model_card.read_bytes()) == before

    def test_classes_that_are_numbers(self, classes, tmp_path):
        """The same rows under other names are the same model; the names are kept as numbers."""
        frames = {period: numbered_frame(period, rows=200) for period in (JANUARY, FEBRUARY)}
        workspace = versioned(tmp_path, frames, params=NUMBERED_PARAMS)
        prepare(workspace)
        assert train(workspace).classes == (10, 20, 30)
        assert workspace.model_bytes.read_bytes() == classes.model_bytes.read_bytes()

    def test_a_drill_shuffles_the_classes(self, classes, tmp_path):
        """Each class keeps its share, and what was learned is gone."""
        workspace = versioned(tmp_path, class_months(JANUARY, FEBRUARY, rows=200), params=CLASS_PARAMS)
        prepare(workspace)
        card = train(workspace, drill=True)
        assert card.class_shares == read_card(classes.model_card.read_bytes()).class_shares
        assert card.selection_loss > 1.0

    @pytest.mark.parametrize(
        ("only", "missing"), [(("low",), "middle, high"), (("low", "high"), "middle")], ids=["one", "two"]
    )
    def test_a_class_without_training_rows(self, tmp_path, only, missing):
        """Its share would be 0, a baseline that any model beats: nothing is trained, and one line says so."""
        frames = class_months(JANUARY, FEBRUARY, rows=200)
        for period, frame in frames.items():
            stranger = ~frame["label"].isin(only) & frame["label"].notna()
            frames[period] = frame.assign(label=frame["label"].mask(stranger, only[0]))
        workspace = versioned(tmp_path, frames, params=CLASS_PARAMS)
        prepare(workspace)
        with pytest.raises(BadInput, match=f"training rows has the label {missing}: widen") as caught:
            train(workspace)
        assert "\n" not in str(caught.value)
        assert not workspace.model.exists()
