"""Each bad input has one clear message, with column, rule and rows; a good batch has none."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from data_factories import put_batch, small_params
from factories import parquet, small_folder, small_frame

from tasks.params import Params
from tasks.validate.found import of_values, without_nulls
from tasks.validate.result import BatchReport, Failure, rules_hash
from tasks.validate.step import check_batch
from tasks.validate.suite import expectations
from tasks.workspace import Workspace

PERIOD = "2024-01"
ROWS = 200
PARAMS = small_params()
Change = Callable[[pd.DataFrame], pd.DataFrame]


def judged(parent: Path, data: bytes, params: Params = PARAMS) -> BatchReport:
    """What validation says about these bytes as a delivery of January 2024."""
    workspace = Workspace(small_folder(parent))
    batch = put_batch(workspace, PERIOD, data)
    report = check_batch(workspace.batches / batch.name, batch, params, rules_hash(params))
    assert (report.period, report.file, report.passed) == (PERIOD, batch.name, not report.failures)
    return report


def only_failure(report: BatchReport) -> Failure:
    """The one failure: a bad input is reported once."""
    assert len(report.failures) == 1, report.reason
    return report.failures[0]


def frame_with(column: str, value: object, rows: int = 7) -> pd.DataFrame:
    """January with `rows` values of a column overwritten."""
    frame = small_frame(rows=ROWS)
    frame[column] = frame[column].mask(frame.index < rows, value)
    return frame


def table_of(frame: pd.DataFrame) -> bytes:
    return parquet(frame)


def retyped(column: str, kind: pa.DataType) -> bytes:
    """January with one column of another Arrow type, as far as it can be cast."""
    table = pa.Table.from_pandas(small_frame(rows=ROWS), preserve_index=False)
    cast = table[column].cast(kind)
    sink = BytesIO()
    pq.write_table(table.set_column(table.schema.get_field_index(column), column, cast), sink)
    return sink.getvalue()


class TestGood:
    """What satisfies the rules passes, however it is written."""

    def test_a_good_month(self, tmp_path):
        """The month as delivered passes, and the report says how many rows and checks."""
        report = judged(tmp_path, parquet(small_frame(rows=ROWS)))
        assert report.passed
        assert report.rows == ROWS
        assert report.checks > len(PARAMS.validation.columns)

    @pytest.mark.parametrize(
        ("column", "kind"),
        [
            ("colour", pa.dictionary(pa.int8(), pa.string())),
            ("row_id", pa.dictionary(pa.int32(), pa.string())),
            ("colour", pa.large_string()),
            ("label", pa.int8()),
            ("label", pa.uint16()),
            ("x", pa.float32()),
            ("x", pa.float16()),
            ("event_time", pa.timestamp("us", tz="America/New_York")),
            ("event_time", pa.timestamp("ns", tz="UTC")),
        ],
    )
    @pytest.mark.row("re-typed column")
    @pytest.mark.row("time zone")
    def test_physical_types(self, tmp_path, column, kind):
        """Dictionary-encoded strings, narrow numbers, integers with nulls and other zones are good."""
        assert judged(tmp_path, retyped(column, kind)).passed

    @pytest.mark.row("new category")
    def test_an_unknown_category_where_no_set_is_declared(self, tmp_path):
        """Without `values` any text is accepted: what training never saw is counted when it is scored."""
        params = small_params(
            ("colour: {type: string, values: [red, green, blue]}", "colour: {type: string}")
        )
        assert judged(tmp_path, parquet(frame_with("colour", "mauve")), params).passed

    def test_shares_up_to_the_limit(self, tmp_path):
        """With 20% of nulls allowed, 40 of 200 pass and 41 do not."""
        frame = small_frame(rows=ROWS).assign(z=1.0)
        frame["z"] = frame["z"].mask(frame.index < 40)
        assert judged(tmp_path / "at", parquet(frame)).passed
        frame["z"] = frame["z"].mask(frame.index < 41)
        failure = only_failure(judged(tmp_path / "above", parquet(frame)))
        assert failure.message == "z: must have a value: 41 of 200 rows do not; at most 20.0% allowed"

    def test_every_hundredth_is_the_share_that_it_says(self):
        """Of 100 rows so many may be missing, or out of range, and not one more."""
        for hundredth in range(100):
            share, rules = hundredth / 100, PARAMS.validation
            column = rules.columns["z"].model_copy(update={"max_nulls": share, "max_bad": share})
            rules = rules.model_copy(update={"columns": {"z": column}})
            params = PARAMS.model_copy(update={"validation": rules})
            nulls, bad = (one for one in expectations(params, PERIOD) if one[1].get("column") == "z")
            assert without_nulls(nulls, 100, hundredth).success, share
            assert of_values(bad, 100, 0, hundredth, []).success, share
            assert not without_nulls(nulls, 100, hundredth + 1).success, share
            assert not of_values(bad, 100, 0, hundredth + 1, []).success, share


class TestBadRows:
    """The message names column, rule, how many rows of how many, and some of the values."""

    @pytest.mark.parametrize(
        ("column", "value", "rule", "words"),
        [
            (
                "x",
                9999.0,
                "be_between",
                "x: must lie between -10 and 10: 7 of 200 rows do not (such as 9999.0",
            ),
            ("label", 2, "be_between", "label: must lie between 0 and 1: 7 of 200 rows do not (such as 2"),
            ("label", -1, "be_between", "label: must lie between 0 and 1: 7 of 200 rows do not (such as -1"),
            ("colour", "mauve", "be_in_set", "colour: must be one of red, green, blue: 7 of 200 rows do not"),
            ("colour", None, "not_be_null", "colour: must have a value: 7 of 200 rows do not"),
            ("x", np.nan, "not_be_null", "x: must have a value: 7 of 200 rows do not"),
            ("x", np.inf, "be_between", "x: must lie between -10 and 10: 7 of 200 rows do not (such as inf"),
            ("row_id", "same", "be_unique", "row_id: must be unique: 7 of 200 rows do not (such as same"),
            ("event_time", None, "not_be_null", "event_time: must have a value: 7 of 200 rows do not"),
        ],
    )
    def test_values(self, tmp_path, column, value, rule, words):
        """Sentinels, labels outside 0 and 1, strangers in a set, nulls, infinities and duplicate ids."""
        failure = only_failure(judged(tmp_path, parquet(frame_with(column, value))))
        assert (failure.column, failure.rule, failure.rows) == (column, rule, 7)
        assert failure.message.startswith(words)

    def test_labels_missing_beyond_the_limit(self, tmp_path):
        """More null labels than declared block the month, with the share that is allowed."""
        failure = only_failure(judged(tmp_path, parquet(frame_with("label", pd.NA, rows=60))))
        assert failure.column == "label"
        assert "must have a value" in failure.message
        assert failure.message.endswith("at most 10.0% allowed")

    @pytest.mark.parametrize("shift", [-40, 40])
    @pytest.mark.row("rows outside of the period")
    def test_events_outside_the_period(self, tmp_path, shift):
        """A row of another month blocks the batch, with the instants between which it had to lie."""
        frame = small_frame(rows=ROWS)
        moved = frame["event_time"] + timedelta(days=shift)
        frame["event_time"] = frame["event_time"].mask(frame.index < 3, moved)
        failure = only_failure(judged(tmp_path, parquet(frame)))
        assert (failure.column, failure.rows) == ("event_time", 3)
        assert "between 2024-01-01T00:00:00+00:00 and 2024-02-01T00:00:00+00:00" in failure.message

    @pytest.mark.parametrize(("micros", "passes"), [(-1, True), (0, False)])
    def test_the_first_instant_of_the_next_period(self, tmp_path, micros, passes):
        """Midnight belongs to the next month, the microsecond before it to this one."""
        frame = small_frame(rows=ROWS)
        instant = pd.Timestamp("2024-02-01", tz="UTC") + timedelta(microseconds=micros)
        frame["event_time"] = frame["event_time"].mask(frame.index == ROWS - 1, instant)
        assert judged(tmp_path, parquet(frame)).passed is passes

    @pytest.mark.row("changed unit")
    def test_a_column_in_another_unit(self, tmp_path):
        """A thousand times larger, most values leave their range: the message has their number and some."""
        frame = small_frame(rows=ROWS)
        failure = only_failure(judged(tmp_path, parquet(frame.assign(x=frame["x"] * 1000))))
        outside = int((frame["x"].abs() > 0.01).sum())
        assert outside > ROWS / 2
        assert failure.message.startswith(f"x: must lie between -10 and 10: {outside} of 200 rows do not")

    @pytest.mark.row("same bytes, another period")
    def test_another_month_under_this_name(self, tmp_path):
        """February's bytes delivered as January: every row lies outside."""
        failure = only_failure(judged(tmp_path, parquet(small_frame("2024-02", rows=ROWS))))
        assert (failure.column, failure.rows) == ("event_time", ROWS)

    def test_two_faults_are_two_messages(self, tmp_path):
        """Each rule that is broken is named; the reason has all of them in one line."""
        report = judged(tmp_path, parquet(frame_with("x", 9999.0).assign(colour="mauve")))
        assert {failure.column for failure in report.failures} == {"x", "colour"}
        assert report.reason.startswith("2024-01 of 200 rows: x: ")
        assert "\n" not in report.reason


