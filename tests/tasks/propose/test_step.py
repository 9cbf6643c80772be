"""A proposal is what the batches are like, widened; it loads as it is, and the batches pass it."""

import math
import re

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from commands import evergreen
from factories import PARAMS, deliver, small_batch, small_folder
from hypothesis import example, given
from hypothesis import strategies as st
from odd_names import ODD_NAMES

from tasks.errors import BadInput
from tasks.intake import intake, update_catalogue
from tasks.opening import open_ledger
from tasks.params import Params, parse_params
from tasks.propose import propose, propose_files
from tasks.propose.seen import outward
from tasks.validate import validate
from tasks.workspace import Workspace

MONTHS = ("2024-01", "2024-02", "2024-03")


def with_validate(text: str) -> str:
    """The small model's params.yaml with this section in place of its own."""
    before, rest = PARAMS.split("validate:\n")
    return f"{before}{text}\nprepare:\n{rest.split('prepare:')[1]}"


def proposed(tmp_path, *tables: pa.Table) -> str:
    """What is proposed from these tables, each a batch."""
    files = []
    for number, table in enumerate(tables):
        files.append(tmp_path / f"{number}.parquet")
        pq.write_table(table, files[-1])
    return propose_files(files, lambda _: None).text


def line(text: str, column: str) -> str:
    """The one line about a column."""
    (found,) = [one.strip() for one in text.splitlines() if re.match(rf"\s*(# )?\"?{column}\"?:", one)]
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A model folder with three months in its store."""
    folder = small_folder(tmp_path_factory.mktemp("propose"))
    for month in MONTHS:
        deliver(folder, month, small_batch(month))
    assert evergreen("intake", "-C", folder).status == 0
    return folder


class TestFromTheStore:
    """The first batches that have been taken in."""

    def test_it_loads_as_it_is(self, folder):
        """In place of the section that was there, and each column is declared with its type."""
        text = evergreen("propose", "-C", folder, "--json").document["validate"]
        params = parse_params(with_validate(text))
        declared = parse_params(PARAMS).validation.columns
        columns = params.validation.columns
        assert {name: one.type for name, one in columns.items()} == {
            name: one.type for name, one in declared.items()
        }
        assert columns["row_id"].unique
        assert columns["colour"].values == ("blue", "green", "red")
        assert (columns["label"].min, columns["label"].max) == (0, 1)
        assert 0.1 < columns["z"].max_nulls < 0.3

    def test_of_a_period_the_newest_that_is_good(self, tmp_path):
        """A correction that was blocked, and text that was refused at the door, are passed over."""
        folder = small_folder(tmp_path)
        deliver(folder, MONTHS[0], small_batch(MONTHS[0], rows=150))
        deliver(folder, MONTHS[1], small_batch(MONTHS[1], rows=160))
        home, ledger = open_ledger(folder)
        intake(home.params, ledger.store)
        ledger.store.put(f"incoming/small/{MONTHS[0]}.csv", b"row_id,x\nragged\n")
        deliver(folder, MONTHS[1], small_batch(MONTHS[1], rows=170))
        arrived = intake(home.params, ledger.store)
        bad = {one.file: "bad" for one in arrived.new if not one.unread}
        update_catalogue(ledger.store, "small", lambda newest: newest.with_verdicts((), bad, "0" * 64))
        proposal = propose(ledger, 3, lambda _: None)
        assert (len(arrived.new), len(bad)) == (2, 1)
        assert (proposal.batches, proposal.rows) == (MONTHS[:2], 310)

    def test_text_alone_is_no_batch(self, tmp_path):
        """Where nothing else has come, there is nothing to propose from."""
        home, ledger = open_ledger(small_folder(tmp_path))
        ledger.store.put(f"incoming/small/{MONTHS[0]}.csv", b"row_id,x\nragged\n")
        intake(home.params, ledger.store)
        with pytest.raises(BadInput, match="no batch has been taken in"):
            propose(ledger, 3, lambda _: None)

    def test_its_batches_pass(self, folder):
        """And so does a month that it has not seen."""
        text = evergreen("propose", "-C", folder, "--batches", 2).out
        deliver(folder, "2024-04", small_batch("2024-04", rows=500))
        for command in ("intake", "fetch"):
            assert evergreen(command, "-C", folder).status == 0
        workspace = Workspace(folder)
        workspace.__dict__["params"] = parse_params(with_validate(text))
        validation = validate(workspace)
        assert len(validation.reports) == 4
        assert [one.reason for one in validation.blocked] == []

    def test_it_says_the_evidence(self, folder):
        """How many rows, how many nulls, in which batches."""
        text = evergreen("propose", "-C", folder).out
        assert "from 1,200 rows in 2024-01..2024-03" in text.splitlines()[0]
        assert max(map(len, text.splitlines())) > 110
        assert "rows: {min: 200, max: 800}  # 400 to 400 seen" in text
        assert line(text, "row_id").endswith(
            "# 0 of 1,200 nulls; no value twice in a batch in 2024-01..2024-03"
        )

    def test_nothing_is_overwritten_unasked(self, tmp_path):
        """The first --write writes, the second is refused, --overwrite replaces."""
        folder = small_folder(tmp_path)
        (tmp_path / "a.parquet").write_bytes(small_batch())
        name = (tmp_path / "a.parquet", "-C", folder)
        assert evergreen("propose", *name, "--write").status == 0
        (folder / "proposal.yaml").write_text("mine")
        refused = evergreen("propose", *name, "--write")
        assert (refused.status, (folder / "proposal.yaml").read_text()) == (2, "mine")
        assert "is there already; --overwrite replaces it" in refused.err
        assert evergreen("propose", *name, "--overwrite").status == 0
        assert "validate:" in (folder / "proposal.yaml").read_text()

    def test_without_batches(self, tmp_path):
        """One line says where they come from."""
        said = evergreen("propose", "-C", small_folder(tmp_path))
        assert (said.status, said.err) == (
            2, "evergreen: small: no batch has been taken in: run `evergreen intake`, or name files\n"
        )  # fmt: skip

    def test_files_need_no_complete_settings(self, tmp_path):
        """A folder whose params.yaml has no `validate:` yet can be started this way."""
        folder = small_folder(tmp_path, params="model: small\n")
        (tmp_path / "a.parquet").write_bytes(small_batch())
        assert "0 of 400 nulls" in evergreen("propose", tmp_path / "a.parquet", "-C", folder).out


class TestCareful:
    """What was not seen often enough, or not the same way, is no rule."""

    def test_one_batch_makes_no_set(self, tmp_path):
        """It cannot agree with another."""
        table = pa.table({"c": ["a", "b"] * 100})
        assert "values:" not in proposed(tmp_path, table)
        assert "values: [a, b]" in proposed(tmp_path, table, table)

    def test_other_values_make_no_set(self, tmp_path):
        """A value that only one batch has may not be the last one."""
        text = proposed(tmp_path, pa.table({"c": ["a", "b"] * 100}), pa.table({"c": ["a", "c"] * 100}))
        assert line(text, "c").startswith("c: {type: string}")

    def test_repeated_or_few(self, tmp_path):
        """Unique is what repeats in no batch of a hundred rows and more, and is never missing."""
        rows = list(range(100))
        table = pa.table({"u": rows, "twice": [0, *rows[:-1]], "gap": [None, *rows[1:]]})
        text = proposed(tmp_path, table)
        assert [name for name in table.column_names if "unique: true" in line(text, name)] == ["u"]
        assert "unique" not in line(proposed(tmp_path, table.slice(0, 99)), "u")

    @pytest.mark.parametrize(
        ("values", "said"),
        [
            ([0.0, 10.0], "min: 0, max: 20, max_bad: 0.01"),
            ([-1.0, 3.0], "min: -5, max: 7"),
            ([7.0, 7.0], "min: 0, max: 14"),
            ([0.0, 0.0], "min: 0, max: 1"),
            ([math.nan, 2.0, 4.0], "max_nulls: 0.72, min: 0, max: 6"),
            ([1.0, 9.0], "min: -7, max: 17"),
            ([1.0, math.inf], "c: {type: number}"),
            ([-1e308, 1e308], "c: {type: number}"),
            ([5e-324, 0.0], "min: 0, max: 1"),
            ([math.nan], "max_nulls: 1.0}"),
        ],
    )
    def test_ranges(self, tmp_path, values, said):
        """Wider by their width, in two digits, outward; infinite ones are no range."""
        text = proposed(tmp_path, pa.table({"c": pa.array(values, pa.float64(), from_pandas=False)}))
        assert said in line(text, "c")

    @given(value=st.floats(-1e300, 1e300), up=st.booleans())
    @example(value=0.1, up=True)
    def test_outward(self, value, up):
        """Never inside of what was seen."""
        rounded = outward(value, up=up)
        assert rounded >= value if up else rounded <= value


class TestHostile:
    """Whatever the files hold, the proposal loads, or one line says why there is none."""

    def test_names_and_values(self, tmp_path):
        """Names that YAML would read otherwise are quoted, ones that no column may have are comments."""
        odd = ['"', "no", "a: b", "#", "1", "", "{x}", "\u0085", "\ud7ff"]
        table = pa.table({
            "null": odd * 20, "123": odd * 20, "a b": odd * 20, " a": odd * 20,
            "x\n  evil: {type: string}": odd * 20,
            "when": pa.array([0] * 180, pa.timestamp("s")), "list": [[1]] * 180,
        })  # fmt: skip
        text = proposed(tmp_path, table, table)
        columns = settings_of(text).validation.columns
        assert columns.keys() >= {"null", "123"}
        assert not {"evil", "when", "list", " a"} & columns.keys()
        assert "#  a: left out for its name: expected a column's name: 1 to 128 printable characters" in text
        assert columns["null"].values == tuple(sorted(odd))
        assert "stored as timestamp[ms], which no declared type allows: left out" in line(text, "when")

    def test_every_name_that_a_column_may_have(self, tmp_path):
        """It is a key of YAML, whatever YAML would make of it, and a person can read its letters."""
        odd = [*ODD_NAMES, "a: b", "# x", "- x", "&a", "*a", "!!int 1", "? x", "'", '"', "\\", "1", "1.5"]
        odd += [
            "null",
            "~",
            "yes",
            "<<",
            "=",
            "2024-01-01",
            "{x: 1}",
            "[x]",
            "%",
            "@",
            "`",
            "\U0001f600" * 128,
        ]
        text = proposed(tmp_path, pa.table({name: ["a"] for name in odd}))
        assert list(yaml.safe_load(text)["validate"]["columns"]) == odd
        assert '"größe": {' in text

    @pytest.mark.parametrize("data", [b"", b"PAR1", b"x" * 100, small_batch()[:-100]])
    def test_no_parquet(self, tmp_path, data):
        """The file is named."""
        (tmp_path / "bad.parquet").write_bytes(data)
        with pytest.raises(BadInput, match=r"bad.parquet: expected a readable Parquet file"):
            propose_files([tmp_path / "bad.parquet"], lambda _: None)

    def test_other_columns(self, tmp_path):
        """Batches of two forms are told apart, by the column that differs."""
        with pytest.raises(BadInput, match="other columns or types than the batch before: b"):
            proposed(tmp_path, pa.table({"a": [1]}), pa.table({"a": [1], "b": [1]}))
        with pytest.raises(BadInput, match="other columns or types than the batch before: a"):
            proposed(tmp_path, pa.table({"a": [1]}), pa.table({"a": ["x"]}))

    @pytest.mark.parametrize("kind", [pa.float16(), pa.float32()])
    def test_short_floats_are_numbers(self, tmp_path, kind):
        """As validation takes them."""
        text = proposed(tmp_path, pa.table({"x": pa.array([0.5, 1.5]).cast(kind)}))
        assert line(text, "x").startswith("x: {type: number, min: ")

    def test_no_rows(self, tmp_path):
        """Nothing comes of nothing."""
        with pytest.raises(BadInput, match="no rows"):
            proposed(tmp_path, pa.table({"a": pa.array([], pa.int64())}))

    def test_twice_the_same_name(self, tmp_path):
        """A file with two columns of one name is refused."""
        table = pa.Table.from_arrays([pa.array(np.arange(3))] * 2, ["a", "a"])
        with pytest.raises(BadInput, match="a column is there twice"):
            proposed(tmp_path, table)


def settings_of(text: str) -> Params:
    """The settings with these columns beside the small model's own."""
    own = PARAMS.split("  columns:\n")[1].split("\nprepare:")[0]
    return parse_params(with_validate(f"{text}{own}\n"))
