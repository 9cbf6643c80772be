"""A figure holds only if it was measured and reaches its goal."""

import json

import pytest
from benchmarks.figures import Figure, publish

GOALS = """
[bench.speed]
goal = "<= 2.0"
[bench.rows]
goal = ">= 10"
[simulate.other]
goal = "<= 1"
"""


def figure(name: str, value: float | None) -> Figure:
    return Figure(name, value, "x", rows=5, seconds=0.1, against="a plain loop")


class TestPublish:
    """The one function that judges and writes."""

    @pytest.mark.parametrize(
        ("value", "holds"), [(1.9, True), (2.0, True), (2.1, False), (None, False), (float("nan"), False)]
    )
    def test_holds_is_the_goals_comparison(self, tmp_path, value, holds):
        """At the goal holds; beyond it, no value or NaN does not."""
        written = run(tmp_path, {"whole": [figure("speed", value), figure("rows", 12), figure("free", 7)]})
        speed, rows, free = written["bench-whole.json"]
        assert (speed["holds"], rows["holds"], free["holds"], free["goal"]) == (holds, True, None, None)
        assert set(speed) == {
            "name", "value", "unit", "goal", "holds", "rows", "seconds", "versions", "against",
        }  # fmt: skip

    def test_a_goal_without_a_figure_fails(self, tmp_path):
        """What was not measured is written as not holding, and goes away once it is measured."""
        (lost,) = run(tmp_path, {"whole": [figure("speed", 1)]})["bench-missing.json"]
        assert (lost["name"], lost["value"], lost["holds"]) == ("rows", None, False)
        assert "bench-missing.json" not in run(tmp_path, {"whole": [figure("speed", 1), figure("rows", 12)]})


def run(folder, tables):
    goals = folder / "goals.toml"
    goals.write_text(GOALS)
    publish("bench", tables, goals=goals, into=folder)
    return {path.name: json.loads(path.read_text()) for path in folder.glob("*.json")}
