"""A table becomes a model folder that needs no hand edit, or nothing at all and one line that says why."""

import gzip
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from commands import evergreen
from table_factories import begun, csv_file, person_table

from tasks.begin import Begun, Wishes, begin
from tasks.errors import BadInput
from tasks.params import Params, parse_params, read_params

ROOT = Path(__file__).parents[3]
HEAD = b"asked,x,left\n2024-01-01,"
TWO = HEAD + b"1,0\n2024-01-02,2,1\n"
KINDS = {"0/1": "binary", "yes/no": "binary", "number": "regression", "classes": "multiclass"}


def batch(made: Begun, period: str) -> pd.DataFrame:
    """The rows that were cut for a period."""
    return pd.read_parquet(made.folder / "store" / "incoming" / made.model / f"{period}.parquet")


def settings(made: Begun) -> Params:
    """What its params.yaml says."""
    return read_params(made.folder / "params.yaml")


def taken(made: Begun) -> dict[str, str]:
    """What each column was taken for."""
    return {one.column: one.taken for one in made.columns}


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
            "params.yaml", "dvc.yaml", ".gitignore", ".dvcignore", "store"
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


class TestWhatIsTakenForWhat:
    """By the values, and the words that say so."""

    def test_leaves_out_what_says_what_the_label_says(self, tmp_path):
        """By other names, as the same number, or turned round; what only resembles it stays."""
        table = person_table()
        table = table.assign(gone=table["left"].map({1: "gone", 0: "here"}), kept=1.0 - table["left"],
                             nearly=table["left"].where(table.index > 0, 1 - table["left"]))  # fmt: skip
        made = begun(tmp_path, table)
        assert {one: taken(made)[one] for one in ("gone", "kept", "nearly")} == {
            "gone": "left out", "kept": "left out", "nearly": "number"
        }  # fmt: skip

    def test_leaves_out_the_label_s_own_number(self, tmp_path):
        """Of a regression, with missing values in either."""
        table = person_table("number")
        table = table.assign(again=table["left"].where(table.index > 9), more=table["left"] + 1)
        made = begun(tmp_path, table)
        assert (taken(made)["again"], taken(made)["more"]) == ("left out", "number")

    def test_takes_an_id_by_its_name_and_its_values(self, tmp_path):
        """Where a column is called one and no value comes twice; then none is made, and it has no range."""
        made = begun(tmp_path, person_table().assign(customer_id=range(600)))
        params = settings(made)
        assert params.prepare.id == "customer_id"
        assert "row_id" not in batch(made, "2024-01")
        column = params.validation.columns["customer_id"]
        assert (column.unique, column.min, column.max) == (True, None, None)

    def test_only_the_id_is_unique(self, tmp_path):
        """A number of which no value happened to come twice may do so in the next batch."""
        made = begun(tmp_path, person_table().assign(income=range(1000, 1600)))
        unique = {name for name, one in settings(made).validation.columns.items() if one.unique}
        assert unique == {"row_id"}

    def test_takes_rows_of_a_customer_together(self, tmp_path):
        """By --cluster, which is then no feature."""
        made = begun(
            tmp_path, person_table().assign(customer=[n % 200 for n in range(600)]), cluster="customer"
        )
        params = settings(made)
        assert (params.prepare.cluster, params.contract.min_clusters) == ("customer", 20)
        assert "customer" not in params.prepare.features
        assert "day" not in batch(made, "2024-01")

    def test_counts_rows_where_there_are_few_days(self, tmp_path):
        """Of snapshots on the first of a month, a holdout would be one cluster."""
        table = person_table()
        table["asked"] = table["asked"].str[:7] + "-01"
        params = settings(begun(tmp_path, table))
        assert (params.prepare.cluster, params.prepare.selection_days) == ("row_id", 31)

    def test_gives_a_column_another_name_only_if_it_must(self, tmp_path):
        """And says so; options name columns as the table does. Signs and umlauts are no reason."""
        table = person_table().rename(columns={"left": "Gekündigt?\t", "spend": "spend_€ "})
        made = begun(tmp_path, table.assign(spend=1.5), label="Gekündigt?\t", model="left")
        names = {one.column: one.name for one in made.columns if one.column != one.name}
        params = settings(made)
        assert set(names) == {"Gekündigt?\t", "spend_€ "}
        assert len({one.name.lower() for one in made.columns}) == len(made.columns)
        assert all(any(repr(old) in said for said in made.changes) for old in names)
        assert params.validation.columns[params.prepare.label.column].max == 1

    def test_leaves_out_what_it_is_told_to_and_row_numbers(self, tmp_path):
        """They are in no file; a column without a name is what a program writes unasked."""
        path = tmp_path / "data.csv"
        person_table().to_csv(path)
        made = begun(tmp_path, path, leave_out=("note",))
        assert not {"note", "", "column"} & set(batch(made, "2024-01").columns)
        assert "a column without a name is left out" in made.changes

    def test_takes_no_name_that_is_there(self, tmp_path):
        """A column that is called `day` or `row_id` already stays what it is."""
        made = begun(tmp_path, person_table().assign(day="Monday", row_id=7))
        prepare = settings(made).prepare
        assert (prepare.id, prepare.cluster) == ("row_id_2", "day_2")
        assert set(batch(made, "2024-01")["day"]) == {"Monday"}

    def test_writes_down_what_could_be_taken_for_something_else(self, tmp_path):
        """Classes and a file's name that hold what YAML or a comment lives on come back as they are."""
        classes = ("no: #", "'{\"", "null")
        table = person_table().assign(left=[classes[n % 3] for n in range(600)])
        path = csv_file(tmp_path / "a\n\nmodel: other.csv", table)
        made = begun(tmp_path, path)
        assert (settings(made).model, set(settings(made).classes)) == ("left", set(classes))

    def test_knows_labels_later(self, tmp_path):
        """By --known-after: a column says when, the lag is that, and selection begins so much earlier."""
        made = begun(tmp_path, person_table(months=6), known_after=10)
        rows, prepare = batch(made, "2024-02"), settings(made).prepare
        assert (rows["left_known_at"] - rows["asked"]).unique().tolist() == [pd.Timedelta(days=10)]
        assert (prepare.label.available_at, prepare.label_lag_days) == ("left_known_at", 10)
        assert prepare.selection_days == 31 + 10
        text = (made.folder / "params.yaml").read_text()
        assert "in 31 days, and 10 more in which labels are not known yet, before 2024-06" in text

    def test_takes_two_texts_where_it_is_said_which_is_1(self, tmp_path):
        """Neither is plainly yes."""
        table = person_table("yes/no").replace({"left": {"yes": "went", "no": "stayed"}})
        with pytest.raises(BadInput, match="say which is to be foretold: --positive"):
            begun(tmp_path, table)
        assert batch(begun(tmp_path, table, positive="went"), "2024-01")["left"].mean() > 0.3

    @pytest.mark.parametrize(("values", "kind"), [([1, 2, 3], "multiclass"), (range(9), "regression")])
    def test_takes_few_whole_numbers_for_classes(self, tmp_path, values, kind):
        """Three are classes, nine amounts; the other is a word away."""
        table = person_table().assign(left=[values[n % len(values)] for n in range(600)])
        assert begun(tmp_path, table).objective == kind
        other = {"multiclass": "regression", "regression": "multiclass"}[kind]
        assert begun(tmp_path, table, objective=other, model="other").objective == other

    @pytest.mark.parametrize("spelt", [(True, False), ("True", "FALSE"), (1.0, 0.0), ("Y", "n")], ids=str)
    def test_writes_yes_and_no_as_1_and_0(self, tmp_path, spelt):
        """However they are spelt; a missing one stays missing, and is told."""
        left = [*(spelt[n % 2] for n in range(599)), None]
        pq.write_table(
            pa.table(person_table().assign(left=pd.Series(left, dtype="object"))), tmp_path / "data.parquet"
        )
        made = begun(tmp_path, tmp_path / "data.parquet")
        assert set(batch(made, "2024-01")["left"]) == {0, 1}
        assert batch(made, "2024-04")["left"].isna().sum() == 1
        assert any("1 of 600 rows have no label" in one for one in made.notes)


