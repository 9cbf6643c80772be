"""The step's files: equal content has equal bytes, however it is delivered; nothing gets lost."""

import os
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from class_factories import CLASS_PARAMS, CLASSES, NUMBERED_PARAMS, class_frame, numbered_frame
from data_factories import accept, changed, months, put_batch, stage_bytes, versioned
from factories import parquet, small_frame

import tasks.prepare.step as prepare_step
from tasks.errors import BadInput, EvergreenError
from tasks.prepare.split import SPLITS, split
from tasks.prepare.step import Preparation, prepare, read_part, read_preparation
from tasks.prepare.window import NotEnoughPeriods
from tasks.version import manifest
from tasks.workspace import Workspace

JANUARY, FEBRUARY = "2024-01", "2024-02"


def prepared(parent: Path, frames: dict[str, pd.DataFrame], **options: str) -> tuple[Workspace, Preparation]:
    workspace = versioned(parent, frames, **options)
    return workspace, prepare(workspace)


def with_table(parent: Path, table: pa.Table) -> dict[str, bytes]:
    """What prepare writes where January is as `small_frame` gives it, and February is the table."""
    workspace = versioned(parent, months(JANUARY))
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    accept(workspace, put_batch(workspace, FEBRUARY, sink.getvalue().to_pybytes()), table.num_rows)
    manifest(workspace)
    prepare(workspace)
    return stage_bytes(workspace.prepared)


class TestUnchanged:
    """What is learned from is what the manifest names."""

    def test_bytes_that_changed_and_left_no_trace(self, tmp_path):
        """A byte that changed under the same length, time and inode is found before it is used."""
        workspace = versioned(tmp_path, months(JANUARY, FEBRUARY))
        path = workspace.batches / workspace.batch_files()[0].name
        os.utime(path, ns=(10**18, 10**18))
        manifest(workspace)
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
        os.utime(path, ns=(10**18, 10**18))
        manifest(workspace)
        with pytest.raises(BadInput, match="run `evergreen fetch`"):
            prepare(workspace)

    def test_a_batch_that_is_gone(self, tmp_path):
        """A batch that the manifest names and the folder lacks is told by its path."""
        workspace = versioned(tmp_path, months(JANUARY, FEBRUARY))
        (workspace.batches / workspace.batch_files()[0].name).unlink()
        with pytest.raises(BadInput, match=r"2024-01.*\.parquet: not the bytes"):
            prepare(workspace)


