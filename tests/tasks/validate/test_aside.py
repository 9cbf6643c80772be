"""Rows that break a rule of rows are kept aside by number and rule, up to the declared share of a batch."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from data_factories import changed, put_batch
from factories import PARAMS, parquet, small_folder, small_frame

import tasks.validate.aside as aside_module
from tasks.errors import Corrupt
from tasks.params import Params, parse_params
from tasks.validate.aside import Aside
from tasks.validate.result import BatchReport, rules_document, rules_hash
from tasks.validate.step import check_batch
from tasks.workspace import Workspace

PERIOD, ROWS = "2024-01", 200
TENTH = ("  rows: {min: 100, max: 5000}", "  rows: {min: 100, max: 5000}\n  quarantine: {max_share: 0.1}")
X, COLOUR = (
    "    x: {type: number, min: -10, max: 10}",
    "    colour: {type: string, values: [red, green, blue]}",
)
WARN_X = (X, X.replace("10}", "10, level: warn}"))


def settings(*changes: tuple[str, str]) -> Params:
    """The small model's settings, with a tenth of a batch's rows at most in quarantine."""
    return parse_params(changed(TENTH, *changes))


def judged(parent: Path, data: bytes, params: Params) -> BatchReport:
    """What validation says about these bytes as January."""
    workspace = Workspace(small_folder(parent))
    batch = put_batch(workspace, PERIOD, data)
    return check_batch(workspace.batches / batch.name, batch, params, rules_hash(params))


def with_values(**values: dict[int, object]) -> pd.DataFrame:
    """January with single values overwritten, by column and row."""
    frame = small_frame(rows=ROWS)
    for column, places in values.items():
        for row, value in places.items():
            frame.loc[row, column] = value
    return frame


def in_groups(frame: pd.DataFrame, rows: int) -> bytes:
    """As Parquet in row groups of so many rows."""
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), sink, row_group_size=rows)
    return sink.getvalue().to_pybytes()


class TestWhichRows:
    """Exactly the rows that break a rule, each under every rule that it breaks."""

    def test_by_rule(self, tmp_path):
        """Range, set and null: numbers from 0, ranges where rows follow each other, a row under two rules."""
        frame = with_values(x={3: 99.0, 4: -99.0, 5: 99.0, 150: 99.0}, colour={5: "mauve", 9: None})
        report = judged(tmp_path, parquet(frame), settings())
        assert report.passed
        assert report.quarantine is not None
        assert (report.quarantine.rows, report.quarantine.places) == (5, "3-5 9 150")
        assert {(one.name, one.rows, one.places) for one in report.quarantine.broken} == {
            ("x be_between", 4, "3-5 150"),
            ("colour be_in_set", 1, "5"),
            ("colour not_be_null", 1, "9"),
        }
        assert report.kept_aside is not None
        assert report.kept_aside.startswith("2024-01: 5 of 200 rows in quarantine: x: must lie between")

    def test_what_is_no_number(self, tmp_path):
        """NaN is missing and infinity is out of range: each is a bad row of its own rule."""
        report = judged(tmp_path, parquet(with_values(x={0: np.nan, 1: np.inf, 199: -np.inf})), settings())
        assert report.quarantine is not None
        found = {one.name: one.places for one in report.quarantine.broken}
        assert found == {"x not_be_null": "0", "x be_between": "1 199"}

    def test_an_event_of_another_month(self, tmp_path):
        """The instants of the period are a rule of rows as well."""
        moved = with_values(event_time={7: pd.Timestamp("2024-02-01", tz="UTC")})
        report = judged(tmp_path, parquet(moved), settings())
        assert report.quarantine is not None
        assert [(one.column, one.places) for one in report.quarantine.broken] == [("event_time", "7")]

    @pytest.mark.parametrize("rows", [1000, 7, 1])
    def test_an_id_in_several_row_groups(self, tmp_path, rows):
        """All copies of an id are kept aside, wherever they lie: nobody knows which of them is right."""
        frame = with_values(row_id={2: "twice", 180: "twice", 90: "thrice", 91: "thrice", 199: "thrice"})
        report = judged(tmp_path, in_groups(frame, rows), settings())
        assert report.quarantine is not None
        assert report.quarantine.places == "2 90-91 180 199"
        assert [one.name for one in report.quarantine.broken] == ["row_id be_unique"]

    def test_ids_that_repeat_beside_missing_ones(self, tmp_path):
        """A missing id is no copy of another missing one, and shifts no row's number."""
        frame = with_values(row_id={0: None, 1: None, 2: "twice", 9: None, 180: "twice"})
        report = judged(tmp_path, in_groups(frame, 50), settings())
        assert report.quarantine is not None
        found = {one.name: one.places for one in report.quarantine.broken}
        assert found == {"row_id not_be_null": "0-1 9", "row_id be_unique": "2 180"}

    def test_however_it_is_read(self, tmp_path):
        """Row groups and dictionaries make no difference to the rows that are found."""
        frame = with_values(x={0: 99.0, 64: 99.0, 199: 99.0}, colour={65: "mauve", 66: "mauve"})
        reports = [
            judged(tmp_path / str(rows), in_groups(frame, rows), settings()).quarantine
            for rows in (200, 65, 3)
        ]
        assert reports[0] is not None
        assert reports[0].places == "0 64-66 199"
        assert reports[1:] == reports[:1] * 2


