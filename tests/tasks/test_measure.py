"""Latency is taken once, as `score` would serve, on however few rows there are."""

import pytest
from data_factories import changed, months, versioned
from factories import PARAMS

from tasks.errors import BadInput, Corrupt
from tasks.evaluate.findings import Measurements
from tasks.measure import measure
from tasks.prepare.step import prepare
from tasks.score import Scorer
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
