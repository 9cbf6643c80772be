"""Every goal of `make simulate`, at full size."""

import tomllib
from functools import cache

import pytest
from benchmarks.figures import GOALS, publish
from simulations.measured import Measured
from simulations.run import TABLES

SEED = 20130101
NAMES = list(tomllib.loads(GOALS.read_text())["simulate"])


@cache
def measured(name: str) -> Measured:
    """A table at full size, once."""
    return TABLES[name](SEED, quick=False, tell=print)


@pytest.mark.long
@pytest.mark.timeout(10_800)
class TestGoals:
    """All tables take about 90 minutes of a processor."""

    @pytest.mark.parametrize("goal", NAMES)
    def test_holds(self, goal):
        """As the figures that `make simulate` writes are judged; they are left in build/figures, too."""
        tables = {name: measured(name).figures for name in TABLES}
        (found,) = [one for one in publish("simulate", tables) if one["name"] == goal]
        assert found["holds"], found