class TestBlockedWhole:
    """More bad rows than declared, or a rule about the batch: no row is kept aside, and nothing goes on."""

    def blocked(self, parent: Path, frame: pd.DataFrame, params: Params) -> str:
        """Why the batch is blocked."""
        report = judged(parent, parquet(frame), params)
        assert not report.passed
        assert report.quarantine is None
        return report.reason

    @pytest.mark.parametrize(("rows", "passes"), [(20, True), (21, False)])
    def test_at_the_share_and_above(self, tmp_path, rows, passes):
        """A tenth of 200 rows are 20; one more blocks the batch, and the message says what was allowed."""
        report = judged(tmp_path, parquet(with_values(x=dict.fromkeys(range(rows), 99.0))), settings())
        assert report.passed is passes
        assert ("keeps at most 10.00% of 200 rows aside" in report.reason) is not passes

    def test_rows_count_once(self, tmp_path):
        """20 rows that break two rules each are 20 bad rows; 11 and other 10 are 21."""
        twice, apart = dict.fromkeys(range(20), 99.0), dict.fromkeys(range(50, 60), "mauve")
        both = with_values(x=twice, colour=dict.fromkeys(range(20), "mauve"))
        assert judged(tmp_path / "both", parquet(both), settings()).passed
        frame = with_values(x=dict.fromkeys(range(11), 99.0), colour=apart)
        assert "more are bad" in self.blocked(tmp_path / "apart", frame, settings())

    def test_all_rows_bad(self, tmp_path):
        """A dead sensor is no row's fault."""
        reason = self.blocked(tmp_path, small_frame(rows=ROWS).assign(x=99.0), settings())
        assert "x: must lie between -10 and 10: 200 of 200 rows do not" in reason

    def test_all_ids_the_same(self, tmp_path):
        """One id for all rows: each is a copy."""
        assert "200 of 200" in self.blocked(
            tmp_path, small_frame(rows=ROWS).assign(row_id="same"), settings()
        )

    def test_a_batch_that_shrinks_below_the_least(self, tmp_path):
        """What is left has to be a batch: 105 rows with 6 bad ones are 99."""
        frame = small_frame(rows=105)
        frame.loc[:5, "x"] = 99.0
        assert "expected at least 100 rows, 99 are left" in self.blocked(tmp_path, frame, settings())

    def test_a_batch_of_which_nothing_is_left(self, tmp_path):
        """Even where nearly all may be bad and one row would do, none is not enough."""
        changes = (
            ("rows: {min: 100", "rows: {min: 1"),
            ("max_share: 0.1", "max_share: 0.999"),
        )
        params = parse_params(changed(*changes, params=changed(TENTH)))
        frame = small_frame(rows=3).assign(x=[99.0, 99.0, 99.0])
        assert "more are bad" in self.blocked(tmp_path, frame, params)

    def test_a_share_that_is_let_through(self, tmp_path):
        """A rule with `max_nulls` is about the batch: above it no row is to blame."""
        frame = with_values(x={0: 99.0}).assign(z=1.0)
        frame.loc[:40, "z"] = np.nan
        reason = self.blocked(tmp_path, frame, settings())
        assert "z: must have a value: 41 of 200 rows do not; at most 20.0% allowed" in reason
        assert "x: must lie" in reason

    def test_what_only_great_expectations_knows(self, tmp_path):
        """It names no rows, so what it finds wrong blocks the batch."""
        params = settings(("day: {type: string}", "day: {type: string, min: 5}"))
        assert "day: could not check be_between" in self.blocked(tmp_path, with_values(x={0: 99.0}), params)

    @pytest.mark.parametrize("column", ["x", "row_id"])
    def test_a_missing_column(self, tmp_path, column):
        """What the file lacks, every row lacks."""
        frame = small_frame(rows=ROWS).drop(columns=column)
        assert f"column {column} is missing" in self.blocked(tmp_path, frame, settings())