class TestSeveralTables:
    """Read as one, whatever their format."""

    def test_of_a_folder(self, tmp_path):
        """CSV, packed CSV and Parquet together give what one table gives."""
        table, parts = person_table(), tmp_path / "parts"
        parts.mkdir()
        csv_file(parts / "a.csv", table[:200])
        (parts / "b.csv.gz").write_bytes(gzip.compress(table[200:400].to_csv(index=False).encode()))
        pq.write_table(pa.table(table[400:].reset_index(drop=True)).cast(_plain(table)), parts / "c.parquet")
        (parts / "readme.txt").write_text("no table")
        made = begun(tmp_path, parts)
        assert sum(made.periods.values()) == 600
        assert [one for part in made.periods for one in batch(made, part)["note"]] == table["note"].tolist()

    def test_of_different_columns_are_refused(self, tmp_path):
        """With their names."""
        first = csv_file(tmp_path / "a.csv", person_table())
        second = csv_file(tmp_path / "b.csv", person_table().rename(columns={"plan": "tariff"}))
        with pytest.raises(BadInput, match=r"b\.csv: other columns than a\.csv: plan, tariff"):
            begin([first, second], tmp_path, None, Wishes("left", "asked"), lambda _: None)


def _plain(table: pd.DataFrame) -> pa.Schema:
    """The types that a CSV of the table is read as."""
    kinds = {"spend": pa.float64(), "left": pa.int64()}
    return pa.schema([(one, kinds.get(one, pa.string())) for one in table.columns])


