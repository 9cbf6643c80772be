"""Same inputs give the same bytes, the model is what early stopping chose, and no stranger is parsed."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tasks.documents import digest
from tasks.errors import Corrupt
from tasks.evaluate.binary import log_loss_rows
from tasks.params import TrainParams
from tasks.train.booster import Fitted, Matrix, fit, load_model

SETTINGS = TrainParams(seed=7, rounds=40, early_stopping_rounds=5, max_depth=3, learning_rate=0.5)
TYPES = ["q", "c", "q"]
ROOT = Path(__file__).parents[3]


def rows(seed: int, count: int = 400) -> tuple[Matrix, np.ndarray]:
    """A number, a category of four and a number with gaps; labels follow the first two."""
    draw = np.random.default_rng(seed)
    matrix = draw.normal(size=(count, 3)).astype(np.float32)
    matrix[:, 1] = draw.integers(0, 4, count)
    matrix[draw.random(count) < 0.2, 2] = np.nan
    odds = 1.5 * matrix[:, 0] + np.array([-1, 0, 0, 1])[matrix[:, 1].astype(int)]
    return matrix, (draw.random(count) < 1 / (1 + np.exp(-odds))).astype(np.float64)


def fitted(train_settings: TrainParams = SETTINGS) -> Fitted:
    return fit(rows(1), rows(2, 150), TYPES, train_settings)


@pytest.fixture(scope="module")
def model() -> Fitted:
    """One fitted model; nothing changes it."""
    return fitted()


class TestSameInputsSameBytes:
    """A candidate's identity is its bytes."""

    @pytest.mark.parametrize("cores", [1, 2, 5])
    def test_whatever_the_number_of_threads(self, model, monkeypatch, cores):
        """One thread, two or five: the same bytes, also with sampling of rows and columns."""
        monkeypatch.setattr(os, "cpu_count", lambda: cores)
        assert fitted().data == model.data

    def test_sampling_follows_the_seed(self):
        """With subsampling the seed decides: one seed one model, another seed another."""
        sampled = SETTINGS.model_copy(update={"subsample": 0.6, "colsample_bytree": 0.7})
        first, again = fitted(sampled), fitted(sampled)
        other = fitted(sampled.model_copy(update={"seed": 8}))
        assert first.data == again.data
        assert first.data != other.data

    def test_in_processes_of_their_own(self, model):
        """Two interpreters with one and two OpenMP threads write the bytes of this one."""
        code = (
            "import sys; sys.path.insert(0, sys.argv[1]); import test_booster as t; "
            "print(t.digest(t.fitted().data))"
        )
        started = [
            subprocess.Popen(
                [sys.executable, "-c", code, str(Path(__file__).parent)],
                env={**os.environ, "OMP_NUM_THREADS": threads},
                cwd=ROOT,
                stdout=subprocess.PIPE,
                text=True,
            )
            for threads in ("1", "2")
        ]
        told = [process.communicate(timeout=120)[0].strip() for process in started]
        assert told == [digest(model.data)] * 2


class TestEarlyStopping:
    """The bytes hold the trees that selection chose, and no more."""

    def test_trees_after_the_best_are_cut_off(self, model):
        """There are fewer trees than rounds, and the model has exactly as many as it says."""
        assert 0 < model.trees < SETTINGS.rounds
        assert load_model(model.data, sha256=digest(model.data)).booster.num_boosted_rounds() == model.trees

    def test_the_told_loss_is_that_of_these_trees(self, model):
        """The selection's log loss is what the kept trees give on it."""
        matrix, labels = rows(2, 150)
        loss = log_loss_rows(labels, model.model.predict(matrix)).mean()
        assert loss == pytest.approx(model.selection_loss, rel=1e-5)

    def test_all_rounds_may_be_the_best(self):
        """Where the last round is the best, all trees stay."""
        short = SETTINGS.model_copy(update={"rounds": 2, "learning_rate": 0.1})
        assert fitted(short).trees == 2

    def test_selection_moves_no_bin(self):
        """The bins are those of training rows: with one round, selection changes not a byte."""
        once = SETTINGS.model_copy(update={"rounds": 1})
        first = fit(rows(1), rows(2), TYPES, once)
        matrix, labels = rows(3)
        second = fit(
            rows(1), (matrix * np.float32(1.0) + np.array([50, 0, 9], np.float32), labels), TYPES, once
        )
        assert first.data == second.data


class TestPrediction:
    """The same whatever the number of rows and threads."""

    def test_loaded_equals_fitted(self, model):
        """A model read back answers to the bit as the one that was written."""
        matrix, _ = rows(4)
        loaded = load_model(model.data, sha256=digest(model.data))
        np.testing.assert_array_equal(loaded.predict(matrix), model.model.predict(matrix))

    def test_one_row_with_one_thread(self, model):
        """Row by row with one thread gives the batch's probabilities to the bit."""
        matrix, _ = rows(4, 50)
        single = [model.model.predict(matrix[n : n + 1], threads=1)[0] for n in range(50)]
        np.testing.assert_array_equal(single, model.model.predict(matrix))

    def test_probabilities(self, model):
        """Answers are float64 between 0 and 1, one a row; no rows have none."""
        found = model.model.predict(rows(4)[0])
        assert found.dtype == np.float64
        assert ((found > 0) & (found < 1)).all()
        assert model.model.predict(np.empty((0, 3), np.float32)).shape == (0,)


class TestStrangers:
    """Bytes are hashed before they are parsed; what is no model is an error, not a crash."""

    def test_another_hash_is_not_parsed(self, model, monkeypatch):
        """Where the hash differs, XGBoost is not even asked."""
        import xgboost

        monkeypatch.setattr(
            xgboost, "Booster", lambda: pytest.fail("bytes were parsed before their hash matched")
        )
        with pytest.raises(Corrupt, match="not loaded"):
            load_model(model.data + b" ", sha256=digest(model.data))

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"garbage",
            b"{}",
            b'{"learner": 1}',
            b"\0" * 100,
            b"<html>",
            b"{L",
            b"\x80\x04\x95.",
            b"binf" * 9,
        ],
        ids=["none", "words", "json", "json model", "zeros", "html", "two bytes", "pickle", "old binary"],
    )
    def test_garbage_with_the_right_hash(self, data):
        """Other formats and no bytes at all are `Corrupt`; on none, XGBoost itself would end the process."""
        with pytest.raises(Corrupt, match=r"expected UBJ|cannot read it"):
            load_model(data, sha256=digest(data))

    @given(share=st.floats(0, 0.999))
    def test_a_model_cut_short(self, model, share):
        """A model's first bytes without its last are `Corrupt`, and never given to XGBoost's parser."""
        data = model.data[: int(len(model.data) * share)]
        assume(not data.endswith(b"}"))
        with pytest.raises(Corrupt, match="expected UBJ"):
            load_model(data, sha256=digest(data))

    def test_a_message_that_is_no_text(self, model):
        """Where XGBoost quotes bytes that are no text in its complaint, it is `Corrupt` all the same."""
        at = model.data.index(b"learner")
        data = model.data[:at] + b"\xff\xfe\xfd" + model.data[at + 3 :]
        with pytest.raises(Corrupt):
            load_model(data, sha256=digest(data))