class TestBounded:
    """However many rows are bad, and however distinct, the report and the memory for it stay small."""

    @pytest.mark.parametrize("rows", [100_000, pytest.param(1_000_000, marks=pytest.mark.long)])
    def test_a_million_bad_rows(self, tmp_path, rows):
        """Every row bad under two rules, every value another: blocked, in a report of a few kilobytes."""
        params = parse_params(
            changed(
                ("max: 5000}", "max: 2000000}"), ("max_share: 0.1", "max_share: 0.9"), params=changed(TENTH)
            )
        )
        frame = small_frame(rows=100)
        table = pa.Table.from_pandas(frame, preserve_index=False).take(pa.array(np.arange(rows) % 100))
        number = table.schema.get_field_index("x")
        table = table.set_column(number, "x", pa.array(np.arange(rows) + 11.0))
        ids = pa.array(np.arange(rows) // 2).cast(pa.string())
        table = table.set_column(table.schema.get_field_index("row_id"), "row_id", ids)
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink)
        report = judged(tmp_path, sink.getvalue().to_pybytes(), params)
        assert not report.passed
        assert len(report.to_bytes()) < 5_000

    def test_findings_that_are_kept(self, monkeypatch):
        """Beyond the most that are kept a batch is given up, and what was noted is let go."""
        monkeypatch.setattr(aside_module, "MOST", 10)
        found = Aside({0, 1}, 1000, 0.5)
        found.note(0, np.arange(6))
        assert not found.too_many
        found.note(1, np.arange(6))
        assert found.too_many
        assert len(found.of(0)) == len(found.settle()) == 0


class TestWarnings:
    """`level: warn` tells, and blocks nothing."""

    def test_values(self, tmp_path):
        """The rows stay, the report says what is wrong with them."""
        report = judged(tmp_path, parquet(with_values(x={0: 99.0, 1: None})), parse_params(changed(WARN_X)))
        assert report.passed
        assert report.quarantine is None
        assert [one.rule for one in report.warnings] == ["not_be_null", "be_between"]
        assert report.warning is not None
        assert report.warning.startswith("2024-01: x: must have a value: 1 of 200 rows do not; x: must lie")

    def test_beside_a_quarantine(self, tmp_path):
        """Rows that only a warning speaks against are not kept aside."""
        frame = with_values(x={0: 99.0}, colour={1: "mauve"})
        report = judged(tmp_path, parquet(frame), settings(WARN_X))
        assert report.quarantine is not None
        assert (report.quarantine.places, [one.column for one in report.warnings]) == ("1", ["x"])

    def test_a_column_that_is_missing(self, tmp_path):
        """Without the column there is nothing to go on with: that blocks at any level."""
        frame = small_frame(rows=ROWS).drop(columns="x")
        assert not judged(tmp_path, parquet(frame), parse_params(changed(WARN_X))).passed

    def test_what_could_not_be_checked(self, tmp_path):
        """A rule that cannot be asked has not held: that blocks at any level."""
        params = parse_params(changed(("day: {type: string}", "day: {type: string, min: 5, level: warn}")))
        report = judged(tmp_path, parquet(small_frame(rows=ROWS)), params)
        assert not report.passed
        assert "could not check" in report.reason


class TestFoldersWithoutIt:
    """Settings that use none of this have the reports and hashes that they had."""

    def test_a_bad_row_blocks(self, tmp_path):
        """Without `validate.quarantine` one is enough."""
        report = judged(tmp_path, parquet(with_values(x={0: 99.0})), parse_params(PARAMS))
        assert not report.passed
        assert "quarantine" not in report.reason

    def test_documents_name_none_of_it(self, tmp_path):
        """Neither rules nor reports nor settings have a word more."""
        params = parse_params(PARAMS)
        report = judged(tmp_path, parquet(small_frame(rows=ROWS)), params)
        for data in (rules_document(params), report.to_bytes(), params.model_dump_json().encode()):
            assert not any(
                word in data for word in (b"quarantine", b"warnings", b"level:", b'"level": "block"')
            )

    def test_a_share_is_another_rule(self):
        """A declared share, another share, a level: each has a hash of its own."""
        hashes = [rules_hash(parse_params(text)) for text in (
            PARAMS, changed(TENTH), changed(WARN_X),
            changed(("max_share: 0.1", "max_share: 0.2"), params=changed(TENTH)))]  # fmt: skip
        assert len(set(hashes)) == 4


class TestReports:
    """What a report says is in quarantine is row numbers, and nothing else."""

    @pytest.mark.parametrize("text", ["", " ", "1,2", "1 -2", "x", "1-", "٣", "1" * 13, "1\n2"])
    def test_other_text(self, tmp_path, text):
        """Such a report is none of ours."""
        report = judged(tmp_path, parquet(with_values(x={3: 99.0})), settings())
        said = text.replace("\n", "\\n")
        data = report.to_bytes().decode().replace('"places": "3"', f'"places": "{said}"')
        with pytest.raises(Corrupt):
            BatchReport.parse(data.encode())
