"""A file's profile counts every row once, block by block, as the model gets to see it."""

import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from class_factories import CLASS_PARAMS, NUMBERED_PARAMS, class_frame, numbered_frame
from data_factories import small_params
from factories import parquet, small_frame

from tasks.errors import BadInput, Corrupt
from tasks.params import parse_params
from tasks.profile import rows as module
from tasks.profile.rows import profile_file

PARAMS = small_params()


def profiled(frame, name="batch"):
    return profile_file(parquet(frame), PARAMS, name)


@pytest.fixture(scope="module")
def frame():
    return small_frame("2024-03")


class TestAFile:
    def test_counts_what_is_there(self, frame):
        """Rows, missing values, mean, spread, categories and labels are those of the frame."""
        found = profiled(frame)
        z = frame["z"].dropna()
        assert found.rows == 400
        assert found.columns["z"].nulls == frame["z"].isna().sum() > 0
        assert found.columns["z"].moments.mean == pytest.approx(z.mean())
        assert found.columns["z"].moments.deviation == pytest.approx(z.std(ddof=0))
        assert found.columns["colour"].categories.counts == frame["colour"].value_counts().to_dict()
        assert found.labels.total == frame["label"].notna().sum()
        assert found.labels.mean().estimate == pytest.approx(frame["label"].mean())

    def test_in_blocks_is_the_same(self, frame, monkeypatch):
        """However few rows are in memory at once."""
        whole = profiled(frame)
        monkeypatch.setattr(module, "BLOCK", 37)
        blocks = profiled(frame)
        assert blocks.labels == whole.labels
        assert blocks.columns["x"].histogram == whole.columns["x"].histogram
        assert blocks.columns["x"].moments.mean == pytest.approx(whole.columns["x"].moments.mean)
        assert blocks.columns["colour"] == whole.columns["colour"]

    @pytest.mark.parametrize("rows", [1 << 17, 37])
    def test_rows_in_quarantine_are_left_out(self, frame, monkeypatch, rows):
        """The profile is that of a file in which they never were, however few rows are in memory at once."""
        monkeypatch.setattr(module, "BLOCK", rows)
        bad = frame.assign(x=frame["x"].where(~frame.index.isin([3, 4, 5, 36, 37, 399]), 9999.0))
        found = profile_file(parquet(bad), PARAMS, "batch", "3-5 36-37 399")
        other = profiled(frame.drop(index=[3, 4, 5, 36, 37, 399]))
        assert (found.rows, found.labels) == (394, other.labels)
        assert found.columns["x"].histogram == other.columns["x"].histogram
        assert found.columns["colour"] == other.columns["colour"]

    @pytest.mark.parametrize("lost", ["3-5", "0-2", "0-5"])
    def test_a_block_without_a_row_that_counts(self, frame, monkeypatch, lost):
        """Rows that fill a block, the last one or each, leave the others as they are."""
        monkeypatch.setattr(module, "BLOCK", 3)
        first, last = (int(one) for one in lost.split("-"))
        found = profile_file(parquet(frame.head(6)), PARAMS, "batch", lost)
        others = frame.head(6).drop(index=range(first, last + 1))
        assert found == profiled(others)
        assert found.rows == len(others)

    def test_without_a_row_that_it_lacks(self, frame):
        """Row 400 of 400 rows, counted from 0, is none: the report is of another batch."""
        with pytest.raises(Corrupt, match="expected ascending row numbers below 400"):
            profile_file(parquet(frame), PARAMS, "batch", "3 400")

    def test_encodings_do_not_matter(self, frame):
        """Categories as a dictionary and numbers in single precision profile as the same values."""
        other = frame.assign(colour=frame["colour"].astype("category"))
        assert profiled(other).columns == profiled(frame).columns
        single = profiled(frame.assign(x=frame["x"].astype("float32"))).columns["x"].moments.mean
        assert single == pytest.approx(frame["x"].mean(), rel=1e-5)

    def test_time_zones_and_units_do_not_matter(self, frame):
        """The same instants, told in New York to the nanosecond, hide the same values."""
        elsewhere = (
            frame["known_at"].dt.tz_convert("America/New_York").astype("datetime64[ns, America/New_York]")
        )
        late = elsewhere.mask(np.arange(400) < 7, elsewhere + pd.Timedelta(days=1))
        assert profiled(frame.assign(known_at=elsewhere)) == profiled(frame)
        assert profiled(frame.assign(known_at=late)).columns["x"].nulls == 7

    def test_never_beside_nanoseconds(self, frame):
        """A value that becomes known in the year 9999 is missing, however its event's time is stored."""
        never = frame["known_at"].mask(np.arange(400) < 7, pd.Timestamp("9999-12-31", tz="UTC"))
        fine = frame["event_time"].astype("datetime64[ns, UTC]")
        assert profiled(frame.assign(known_at=never, event_time=fine)).columns["x"].nulls == 7

    def test_yes_and_no_are_numbers(self, frame):
        """A boolean feature is 1 and 0, and so is a boolean label."""
        found = profiled(frame.assign(x=frame["x"] > 0, label=frame["label"].astype("boolean")))
        assert found.columns["x"].moments.mean == (frame["x"] > 0).mean()
        assert found.labels == profiled(frame).labels

    def test_a_value_known_after_its_event_is_missing(self, frame):
        """As in training: what was not known when the question was asked is not what the model sees."""
        late = frame.assign(known_at=frame["known_at"] + pd.Timedelta(hours=2))
        assert profiled(late).columns["x"].nulls == 400
        unknown = frame.assign(known_at=frame["known_at"].mask(np.arange(400) < 5))
        assert profiled(unknown).columns["colour"].nulls == 5

    def test_excluded_rows_are_features_and_no_labels(self, frame):
        """A label of a row that training leaves out is not counted."""
        void = frame.assign(state="void", label=1)
        assert profiled(void).labels.total == 0
        assert profiled(void).columns["x"].rows == 400


