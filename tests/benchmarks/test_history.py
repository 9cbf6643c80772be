"""What one more batch costs is measured on batches that pass, and runs that decide."""

import pytest
from benchmarks import history
from benchmarks.history import measure_history, measure_runs
from rich.console import Console

QUIET = Console(quiet=True)


@pytest.fixture(autouse=True)
def _few(monkeypatch):
    monkeypatch.setattr(history, "MANY", 24)


def test_history():
    """What one more batch costs among many is told against the same among few."""
    found = {one.name: one for one in measure_history(1, QUIET, rows=100)}
    assert found["one_batch_among_200"].value > 0
    assert "among 2" in found["one_batch_among_200"].unit


@pytest.mark.long
def test_runs():
    """A whole run decides, among many and among few, and asks no more of S3 among many."""
    found = {one.name: one for one in measure_runs(1, QUIET, rows=2_000)}
    assert found["one_run_among_200"].value > 0
    assert found["one_run_among_200_seconds"].rows == 2_000
    few, many = (found[f"requests_of_run_among_{count}"].value for count in (4, 200))
    assert abs(many - few) <= 6
    assert found["requests_of_nothing_new_among_200"].value < few / 3