class TestCounts:
    """Rows in = rows of three parts + rows excluded by name."""

    def test_nothing_is_lost(self, tmp_path):
        """Every row of both months is in a part or in a count."""
        workspace, done = prepared(tmp_path, months(JANUARY, FEBRUARY))
        assert done.rows_in == 240
        assert sum(part.rows for part in done.parts.values()) + sum(done.excluded.values()) == 240
        assert {name: len(read_part(workspace, name)) for name in SPLITS} == {
            name: part.rows for name, part in done.parts.items()
        }
        assert read_preparation(workspace) == done

    @pytest.mark.row("overlap")
    def test_an_id_that_came_before(self, tmp_path):
        """Ten of February's rows have ids of January: January's count, and ten are left out by name."""
        frames = months(JANUARY, FEBRUARY)
        frames[FEBRUARY].loc[frames[FEBRUARY].index[:10], "row_id"] = frames[JANUARY]["row_id"].head(10).array
        workspace, done = prepared(tmp_path, frames)
        assert done.excluded["id came before"] == 10
        seen = [one for name in SPLITS for one in read_part(workspace, name)["row_id"]]
        assert len(seen) == len(set(seen))
        assert not set(frames[JANUARY]["row_id"]) & set(read_part(workspace, "holdout")["row_id"])

    @pytest.mark.row("overlap")
    def test_an_id_that_may_come_again(self, tmp_path):
        """Where ids are not declared unique, each row counts: a customer has many days."""
        frames = months(JANUARY, FEBRUARY)
        frames[FEBRUARY]["row_id"] = "one"
        text = changed(("row_id: {type: string, unique: true}", "row_id: {type: string}"))
        assert "id came before" not in prepared(tmp_path, frames, params=text)[1].excluded

    def test_a_row_that_is_counted_twice(self, tmp_path, monkeypatch):
        """If a row were ever in two parts, nothing would be written: the sum is checked."""

        def doubling(rows, settings, times, *label):
            parts, excluded = split(rows, settings, times, *label)
            parts["train"] = pd.concat([parts["train"], parts["holdout"].head(1)])
            return parts, excluded

        monkeypatch.setattr(prepare_step, "split", doubling)
        workspace = versioned(tmp_path, months(JANUARY, FEBRUARY))
        with pytest.raises(EvergreenError, match=r"240 rows in, 23. kept"):
            prepare(workspace)
        assert not workspace.prepared.exists()

    def test_parts_are_described(self, tmp_path):
        """Positives, clusters and first and last event are those of the part's rows."""
        workspace, done = prepared(tmp_path, months(JANUARY, FEBRUARY))
        holdout = read_part(workspace, "holdout")
        told = done.parts["holdout"]
        assert (told.positives, told.clusters) == (holdout["label"].sum(), holdout["day"].nunique())
        assert told.last == holdout["event_time"].max().isoformat()

    def test_batches_outside_the_window_are_not_read(self, tmp_path):
        """With two periods allowed, the third newest may hold anything."""
        frames = months("2023-12", JANUARY, FEBRUARY)
        text = changed(("max_periods: 12", "max_periods: 2"))
        first = prepared(tmp_path, frames, params=text)[0]
        frames["2023-12"] = small_frame("2023-12", seed=9, rows=100)
        second = prepared(tmp_path, frames, params=text, name="other")[0]
        assert stage_bytes(first.prepared) == stage_bytes(second.prepared)


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """What prepare writes of a February as pandas would give it."""
    table = pa.Table.from_pandas(small_frame(FEBRUARY, rows=120))
    return with_table(tmp_path_factory.mktemp("plain"), table)


class TestEqualContentHasEqualBytes:
    """How a producer writes a batch is its own business."""

    def test_the_order_of_rows(self, tmp_path, plain):
        """Rows in reverse give the same bytes."""
        frame = small_frame(FEBRUARY, rows=120).iloc[::-1]
        assert with_table(tmp_path, pa.Table.from_pandas(frame, preserve_index=False)) == plain

    @pytest.mark.row("added column")
    def test_columns_nobody_declared(self, tmp_path, plain):
        """Another column, and another order of columns, give the same bytes."""
        frame = small_frame(FEBRUARY, rows=120).assign(gossip="yes")
        assert with_table(tmp_path, pa.Table.from_pandas(frame[frame.columns[::-1]])) == plain

    @pytest.mark.parametrize(
        ("column", "kind"),
        [
            ("colour", pa.dictionary(pa.int8(), pa.string())),
            ("colour", pa.large_string()),
            ("day", pa.dictionary(pa.int32(), pa.string())),
            ("event_time", pa.timestamp("us", tz="America/New_York")),
            ("known_at", pa.timestamp("ms", tz="UTC")),
            ("label", pa.int8()),
            ("label", pa.float64()),
        ],
    )
    def test_physical_types(self, tmp_path, plain, column, kind):
        """One batch may be dictionary-encoded, narrower, or in another zone than the batch before."""
        table = pa.Table.from_pandas(small_frame(FEBRUARY, rows=120))
        index = table.schema.get_field_index(column)
        table = table.set_column(index, column, table[column].cast(kind))
        assert table.schema.field(column).type == kind
        assert with_table(tmp_path, table) == plain