class TestHowMuchIsNeeded:
    """What is too little for a decision is told, and not refused: more will arrive."""

    def test_tells_how_many_periods_are_missing(self, tmp_path):
        """All rows in one month: two more before a first decision."""
        made = begun(tmp_path, person_table(months=1))
        assert made.needed == 3
        assert "1 of 3 months that a first decision needs: `evergreen run` waits for 2 more" in made.notes[0]

    def test_tells_where_days_would_do(self, tmp_path):
        """Two months of days are enough by day, with four weeks to be judged on."""
        table = person_table(months=2, rows=500)
        assert made_by_month(begun(tmp_path, table))
        made = begun(tmp_path, table, period="day", model="daily")
        prepare = settings(made).prepare
        assert (prepare.holdout_periods, prepare.min_periods) == (28, 28 + 14 + 14)
        assert len(made.periods) == 60

    def test_cuts_by_week(self, tmp_path):
        """Four weeks judge, and each row is in the ISO week of its day."""
        made = begun(tmp_path, person_table(months=3, rows=600), period="week", model="weekly")
        prepare = settings(made).prepare
        assert (prepare.holdout_periods, prepare.min_periods) == (4, 4 + 4)
        assert settings(made).intake.period == "week"
        for period in made.periods:
            days = batch(made, period)["asked"].dt.isocalendar()
            assert {f"{year}-W{week:02d}" for year, week in zip(days["year"], days["week"], strict=True)} == {
                period
            }

    def test_leaves_periods_without_any_label_for_later(self, tmp_path):
        """The newest month's labels are not known yet: it would be a holdout of no rows."""
        table = person_table()
        table.loc[table["asked"] >= "2024-04", "left"] = None
        made = begun(tmp_path, table)
        assert list(made.periods) == ["2024-01", "2024-02", "2024-03"]
        assert any("not delivered: 2024-04 (150 rows)" in one for one in made.notes)

    def test_tells_of_a_newest_period_of_one_label(self, tmp_path):
        """Nobody has left yet, or nobody knows."""
        table = person_table("yes/no")
        table.loc[table["asked"] >= "2024-04", "left"] = "no"
        assert any(one.startswith("all labels of 2024-04 are 'no'") for one in begun(tmp_path, table).notes)
        assert not any("all labels of" in one for one in begun(tmp_path, person_table(), model="other").notes)

    def test_tells_of_a_newest_period_that_is_hardly_begun(self, tmp_path):
        """It would be judged on."""
        made = begun(tmp_path, person_table()[:460])
        assert any(one.startswith("2024-04 has 10 rows, and a usual month 150") for one in made.notes)


def made_by_month(made: Begun) -> bool:
    """Whether it was told that days would be enough."""
    return any("which is enough: --period day" in one for one in made.notes)


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
