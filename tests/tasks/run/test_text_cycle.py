"""A model whose batches come as CSV: the same cycle, and bad text in nobody's way."""

import gzip
from pathlib import Path

import pytest
from factories import MODEL, deliver, small_frame

from tasks.opening import open_ledger
from tasks.run import retrain
from tasks.status import status

JANUARY, FEBRUARY, MARCH = "2024-01", "2024-02", "2024-03"

pytestmark = pytest.mark.usefixtures("paper")


def deliver_text(folder: Path, name: str, data: bytes) -> None:
    """Text where producers put it, in the folder's directory store."""
    target = folder / "store" / "incoming" / MODEL / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)


def text_of(period: str) -> bytes:
    """A month as CSV."""
    return small_frame(period).to_csv(index=False).encode()


class TestText:
    """CSV beside Parquet."""

    @pytest.mark.row("CSV")
    def test_is_judged_like_parquet(self, folder: Path):
        """January as CSV, February as Parquet: one decision."""
        deliver_text(folder, f"{JANUARY}.csv.gz", gzip.compress(text_of(JANUARY)))
        deliver(folder, FEBRUARY)
        outcome = retrain(folder)
        assert (outcome.verdict, outcome.arrived, outcome.rows) == ("promote", (JANUARY, FEBRUARY), 800)
        assert retrain(folder).verdict == "nothing new"

    @pytest.mark.row("hostile CSV")
    def test_that_is_none_is_blocked_and_corrected(self, folder: Path):
        """Told once as blocked and then as still blocked; a good file at the same path takes its place."""
        deliver_text(folder, f"{JANUARY}.csv", text_of(JANUARY) + b'"open,1\n')
        blocked = retrain(folder)
        said = "2024-01: 2024-01.csv: not a readable CSV file"
        assert (blocked.verdict, blocked.arrived) == ("blocked", (JANUARY,))
        assert blocked.headline.startswith(said)
        assert f"still blocked: {said}" in retrain(folder).headline
        assert status(*open_ledger(folder)).blocked[JANUARY].startswith(said)
        deliver_text(folder, f"{JANUARY}.csv", text_of(JANUARY))
        assert retrain(folder).verdict == "waiting"
        assert status(*open_ledger(folder)).blocked == {}

    def test_that_is_none_does_not_hold_up_the_good(self, folder: Path):
        """Two good months beside it are judged, and the outcome names it."""
        deliver(folder, JANUARY)
        deliver(folder, FEBRUARY)
        deliver_text(folder, f"{MARCH}.csv", b"")
        outcome = retrain(folder)
        assert outcome.holdout == (FEBRUARY,)
        assert outcome.blocked == ("2024-03: 2024-03.csv: empty: expected a CSV file with a header",)
