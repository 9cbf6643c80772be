"""The table of metrics: by name, and which of them every decision tells."""

import pytest

from tasks.evaluate.metrics import METRICS, shown
from tasks.objectives import OBJECTIVES


class TestTable:
    """Metrics by name."""

    def test_names_are_their_keys(self):
        """Each is found under its own name."""
        assert all(name == metric.name for name, metric in METRICS.items())

    @pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=OBJECTIVES)
    def test_an_objective_shows_some_and_its_loss(self, objective):
        """What trains a model is always told of it."""
        assert set(shown(objective)) == set(objective.shown)
        assert objective.loss in shown(objective)
