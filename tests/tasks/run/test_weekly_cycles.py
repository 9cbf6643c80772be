"""A model whose batches are weeks, over the turn of a year of 53 weeks: cycles, and what people ask after."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from commands import Said, evergreen
from data_factories import changed, on_paper
from factories import MODEL, deliver, parquet, small_folder, small_frame

from tasks.run import Outcome, retrain

FIRST = ("2015-W49", "2015-W50", "2015-W51", "2015-W52")
TURN = ("2015-W53", "2016-W01", "2016-W02")
HOSTILE = ("2013-W54", "2013-W00", "2013W15", "2013-w15", "2014-W53", "2013-04")
WEEKLY = changed(
    ("period: month", "period: week"),
    ("timezone: UTC", "timezone: America/New_York"),
    ("holdout_periods: 1", "holdout_periods: 3"),
    ("min_periods: 2", "min_periods: 4"),
    ("selection_days: 7", "selection_days: 3"),
    ("  rows: {min: 100, max: 5000}", "  rows: {min: 100, max: 5000}\n  quarantine: {max_share: 0.05}"),
)


def a_week(period: str, *, moved: float = 0.0) -> bytes:
    """400 rows from a Monday's midnight in New York to the next, one of which breaks a rule of rows."""
    monday = datetime.strptime(f"{period}-1", "%G-W%V-%u").replace(tzinfo=UTC)
    frame = small_frame("2015-01", monday.toordinal(), clusters=7)
    shift = pd.Timestamp(monday) + pd.Timedelta(hours=5) - pd.Timestamp("2015-01-01", tz="UTC")
    for name in ("event_time", "label_known_at", "known_at"):
        frame[name] += shift
    local = frame["event_time"].dt.tz_convert("America/New_York")
    ids = [f"{period}-{n:05d}" for n in range(len(frame))]
    x = (frame["x"] + moved).clip(-9, 9).where(frame.index != 7, 99.0)
    return parquet(frame.assign(row_id=ids, day=local.dt.strftime("%Y-%m-%d"), x=x))


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Outcome]]:
    """Four weeks that made a champion, then one by one those over the turn of the year. Read only."""
    folder = small_folder(tmp_path_factory.mktemp("weekly"), params=WEEKLY)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("EVERGREEN_STORE", raising=False)
        on_paper(patch)
        for period in FIRST:
            deliver(folder, period, a_week(period))
        for name in HOSTILE:
            deliver(folder, name, b"")
        outcomes = [retrain(folder)]
        for period in TURN:
            deliver(folder, period, a_week(period, moved=2.0 * (period == TURN[-1])))
            outcomes.append(retrain(folder))
    return folder, outcomes


def asked(folder: Path, *arguments: object) -> Said:
    """What a command says of the folder, done."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("EVERGREEN_STORE", raising=False)
        said = evergreen(*arguments, "--folder", folder)
    assert said.status == 0, said.err
    return said


class TestCycles:
    """Windows, holdouts and waiting, in weeks."""

    def test_judge_the_newest_weeks_in_the_order_of_time(self, played: tuple[Path, list[Outcome]]) -> None:
        """2015-W53 comes before 2016-W01, and the holdout over the turn of the year is whole."""
        first, *between, second = played[1]
        assert (first.verdict, first.holdout, first.arrived) == ("promote", FIRST[1:], FIRST)
        assert second.holdout == TURN
        assert second.verdict in ("promote", "keep", "undecided")
        assert [one.blocked for one in played[1]] == [()] * 4
        assert [one.verdict for one in between] == ["exhausted"] * 2

    def test_say_which_week_ends_the_waiting(self, played: tuple[Path, list[Outcome]]) -> None:
        """Three weeks that were not asked yet: by name, with the day their labels are known."""
        assert "when 2016-W02 has arrived, with its labels by 2016-01-19" in played[1][1].headline

    def test_tell_drift_of_the_newest_week(self, played: tuple[Path, list[Outcome]]) -> None:
        """Its `x` is higher by two."""
        told = played[1][-1].drift
        assert told is not None
        assert (told.newest, told.columns[0].column) == ("2016-W02", "x")


class TestCommands:
    """Whatever takes or tells a period."""

    def test_status_names_what_is_no_week(self, played: tuple[Path, list[Outcome]]) -> None:
        """Left alone, each of them; what weeks are called stands beside."""
        found = asked(played[0], "status", "--json").document
        assert found["accepted"] == [*FIRST, *TURN]
        assert found["misnamed"] == sorted(f"incoming/{MODEL}/{name}.parquet" for name in HOSTILE)
        assert "2013-W15 for weeks" in " ".join(asked(played[0], "status").out.split())

    def test_quarantine_is_kept_and_shown_by_week(self, played: tuple[Path, list[Outcome]]) -> None:
        """One row of 2015-W53."""
        listed = asked(played[0], "quarantine", "list", "--json").document["batches"]
        assert [one["period"] for one in listed] == [*FIRST, *TURN]
        assert listed[4]["key"].startswith(f"quarantine/{MODEL}/2015-W53.")
        assert "2015-W53-00007" in asked(played[0], "quarantine", "show", "2015-W53").out

    def test_a_plan_counts_weeks(self, played: tuple[Path, list[Outcome]]) -> None:
        """From the labels alone as from the evidence of a decision."""
        assert "clusters a week" in " ".join(asked(played[0], "plan", "--differ", "0.3").out.split())
        assert "weeks" in asked(played[0], "plan").out

    def test_a_decision_comes_back(self, played: tuple[Path, list[Outcome]], tmp_path: Path) -> None:
        """Its batches by their weeks."""
        back = tmp_path / "back"
        asked(played[0], "checkout", "4", back)
        names = sorted(one.name.partition(".")[0] for one in (back / "data" / "batches").glob("*.parquet"))
        assert names == [*FIRST]

    def test_pages_and_proposals_know_weeks(self, played: tuple[Path, list[Outcome]], tmp_path: Path) -> None:
        """The heat map has a column for each; a proposal rests on the first three."""
        asked(played[0], "drift", "--page", tmp_path / "drift.html")
        assert ">2016-W02</th>" in (tmp_path / "drift.html").read_text()
        asked(played[0], "docs", "--page", tmp_path / "docs.html")
        assert ">2015-W53<" in (tmp_path / "docs.html").read_text()
        assert asked(played[0], "propose", "--json").document["batches"] == [*FIRST[:3]]
