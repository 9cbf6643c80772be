"""Latency, size and cost are met or not, by what was measured once."""

import pytest
from data_factories import declared, one_part
from judgements import CONTRACT, interval

from tasks.decide.contract import judge
from tasks.evaluate.findings import Measurements

TAKEN = Measurements(
    one_row_p50_ms=1.0,
    one_row_p95_ms=3.0,
    one_row_calls=10,
    batch_rows_per_second=1e5,
    model_bytes=2000,
    training_seconds=900.0,
)
COST = {"kind": "training_cost", "price_per_hour": 8.0, "currency": "USD"}


class TestMeasured:
    """Latency, size and cost are met or not, by what was measured once."""

    @pytest.mark.parametrize(
        ("settings", "verdict", "words"),
        [
            ({"kind": "latency", "milliseconds": 3.1}, "pass", "latency: 3 milliseconds, below 3.1"),
            ({"kind": "latency", "milliseconds": 2.9}, "fail", "latency: 3 milliseconds, not below 2.9"),
            ({"kind": "latency", "milliseconds": 3.0}, "fail", "latency: 3 milliseconds, not below 3"),
            (
                {"kind": "latency", "milliseconds": 2.0, "percentile": 50},
                "pass",
                "latency: 1 milliseconds, below 2",
            ),
            (
                {"kind": "latency", "milliseconds": 1.0, "percentile": 50},
                "fail",
                "latency: 1 milliseconds, not below 1",
            ),
            ({"kind": "size", "bytes": 2001}, "pass", "size: 2,000 bytes, below 2,001"),
            ({"kind": "size", "bytes": 2000}, "fail", "size: 2,000 bytes, not below 2,000"),
            # A quarter of an hour, at 8 an hour.
            (COST | {"threshold": 2.01}, "pass", "training cost: 2 USD, below 2.01"),
            (COST | {"threshold": 2.0}, "fail", "training cost: 2 USD, not below 2"),
            (COST | {"threshold": 0.5}, "fail", "training cost: 2 USD, not below 0.5"),
        ],
    )
    def test_below_the_limit(self, settings, verdict, words):
        """Below it passes; the limit itself does not. Rows as such say the same."""
        found = judge(declared(**settings), CONTRACT, None, TAKEN)
        assert (found.verdict, found.row_level, found.words) == (verdict, verdict, words)
        assert found.measured == pytest.approx(float(words.split(": ")[1].split()[0].replace(",", "")))
        assert (found.required < 0, found.level, found.interval, found.parts) == (True, None, None, 0)

    @pytest.mark.parametrize(
        "settings",
        [
            {"kind": "latency", "milliseconds": 99.0},
            {"kind": "size", "bytes": 10**9},
            COST | {"threshold": 1e9},
        ],
    )
    def test_without_a_measurement(self, settings):
        """What was not measured passes nothing, however generous the limit."""
        found = judge(declared(**settings), CONTRACT, None)
        assert (found.verdict, found.row_level, found.measured) == ("undecided", "undecided", None)
        name = settings["kind"].replace("_", " ")
        assert found.words == f"{name}: could not be checked: nothing was measured"

    def test_a_training_whose_time_nobody_knows(self):
        """It cost something and not nothing: undecided, however generous the limit."""
        clause = declared(**COST, threshold=1e9)
        found = judge(clause, CONTRACT, None, TAKEN.model_copy(update={"training_seconds": None}))
        assert (found.verdict, found.row_level, found.measured) == ("undecided", "undecided", None)
        wanted = "could not be checked: how long the training of this model took is not known here"
        assert found.words == f"training cost: {wanted}"

    def test_evidence_of_rows_changes_nothing(self):
        """A size is a size, whatever an interval says."""
        clause = declared(kind="size", bytes=1)
        assert judge(clause, CONTRACT, one_part(interval(0.5, 0.6)), TAKEN).verdict == "fail"
