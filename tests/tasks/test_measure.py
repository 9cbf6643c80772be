"""Latency is taken once, as `score` would serve, on however few rows; the training's time is `train`'s."""

import pytest
from data_factories import changed, months, versioned
from factories import PARAMS

from tasks.errors import BadInput, Corrupt
from tasks.evaluate.findings import Measurements
from tasks.measure import measure
from tasks.prepare.step import prepare
from tasks.score import Scorer
from tasks.train.card import Training, read_card
from tasks.train.step import train
from tasks.workspace import Workspace


def trained(parent, params: str = PARAMS) -> Workspace:
    workspace = versioned(parent, months("2024-01", "2024-02", rows=110), params=params)
    prepare(workspace)
    train(workspace)
    return workspace


class TestMeasurements:
    """Positive, ordered, and of as many calls as declared."""

    def test_what_is_written(self, tmp_path):
        """The file holds what is returned: finite latencies, the 95th percentile not below the median."""
        workspace = trained(tmp_path)
        found = measure(workspace)
        assert Measurements.model_validate_json(workspace.measurements.read_bytes()) == found
        assert 0 < found.one_row_p50_ms <= found.one_row_p95_ms
        assert found.batch_rows_per_second > 0
        assert found.model_bytes == len(workspace.model_bytes.read_bytes())
        assert found.one_row_calls == 10

    def test_fewer_rows_than_calls(self, tmp_path, monkeypatch):
        """With a holdout smaller than the declared calls its rows are asked again, each as one row."""
        asked = []
        one = Scorer.one
        monkeypatch.setattr(Scorer, "one", lambda self, row: asked.append(row) or one(self, row))
        found = measure(trained(tmp_path, changed(("rows: 10\n  warmup: 2", "rows: 150\n  warmup: 120"))))
        assert found.one_row_calls == 150
        assert len(asked) == 270
        assert set(asked[0]) == {"x", "z", "colour"}


class TestTheTimeOfTraining:
    """It is that of the training which made this model, whoever measures, and whenever."""

    def test_is_what_train_has_left(self, tmp_path):
        """Measured again, without a training, it is the same time, and never nothing."""
        workspace = trained(tmp_path)
        told = Training.parse(workspace.training.read_bytes())
        assert told.seconds > 0
        assert [measure(workspace).training_seconds for _ in range(2)] == [told.seconds] * 2
        assert Measurements.parse(workspace.measurements.read_bytes()).training_seconds == told.seconds

    def test_is_unknown_where_nobody_left_it(self, tmp_path, caplog):
        """A folder whose model came without it measures the rest, and does not name it."""
        workspace = trained(tmp_path)
        workspace.training.unlink()
        assert measure(workspace).training_seconds is None
        assert b"training" not in workspace.measurements.read_bytes()
        assert "training.json is not there: how long the training took is not known" in caplog.text

    def test_of_another_model_is_not_taken(self, tmp_path, caplog):
        """What it took to make another candidate says nothing about this one."""
        workspace = trained(tmp_path)
        other = Training(candidate="a" * 64, seconds=0.0)
        workspace.training.write_bytes(other.to_bytes())
        assert measure(workspace).training_seconds is None
        assert f"tells of candidate {'a' * 12}, and the model is " in caplog.text

    @pytest.mark.parametrize("seconds", [b"-1", b"null", b'"fast"', b"NaN"])
    def test_that_is_none_is_refused(self, tmp_path, seconds):
        """A time that no training can have taken is a damaged document."""
        workspace = trained(tmp_path)
        card = read_card(workspace.model_card.read_bytes())
        text = b'{"candidate": "%s", "seconds": %s}' % (card.candidate.encode(), seconds)
        workspace.training.write_bytes(text)
        with pytest.raises(Corrupt, match=r"training\.json"):
            measure(workspace)


class TestBadStates:
    """What cannot be measured says why."""

    def test_before_train(self, tmp_path):
        """Without a model the message says which step to run."""
        workspace = versioned(tmp_path, months("2024-01", "2024-02", rows=110))
        prepare(workspace)
        with pytest.raises(BadInput, match="train has not run here yet"):
            measure(workspace)

    def test_other_bytes(self, tmp_path):
        """Model bytes that are not the card's are not loaded."""
        workspace = trained(tmp_path)
        workspace.model_bytes.write_bytes(b"{L}")
        with pytest.raises(Corrupt, match="not loaded"):
            measure(workspace)