class TestBadStates:
    """What cannot be prepared says why, and leaves no half of it."""

    def test_without_a_dataset(self, tmp_path):
        """Without `version` before it, the message says what to run."""
        workspace = versioned(tmp_path, months(JANUARY, FEBRUARY))
        workspace.dataset.unlink()
        with pytest.raises(BadInput, match="version has not run here yet; run `evergreen version`"):
            prepare(workspace)

    def test_one_period_waits(self, tmp_path):
        """One month is not enough, and is no error of the data."""
        with pytest.raises(NotEnoughPeriods):
            prepared(tmp_path, months(JANUARY))

    def test_a_part_without_rows(self, tmp_path):
        """A holdout with no labelled row is refused, with what was left out and why."""
        frames = months(JANUARY, FEBRUARY)
        frames[FEBRUARY]["label"] = pd.NA
        with pytest.raises(BadInput, match=r"no labelled rows for holdout \(excluded: .*label missing"):
            prepared(tmp_path, frames)

    def test_reading_before_preparing(self, tmp_path):
        """Parts that are not there are named with the step that makes them."""
        workspace = versioned(tmp_path, months(JANUARY))
        with pytest.raises(BadInput, match="prepare has not run here yet"):
            read_part(workspace, "train")
        with pytest.raises(BadInput, match="prepare has not run here yet"):
            read_preparation(workspace)

    def test_no_temporary_file_stays(self, tmp_path):
        """The folder that DVC will hash holds the four files and nothing else."""
        workspace, _ = prepared(tmp_path, months(JANUARY, FEBRUARY))
        assert set(stage_bytes(workspace.prepared)) == {f"{n}.parquet" for n in SPLITS} | {"prepared.json"}

    def test_a_tampered_batch_is_no_dataset(self, tmp_path):
        """Batch files are told by their hash: other bytes under an old name are refused."""
        workspace = versioned(tmp_path, months(JANUARY))
        batch = workspace.batch_files()[0]
        (workspace.batches / batch.name).write_bytes(parquet(small_frame(JANUARY, seed=5)))
        with pytest.raises(BadInput, match="not to its name"):
            manifest(workspace)


class TestClasses:
    """A label of classes is kept as it is declared."""

    @pytest.mark.parametrize(
        ("frame", "params", "classes"),
        [(class_frame, CLASS_PARAMS, CLASSES), (numbered_frame, NUMBERED_PARAMS, (10, 20, 30))],
    )
    def test_are_told_in_order(self, tmp_path, frame, params, classes):
        """What was prepared says which they are; each part holds them as text or as numbers."""
        workspace, done = prepared(
            tmp_path, {period: frame(period) for period in (JANUARY, FEBRUARY)}, params=params
        )
        assert read_preparation(workspace).classes == done.classes == classes
        assert [part.positives for part in done.parts.values()] == [None] * 3
        assert set(read_part(workspace, "train")["label"]) == set(classes)

    def test_others_name_none(self, tmp_path):
        """Of yes or no, the document is as it was."""
        workspace, _ = prepared(tmp_path, months(JANUARY, FEBRUARY))
        assert b"classes" not in workspace.preparation.read_bytes()

    def test_an_unknown_class(self, tmp_path):
        """What validation let through is named, and nothing is written."""
        frame = class_frame(FEBRUARY)
        frame.loc[frame["label"].eq("low") & (frame["x"] < -1), "label"] = "tiny"
        workspace = versioned(tmp_path, {JANUARY: class_frame(JANUARY), FEBRUARY: frame}, params=CLASS_PARAMS)
        with pytest.raises(BadInput, match=r"expected one of low, middle, high, found .* \(such as tiny\)"):
            prepare(workspace)

    def test_a_missing_label_is_left_out_by_name(self, tmp_path):
        """A row whose label never came, though its time is known, is counted, and is no class."""
        frame = class_frame(FEBRUARY)
        frame.loc[frame.index[frame["label"].notna()][:10], "label"] = None
        _, done = prepared(tmp_path, {JANUARY: class_frame(JANUARY), FEBRUARY: frame}, params=CLASS_PARAMS)
        assert done.excluded["label missing"] == 10