class TestClasses:
    """A label that is a class has no mean."""

    def test_are_counted(self):
        """Words and numbers alike; what is excluded or no class does not count."""
        rows = class_frame("2024-03").assign(
            label=lambda one: one["label"].mask(one.index == 0, "none of it")
        )
        found = profile_file(parquet(rows), parse_params(CLASS_PARAMS), "batch")
        counts = rows["label"][rows["state"] != "void"].value_counts()
        assert {name: sum(one.values()) for name, one in found.classes.of.items()} == {
            name: counts[name] for name in ("low", "middle", "high")
        }
        assert found.labels.total == 0
        numbers = profile_file(parquet(numbered_frame("2024-03")), parse_params(NUMBERED_PARAMS), "batch")
        words = profile_file(parquet(class_frame("2024-03")), parse_params(CLASS_PARAMS), "batch")
        renamed = dict(zip(("10", "20", "30"), words.classes.of.values(), strict=True))
        assert numbers.classes == words.classes.model_copy(update={"of": renamed})

    def test_in_blocks_are_the_same(self, monkeypatch):
        """However few rows are in memory at once, and encoded as they may be."""
        frame, params = class_frame("2024-03"), parse_params(CLASS_PARAMS)
        whole = profile_file(parquet(frame), params, "batch")
        monkeypatch.setattr(module, "BLOCK", 37)
        encoded = frame.assign(label=frame["label"].astype("category"))
        assert profile_file(parquet(encoded), params, "batch").classes == whole.classes

    def test_no_classes_leave_the_document_as_it_was(self, frame):
        """Profiles of other models keep their bytes."""
        assert b"classes" not in profiled(frame).to_bytes()

    def test_words_where_numbers_are_declared_are_refused(self):
        """By name, and not with a traceback."""
        with pytest.raises(BadInput, match="cannot be profiled"):
            profile_file(parquet(class_frame()), parse_params(NUMBERED_PARAMS), "batch")


class TestHostileInput:
    def test_infinite_and_huge_numbers_are_counted_apart(self, frame):
        """They are neither missing nor part of a mean, and NaN is missing."""
        x = frame["x"].copy()
        x.iloc[:4] = [np.inf, -np.inf, 1e200, np.nan]
        found = profiled(frame.assign(x=x)).columns["x"]
        assert (found.beyond, found.nulls, found.moments.count) == (3, 1, 396)
        assert abs(found.moments.mean) < 1

    def test_no_rows(self, frame):
        """A batch without rows has a profile that merges."""
        empty = profiled(frame.iloc[:0])
        assert (empty.rows, empty.labels.total) == (0, 0)
        assert empty.merge(profiled(frame)) == profiled(frame)

    def test_no_value_at_all(self, frame):
        """A column that is missing everywhere is so many nulls."""
        assert profiled(frame.assign(z=np.nan)).columns["z"].null_share == 1

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (b"", "cannot be profiled"),
            (b"PAR1 no data PAR1", "cannot be profiled"),
            (parquet(small_frame().drop(columns="x")), r"expected columns \['x'\], found"),
            (parquet(small_frame().assign(x="text")), "cannot be profiled"),
            (parquet(small_frame(rows=6000)), "expected at most 5,000 rows"),
        ],
    )
    def test_what_is_no_batch_is_refused_by_name(self, data, message):
        """In one line that names the batch and says what was expected."""
        with pytest.raises(BadInput, match=message) as refused:
            profile_file(data, PARAMS, "batch 2024-03")
        assert str(refused.value).startswith("batch 2024-03: ")
        assert "\n" not in str(refused.value)

    def test_text_that_is_no_unicode(self, frame):
        """Bytes that no text could be are refused, and not a crash."""
        table = pa.Table.from_pandas(frame, preserve_index=False)
        bad = pa.array([b"\xff\xfe"] * 400, pa.binary()).view(pa.string())
        table = table.set_column(table.schema.get_field_index("colour"), "colour", bad)
        sink = io.BytesIO()
        pq.write_table(table, sink)
        with pytest.raises(BadInput, match="cannot be profiled"):
            profile_file(sink.getvalue(), PARAMS, "batch")
