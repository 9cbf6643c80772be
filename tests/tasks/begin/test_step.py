"""A table becomes a model folder that needs no hand edit, or nothing at all and one line that says why."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from commands import evergreen
from table_factories import batch, begun, csv_file, person_table, settings

from tasks.begin import Begun
from tasks.errors import BadInput
from tasks.params import parse_params

ROOT = Path(__file__).parents[3]
HEAD = b"asked,x,left\n2024-01-01,"
TWO = HEAD + b"1,0\n2024-01-02,2,1\n"
KINDS = {"0/1": "binary", "yes/no": "binary", "number": "regression", "classes": "multiclass"}


@pytest.fixture(scope="module", params=KINDS)
def made(request, tmp_path_factory) -> tuple[str, Begun]:
    """A kind of label, and the folder that was made of a table with it."""
    return request.param, begun(tmp_path_factory.mktemp("begin"), person_table(request.param))


class TestTheFolder:
    """All that a run needs."""

    def test_has_settings_of_the_kind_of_label(self, made):
        """Two values are binary, numbers a regression, three texts classes; two columns are features."""
        kind, folder = made
        params = settings(folder)
        assert params.train.objective == KINDS[kind]
        assert params.prepare.features == ("spend", "plan")
        assert params.classes == (("high", "low", "middle") if kind == "classes" else ())
        assert (params.prepare.id, params.prepare.cluster) == ("row_id", "day")

    def test_has_every_section_that_its_stages_name(self, made):
        """DVC refuses a stage whose settings are not in the file, though they have defaults."""
        folder = made[1].folder
        stages = yaml.safe_load((folder / "dvc.yaml").read_text())["stages"]
        named = {
            one.split(".")[0] for stage in stages.values() for one in stage["params"] if isinstance(one, str)
        }
        assert len(named) > 5
        assert named <= yaml.safe_load((folder / "params.yaml").read_text()).keys()

    def test_has_the_repository_s_own_stages(self, made):
        """Byte by byte, with what git and DVC need not look at."""
        folder = made[1].folder
        assert (folder / "dvc.yaml").read_bytes() == (ROOT / "dvc.yaml").read_bytes()
        assert {one.name for one in folder.iterdir()} == {
            "params.yaml", "table.yaml", "dvc.yaml", ".gitignore", ".dvcignore", "store"
        }  # fmt: skip

    def test_says_what_was_seen(self, made):
        """Beside the guess, in the file."""
        text = (made[1].folder / "params.yaml").read_text()
        seen = {"0/1": "2 values: 0 (", "yes/no": "2 values: no (", "number": "numbers, more than 50 values",
                "classes": "3 values: high ("}  # fmt: skip
        assert seen[made[0]] in text
        assert "# note: text of more than 100 different values: not read" in text
        assert "# country: the same value in every row: not read" in text

    def test_offers_clauses_that_fit(self, made):
        """Each that is a comment is valid as it stands, and asks for more."""
        text = (made[1].folder / "params.yaml").read_text()
        params = parse_params(text.replace("    # - {name:", "    - {name:"))
        assert len(params.contract.clauses) >= len(settings(made[1]).contract.clauses) + 2

    def test_has_all_rows_by_period(self, made):
        """Each in the month of its time, with an offset, an id of its own, and the label as asked for."""
        frames = {period: batch(made[1], period) for period in made[1].periods}
        whole = pd.concat(frames.values())
        assert list(frames) == ["2024-01", "2024-02", "2024-03", "2024-04"]
        assert len(whole) == 600
        assert whole["row_id"].is_unique
        assert all((one["asked"].dt.strftime("%Y-%m") == period).all() for period, one in frames.items())
        assert str(whole["asked"].dt.tz) == "UTC"
        table = person_table(made[0])["left"]
        expected = (table == "yes").astype(int) if made[0] == "yes/no" else table
        assert whole["left"].tolist() == expected.tolist()

    @pytest.mark.long
    def test_runs_at_once_and_has_a_champion(self, tmp_path, made, monkeypatch):
        """With no hand edit, `evergreen run` decides, and promotes what tells the label."""
        monkeypatch.delenv("EVERGREEN_STORE", raising=False)
        folder = begun(tmp_path, person_table(made[0], months=12, rows=1500)).folder
        said = evergreen("run", "-C", folder, "--json")
        assert (said.status, said.document["verdict"]) == (0, "promote"), said.err


class TestRefusals:
    """One line, and not a file left behind."""

    @pytest.mark.parametrize(
        ("data", "wishes", "message"),
        [
            (b"", {}, "empty: expected a CSV file with a header"),
            (b"asked,left\n", {}, "no rows: there is nothing to learn from"),
            (b"2024-01-01,1,3\n2024-01-02,0,4\n", {}, "expected a column 'left', found '2024-01-01'"),
            (b"asked;left\n2024-01-01;1\n", {}, "expected a column 'left', found 'asked;left'. Is its"),
            (HEAD + b"1,1\n2024-01-02,2,1\n", {}, "left: all labels are 1: there is nothing"),
            (HEAD + b"1,\n2024-01-02,2,\n", {}, "left: no row has a label"),
            (HEAD + b"1,0\nsoon,2,1\n", {}, "row 2: asked has 'soon': expected a time"),
            (HEAD + b"1,0\n2024-02-30,2,1\n", {}, "row 2: asked has '2024-02-30', which no"),
            (HEAD + b"1,0\n,2,1\n", {}, "row 2: asked has no time"),
            (b"asked,x,left\n1704067200,1,0\n1704067201,2,1\n", {}, "row 1: asked has 1704067200: exp"),
            (b"asked,x,x,left\n2024-01-01,1,2,0\n", {}, "the column 'x' is there twice"),
            (HEAD + b"1,0\n2024-01-02,2\n", {}, "not a readable CSV file"),
            (HEAD + b"1,0\n2024-01-02,2,1", {}, "the last line has no end"),
            (HEAD + b"a,0\n2024-01-02,a,1\n", {"id": "x"}, "--id x: some come twice"),
            (HEAD + b"a,0\n2024-01-02,,1\n", {"cluster": "x"}, "--cluster x: 1 of 2 rows have none"),
            (HEAD + b"1.5,0\n2024-01-02,2,1\n", {"cluster": "x"}, "--cluster x: stored as double"),
            (HEAD + b"a,0\n2024-01-02,,1\n", {"id": "x"}, "--id x: 1 of 2 rows have none"),
            (HEAD + b"a,0\n2024-01-02,a,1\n", {}, "no column is left to learn from: x: the sam"),
            (TWO, {"leave_out": ("left",)}, "is asked for"),
            (TWO, {"zone": "Mars/Base"}, "--zone: expected a"),
            (TWO, {"model": "../up"}, "--model ../up: exp"),
            (HEAD + b"1,a\n2024-01-02,2,b\n", {"objective": "regression"}, "expected the num"),
            (TWO, {"objective": "multiclass"}, "expected the 3"),
            (b"asked,x,left\n2024-03-31 02:30,1,0\n", {"zone": "Europe/Berlin"}, "row 1: asked: 2024"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )  # fmt: skip
    def test_of_a_table_that_is_none(self, tmp_path, data, wishes, message):
        """With what was expected, where, and what to do."""
        (tmp_path / "data.csv").write_bytes(data)
        with pytest.raises(BadInput) as refused:
            begun(tmp_path, tmp_path / "data.csv", **wishes)
        assert message in str(refused.value)
        assert [one.name for one in tmp_path.iterdir()] == ["data.csv"]

    def test_of_parquet_that_is_cut_short(self, tmp_path):
        """At its end, where it is opened, and in its pages, where it is read."""
        path = tmp_path / "data.parquet"
        pq.write_table(pa.table(person_table()), path, compression="snappy")
        whole = path.read_bytes()
        for broken in (whole[:-100], whole[:10] + bytes(len(whole) // 2) + whole[10 + len(whole) // 2 :]):
            path.write_bytes(broken)
            with pytest.raises(BadInput, match=r"data\.parquet: expected a readable Parquet file"):
                begun(tmp_path, path)
            assert [one.name for one in tmp_path.iterdir()] == ["data.parquet"]

    def test_of_a_folder_that_is_there(self, tmp_path):
        """A model folder, or one with anything in it, stays as it is; an empty one is used."""
        target = tmp_path / "left"
        target.mkdir()
        begun(tmp_path, person_table())
        before = (target / "params.yaml").read_bytes()
        with pytest.raises(BadInput, match="is a model folder already: name another with --into"):
            begun(tmp_path, person_table("number"))
        assert (target / "params.yaml").read_bytes() == before
        (target / "params.yaml").unlink()
        with pytest.raises(BadInput, match="is there already and not empty"):
            begun(tmp_path, person_table())

    def test_of_tables_that_are_none(self, tmp_path):
        """Another ending, an empty folder, and more days than files that can be open."""
        (tmp_path / "data.xlsx").write_text("x")
        (tmp_path / "none").mkdir()
        with pytest.raises(BadInput, match=r"expected a table that ends in \.parquet"):
            begun(tmp_path, tmp_path / "data.xlsx")
        with pytest.raises(BadInput, match="in this folder, found none"):
            begun(tmp_path, tmp_path / "none")
        days = pd.date_range("2020-01-01", periods=1000).strftime("%Y-%m-%d")
        table = pd.DataFrame({"asked": days, "x": range(1000), "left": [n % 2 for n in range(1000)]})
        with pytest.raises(BadInput, match="1,000 days: at most 900 are cut at once"):
            begun(tmp_path, table, period="day")

    def test_as_the_command_says_them(self, tmp_path):
        """Where there is no folder to make one in: one document, and status 2."""
        path = csv_file(tmp_path / "data.csv", person_table())
        said = evergreen(
            "init", path, "--label", "left", "--time", "asked", "-C", tmp_path / "nowhere", "--json"
        )
        assert said.status == 2
        assert "there is no such folder to make a model folder in" in said.document["error"]["message"]


class TestTheCommand:
    """What a person sees."""

    def test_tells_each_column_and_what_comes_next(self, tmp_path):
        """A row for each, what was changed, and three commands."""
        path = csv_file(tmp_path / "data.csv", person_table("yes/no"))
        said = evergreen("init", path, "--label", "left", "--time", "asked", "--into", "new", "-C", tmp_path)
        assert said.status == 0, said.err
        assert "│ spend   │ number    │ numbers" in said.out
        assert "changed: left: 'yes' is written as 1, and 'no' as 0" in said.out
        assert said.out.splitlines()[-3].endswith("/new && evergreen run")