class TestBadFiles:
    """What the file itself says is told before a row is read."""

    @pytest.mark.row("zero rows")
    def test_no_rows(self, tmp_path):
        """An empty batch fails the one rule it breaks: how many rows there have to be."""
        failure = only_failure(judged(tmp_path, parquet(small_frame(rows=ROWS).head(0))))
        assert failure.message == "expected 100 to 5,000 rows, found 0"

    @pytest.mark.parametrize("rows", [99, 5001])
    def test_too_few_or_too_many_rows(self, tmp_path, rows):
        """One row less or more than declared blocks the batch."""
        failure = only_failure(judged(tmp_path, parquet(small_frame(rows=rows))))
        assert failure.message == f"expected 100 to 5,000 rows, found {rows:,}"

    @pytest.mark.row("missing or renamed column")
    def test_a_missing_column(self, tmp_path):
        """A column that is not there is named."""
        failure = only_failure(judged(tmp_path, parquet(small_frame(rows=ROWS).drop(columns="colour"))))
        assert (failure.column, failure.message) == ("colour", "column colour is missing")

    @pytest.mark.row("added column")
    def test_a_column_that_is_declared_from_today_on(self, tmp_path):
        """Earlier batches need it: all of its values may be missing, but it may not."""
        params = small_params(("    known_at:", "    w: {type: number, max_nulls: 1}\n    known_at:"))
        frame = small_frame(rows=ROWS)
        (failure,) = judged(tmp_path / "without", parquet(frame), params).failures
        assert failure.message == "column w is missing"
        assert judged(tmp_path / "empty", parquet(frame.assign(w=np.nan)), params).passed

    @pytest.mark.row("missing or renamed column")
    def test_a_renamed_column(self, tmp_path):
        """The declared name is missing, and what stands there instead is nobody's guess."""
        renamed = small_frame(rows=ROWS).rename(columns={"colour": "color"})
        failure = only_failure(judged(tmp_path, parquet(renamed)))
        assert failure.message == "column colour is missing"

    def test_a_column_that_is_there_twice(self, tmp_path):
        """Which of two columns of one name counts is nobody's guess."""
        table = pa.Table.from_pandas(small_frame(rows=ROWS), preserve_index=False)
        sink = BytesIO()
        pq.write_table(table.append_column("x", table["z"]), sink)
        assert only_failure(judged(tmp_path, sink.getvalue())).message == "column x is there 2 times"

    @pytest.mark.parametrize(
        ("column", "kind", "found"),
        [
            ("x", pa.string(), "expected type number, found string"),
            ("label", pa.float64(), "expected type integer, found double"),
            ("colour", pa.binary(), "expected type string, found binary"),
            ("colour", pa.string_view(), "expected type string, found string_view"),
            ("event_time", pa.timestamp("us"), "expected type timestamp, found timestamp[us]"),
            ("event_time", pa.int64(), "expected type timestamp, found int64"),
        ],
    )
    @pytest.mark.row("re-typed column")
    @pytest.mark.row("time zone")
    def test_a_wrong_type(self, tmp_path, column, kind, found):
        """Expected and found type are told; a time without a zone is no instant."""
        failure = only_failure(judged(tmp_path, retyped(column, kind)))
        assert (failure.column, failure.message) == (column, f"column {column}: {found}")

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"PAR1",
            b"<!DOCTYPE html><html><body>503 Service Unavailable</body></html>",
            b"row_id,x\na,1\n",
            b"PAR1" + b"\xff" * 200 + b"PAR1",
        ],
        ids=["empty", "magic only", "html", "csv", "noise between magics"],
    )
    @pytest.mark.row("zero bytes")
    def test_no_parquet_at_all(self, tmp_path, data):
        """An error page, a CSV or noise is not a readable Parquet file."""
        failure = only_failure(judged(tmp_path, data))
        assert failure.rule == "readable"
        assert failure.message.startswith("not a readable Parquet file")

    @pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
    @pytest.mark.row("cut short")
    def test_cut_short(self, tmp_path, share):
        """A file whose upload broke off is not readable, wherever it broke."""
        data = parquet(small_frame(rows=ROWS))
        failure = only_failure(judged(tmp_path, data[: int(len(data) * share)]))
        assert failure.message.startswith("not a readable Parquet file (cut short?)")

    @pytest.mark.parametrize("at", [50, 300, 1500, 4000])
    def test_bytes_damaged_in_the_middle(self, tmp_path, at):
        """Bytes that changed on the way block the batch or are caught by a rule; nothing crashes."""
        data = bytearray(parquet(small_frame(rows=ROWS)))
        data[at : at + 40] = b"\xff" * 40
        assert not judged(tmp_path, bytes(data)).passed

    def test_text_that_is_no_text(self, tmp_path):
        """A string column whose bytes are not UTF-8 is a damaged file."""
        table = pa.Table.from_pandas(small_frame(rows=ROWS), preserve_index=False)
        raw = pa.array([b"\xff\xfe"] * ROWS, pa.binary())
        broken = pa.Array.from_buffers(pa.string(), ROWS, raw.buffers())
        sink = BytesIO()
        pq.write_table(table.set_column(table.schema.get_field_index("day"), "day", broken), sink)
        assert "Invalid UTF8" in only_failure(judged(tmp_path, sink.getvalue())).message

    @pytest.mark.row("unpacks to too much")
    def test_a_small_file_of_many_rows(self, tmp_path):
        """Some kilobytes that stand for millions of equal rows are refused by their count, unread."""
        rows = 3_000_000
        table = pa.table({"x": pa.array(np.zeros(rows, dtype="int8"))})
        sink = BytesIO()
        pq.write_table(table, sink, compression="zstd")
        assert len(sink.getvalue()) < rows / 100
        failure = only_failure(judged(tmp_path, sink.getvalue()))
        assert failure.message == "expected 100 to 5,000 rows, found 3,000,000"

    def test_a_file_that_miscounts_its_rows(self, tmp_path):
        """Rows are told by their numbers and counted by the file's own word: it has to be true."""
        data = bytearray(parquet(small_frame(rows=150)))
        footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
        # 150 and 151 as Thrift writes a whole number of 64 bits; the first is the count of all rows.
        at = data.index(b"\x16\xac\x02", footer)
        data[at : at + 3] = b"\x16\xae\x02"
        failure = only_failure(judged(tmp_path, bytes(data)))
        assert failure.message == "the file says that it has 151 rows, and its row groups have 150"

    @pytest.mark.row("unpacks to too much")
    def test_a_small_file_of_long_values(self, tmp_path):
        """A file that unpacks to fifty times its size is not taken for data."""
        frame = small_frame(rows=ROWS).assign(day=[f"{n:03d}" + "0" * 300_000 for n in range(ROWS)])
        table = pa.Table.from_pandas(frame, preserve_index=False)
        sink = BytesIO()
        pq.write_table(table, sink, compression="zstd", use_dictionary=False)
        assert len(sink.getvalue()) < 1 << 20
        failure = only_failure(judged(tmp_path, sink.getvalue()))
        assert "bytes once unpacked; not taken for data" in failure.message
