"""Which rows a plan counts, and what it says of batches that it cannot count."""

from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from data_factories import changed
from factories import PARAMS, deliver, parquet, small_folder, small_frame

from tasks.errors import BadInput, Refused
from tasks.intake import intake, update_catalogue
from tasks.opening import open_ledger
from tasks.plan.assumed import Traffic
from tasks.plan.traffic import read_traffic
from tasks.validate.result import rules_hash

JANUARY, FEBRUARY = "2024-01", "2024-02"


@pytest.fixture(autouse=True)
def _own_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVERGREEN_STORE", raising=False)


def arrived(parent: Path, params: str = PARAMS, **frames: pd.DataFrame) -> Traffic:
    """The traffic of a folder in which these months have arrived and were acknowledged."""
    folder = small_folder(parent, params=params)
    for month, frame in frames.items():
        deliver(folder, f"2024-{month[1:]}", parquet(frame))
    home, ledger = open_ledger(folder)
    intake(home.params, ledger.store)
    return read_traffic(ledger.store, home.params)


class TestWhichRows:
    """Those that could judge a model."""

    def test_labelled_in_time_and_not_excluded(self, tmp_path):
        """Void rows have no label; one whose label came a day and more after its month is left out."""
        frame = small_frame(JANUARY)
        late = frame["label"].notna().to_numpy().nonzero()[0][:7]
        frame.loc[late[:3], "label_known_at"] = pd.Timestamp("2024-02-02 00:00:01", tz="UTC")
        frame.loc[late[3:], "label_known_at"] = pd.Timestamp("2024-02-02 00:00:00", tz="UTC")
        found = arrived(tmp_path, m01=frame)
        assert len(found.labels) == int((frame["state"] == "done").sum()) - 3
        assert found.periods == (JANUARY,)

    def test_in_a_file_whose_index_was_the_cluster(self, tmp_path):
        """pandas writes which columns were its index; it is a column all the same."""
        folder, sink = small_folder(tmp_path), BytesIO()
        small_frame(JANUARY).set_index("day").to_parquet(sink)
        deliver(folder, JANUARY, sink.getvalue())
        home, ledger = open_ledger(folder)
        intake(home.params, ledger.store)
        found = read_traffic(ledger.store, home.params)
        assert len(set(found.clusters.tolist())) == small_frame(JANUARY)["day"].nunique()

    def test_excluded_rows_with_a_label_do_not_count(self, tmp_path):
        """What excludes a row does so whether it has a label or not."""
        frame = small_frame(JANUARY)
        before = int(frame["label"].notna().sum())
        done = frame["label"].notna().to_numpy().nonzero()[0][:5]
        frame.loc[done, "state"] = "void"
        assert len(arrived(tmp_path, m01=frame).labels) == before - 5

    def test_clusters_go_on_from_batch_to_batch(self, tmp_path):
        """A cluster that two batches share is one; a missing one is a cluster as well."""
        first, second = small_frame(JANUARY), small_frame(FEBRUARY)
        second["day"] = second["day"].str.replace(FEBRUARY, JANUARY)
        second.loc[0, "day"] = None
        found = arrived(tmp_path, m01=first, m02=second)
        assert len(set(found.clusters.tolist())) == first["day"].nunique() + 1
        assert found.periods == (JANUARY, FEBRUARY)

    def test_only_batches_of_the_window(self, tmp_path):
        """With a window of two periods the two newest are counted."""
        frames = {f"m{month:02d}": small_frame(f"2024-{month:02d}") for month in (1, 2, 3)}
        params = changed(("max_periods: 12", "max_periods: 2"))
        assert arrived(tmp_path, params, **frames).periods == (FEBRUARY, "2024-03")


class TestWithoutBatches:
    """Nothing has arrived, or nothing good."""

    def test_it_says_what_to_do(self, tmp_path):
        """One line with the place where producers put batches and the command after it."""
        home, ledger = open_ledger(small_folder(tmp_path))
        with pytest.raises(Refused, match=r"no batch either.*incoming/small/.*`evergreen intake`") as said:
            read_traffic(ledger.store, home.params)
        assert "\n" not in str(said.value)

    def test_blocked_batches_are_none(self, tmp_path):
        """A batch that validation has refused is not planned from."""
        folder = small_folder(tmp_path)
        deliver(folder, JANUARY)
        home, ledger = open_ledger(folder)
        (one,) = intake(home.params, ledger.store).new
        rules = rules_hash(home.params)
        update_catalogue(
            ledger.store, "small", lambda found: found.with_verdicts((), {one.file: "bad"}, rules)
        )
        with pytest.raises(Refused, match="no batch either"):
            read_traffic(ledger.store, home.params)


class TestBadBatches:
    """They have been taken in and not yet validated."""

    def test_bytes_that_are_no_table(self, tmp_path):
        """The batch is named, in one error of bad input."""
        folder = small_folder(tmp_path)
        deliver(folder, JANUARY, b"PAR1 but nothing else PAR1")
        home, ledger = open_ledger(folder)
        intake(home.params, ledger.store)
        with pytest.raises(BadInput, match="batch 2024-01: expected a Parquet file that can be read"):
            read_traffic(ledger.store, home.params)

    def test_a_missing_column(self, tmp_path):
        """The columns are named."""
        with pytest.raises(BadInput, match="batch 2024-01: expected columns day, label, as prepare"):
            arrived(tmp_path, m01=small_frame(JANUARY).drop(columns=["day", "label"]))

    @pytest.mark.parametrize("wrong", [2, -1, 0.5, "yes", True])
    def test_labels_that_are_neither(self, tmp_path, wrong):
        """They are counted; words are as wrong as numbers. True is 1."""
        frame = small_frame(JANUARY)
        frame["label"] = [wrong if one == 1 else None for one in frame["label"].fillna(0)]
        ones = int(frame["label"].notna().sum())
        if wrong is True:
            assert arrived(tmp_path, m01=frame).labels.tolist() == [1.0] * ones
            return
        with pytest.raises(BadInput, match=f"batch 2024-01: label: expected 0 or 1, found {ones} of {ones}"):
            arrived(tmp_path, m01=frame)

    def test_times_that_are_none(self, tmp_path):
        """A label whose time cannot be read was not known in time: no row is left, and no error."""
        frame = small_frame(JANUARY).assign(label_known_at="soon")
        assert len(arrived(tmp_path, m01=frame).labels) == 0
