"""The second month: a table of the first's form is cut as the first was, and delivered where intake looks."""

from datetime import UTC, datetime

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from commands import evergreen
from factories import small_batch, small_folder
from hypothesis import given, settings
from hypothesis import strategies as st
from table_factories import added, batch, begun, copied, csv_file, delivered_bytes, person_table

from tasks.add import Wishes, add
from tasks.errors import BadInput, Conflict
from tasks.tables.form import FILE

ID_FORM = """\
columns:
  row_id: {type: string}
  event_time: {type: timestamp}
  day: {type: string}
  state: {type: string}
  label: {type: integer}
  label_known_at: {type: timestamp}
  x: {type: number}
  z: {type: number}
  colour: {type: string}
  known_at: {type: timestamp}
label: {one: 1, zero: 0}
"""


HISTORIES = st.fixed_dictionaries(
    {
        "label": st.sampled_from(("0/1", "yes/no", "number", "classes")),
        "first": st.integers(2, 3),
        "more": st.integers(1, 2),
        "seed": st.integers(0, 99),
        "parquet": st.booleans(),
        "period": st.sampled_from(["month", "day"]),
        "known_after": st.sampled_from([0, 20]),
        "zone": st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"]),
    }
)
"""A table of so many months, and how it is cut."""


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A folder of three months, of which a table has four."""
    return begun(tmp_path_factory.mktemp("first"), table()[:450])


@pytest.fixture
def made(first, tmp_path):
    """The same, to be changed."""
    return copied(first, tmp_path)


def table(**changes):
    """The four months, with other columns."""
    return person_table("yes/no", months=4).assign(**changes)


def became(found):
    """What became of each period."""
    return {one.period: one.became for one in found.periods}


def assert_as_at_once(root, *, label, first, more, seed, parquet, **said):
    """The first months and then all of them give the files of all at once."""
    whole = person_table(label, months=first + more, rows=60, seed=seed)
    said["leave_out"] = ("note",)

    def written(name, frame):
        (root / name).mkdir()
        if not parquet:
            return csv_file(root / name / "data.csv", frame)
        pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), root / name / "data.parquet")
        return root / name / "data.parquet"

    once = written("once", whole)
    at_once, later = (
        begun(root / "once", once, **said),
        begun(root / "later", written("later", whole[: 60 * first]), **said),
    )
    found = became(added(later, once))
    assert {period: found[period] for period in later.periods} == dict.fromkeys(later.periods, "already")
    assert {found[period] for period in found.keys() - later.periods.keys()} == {"new"}
    assert delivered_bytes(later) == delivered_bytes(at_once)


class TestTheWholeHistoryAgain:
    """A longer table: only what is new goes."""

    @settings(max_examples=4)
    @given(history=HISTORIES)
    def test_gives_the_files_that_a_first_table_would(self, tmp_path_factory, history):
        """Byte by byte: months 1 to n and then all to n + k are like all at once."""
        assert_as_at_once(tmp_path_factory.mktemp("add"), **history)

    @pytest.mark.long
    @settings(max_examples=80)
    @given(history=HISTORIES)
    def test_gives_them_whatever_the_table(self, tmp_path_factory, history):
        """The same, of many more tables."""
        assert_as_at_once(tmp_path_factory.mktemp("add"), **history)

    def test_says_what_is_there_already_in_whatever_order(self, made):
        """Rows without an id of their own are told by what they hold; a second time nothing is written."""
        before = delivered_bytes(made)
        assert became(added(made, table().sample(frac=1, random_state=1))) == {
            "2024-01": "already", "2024-02": "already", "2024-03": "already", "2024-04": "new"
        }  # fmt: skip
        after = delivered_bytes(made)
        assert {one: after[one] for one in before} == before
        assert not added(made, table()).written
        assert delivered_bytes(made) == after

    def test_may_be_tried(self, made):
        """A dry run says the same and writes nothing."""
        before = delivered_bytes(made)
        assert became(added(made, table(), dry_run=True))["2024-04"] == "new"
        assert delivered_bytes(made) == before

    def test_leaves_newest_months_until_a_row_has_a_label(self, made):
        """As the first time; one that is older than what is there goes all the same."""
        four = table()
        four.loc[450:, "left"] = None
        assert became(added(made, four))["2024-04"] == "no label yet"
        (made.folder / "store" / "incoming" / "left" / "2024-02.parquet").unlink()
        four.loc[150:299, "left"] = None
        assert became(added(made, four))["2024-02"] == "new"

    def test_says_when_a_month_is_not_over(self, made):
        """It would be judged on as it is; one that has not begun is left alone by runs."""
        today = datetime.now(UTC)
        late = table()[450:452].assign(asked=[f"{today:%Y-%m-%d}", f"{today.year + 1}-12-01"])
        first, second = added(made, late).notes
        assert first.startswith(f"{today:%Y-%m} is not over yet, and would be judged on")
        assert second == f"{today.year + 1}-12 has not begun yet: runs leave it alone until it has"

    def test_may_come_as_the_new_month_alone(self, made):
        """Whose labels are all of one kind, and whose numbers a program wrote with a point."""
        assert became(added(made, table(left="no")[450:])) == {"2024-04": "new"}
        assert batch(made, "2024-04")["left"].tolist() == [0] * 150

    def test_may_have_whole_numbers_with_a_point(self, tmp_path):
        """A column of 0 and 1 in which some are missing now is written as 1.0 by many programs."""
        whole = person_table("0/1", months=2)
        made = begun(tmp_path, whole[:150])
        whole["left"] = whole["left"].astype(float)
        whole.loc[299, "left"] = None
        assert became(added(made, whole)) == {"2024-01": "already", "2024-02": "new"}
        assert batch(made, "2024-02")["left"].isna().sum() == 1


class TestCorrections:
    """A period that was delivered with other rows: told, and written only where it is asked for."""

    def test_are_refused_and_told(self, made):
        """One line for all periods: labels filled in, values changed, rows added and gone."""
        before, four = delivered_bytes(made), table()
        four.loc[3, "spend"] += 1
        four.loc[[160, 161], "left"] = None
        with pytest.raises(BadInput) as refused:
            added(made, four.drop(index=[5, 6, 7, 320]))
        assert str(refused.value).startswith(
            "2024-01: 3 rows of before not in the table, 1 row changed (spend); 2024-02: 2 rows changed "
            "(left); 2024-03: 1 row of before not in the table: delivered already with other rows, so "
            "nothing was written. --replace"
        )
        assert "\n" not in str(refused.value)
        assert delivered_bytes(made) == before

    def test_fill_labels_in(self, tmp_path):
        """They are counted as such; with --replace the files are those of a table that had them at first."""
        late = person_table("yes/no", months=4)
        late.loc[400:449, "left"] = None
        made = begun(tmp_path, late[:450])
        with pytest.raises(BadInput, match=r"^2024-03: 50 labels filled in: .* --replace delivers"):
            added(made, table())
        found = added(made, table(), replace=True)
        assert became(found)["2024-03"] == "replaced"
        assert (found.periods[2].told, found.periods[2].labelled) == ("50 labels filled in", 150)
        assert delivered_bytes(made) == delivered_bytes(begun(tmp_path, table(), model="at-once"))

    def test_leave_each_row_its_id(self, made):
        """A row that was inserted gets a new one: scores may name the others."""
        before, four = batch(made, "2024-02"), table()
        four = pd.concat([four[:200], four[200:201].assign(spend=1.0, note="new"), four[200:]])
        added(made, four, replace=True)
        after = batch(made, "2024-02")
        assert after[after["note"] != "new"].reset_index(drop=True).equals(before)
        assert after[after["note"] == "new"]["row_id"].tolist() == ["2024-02-0000151"]

    def test_take_rows_out_only_where_that_is_asked_for(self, made):
        """--replace alone loses none."""
        four = table().drop(index=[5])
        with pytest.raises(BadInput, match=r"1 row of before not .*--append keeps.*--remove takes"):
            added(made, four, replace=True)
        found = added(made, four, replace=True, remove=True)
        assert (found.periods[0].became, found.periods[0].rows) == ("replaced", 149)
        with pytest.raises(BadInput, match="give --replace, too"):
            added(made, four, remove=True)
        with pytest.raises(BadInput, match="give one"):
            added(made, four, replace=True, append=True, remove=True)


class TestPartsOfAPeriod:
    """An increment: further rows join those that are there."""

    def test_are_refused_unless_they_are_said_to_be_parts(self, made):
        """--replace would lose the rows of before, and does not."""
        four = table()
        added(made, four[:500])
        for wishes in ({}, {"replace": True}):
            with pytest.raises(BadInput, match="2024-04: 100 rows added, 50 rows of before not in the table"):
                added(made, four[500:], **wishes)

    def test_join_the_rows_of_before(self, made):
        """In their order, with ids of their own; a part that comes again, or overlaps, changes nothing."""
        four = table()
        added(made, four[:500])
        found = added(made, four[490:], append=True)
        assert (found.periods[0].became, found.periods[0].rows) == ("appended", 150)
        assert found.periods[0].told == "100 rows added"
        rows = batch(made, "2024-04")
        assert rows["note"].tolist() == four[450:]["note"].tolist()
        assert rows["row_id"].tolist() == [f"2024-04-{one:07d}" for one in range(1, 151)]
        assert became(added(made, four[480:520], append=True)) == {"2024-04": "already"}

    def test_may_change_rows_with_both_options(self, made):
        """A label that comes late with an increment."""
        four = table()
        four.loc[460, "left"] = None
        added(made, four[:500])
        with pytest.raises(BadInput, match=r"1 label filled in.*--replace"):
            added(made, table()[455:], append=True)
        found = added(made, table()[455:], append=True, replace=True)
        assert (found.periods[0].rows, found.periods[0].labelled) == (150, 150)
        assert found.periods[0].told == "100 rows added, 1 label filled in"

    def test_of_rows_with_an_id_are_told_by_it(self, tmp_path):
        """In a folder that `init` did not make, with a form by hand: rows whose id is known change."""
        folder = small_folder(tmp_path)
        (folder / FILE).write_text(ID_FORM)
        (tmp_path / "data.parquet").write_bytes(small_batch("2024-01"))
        whole = pq.read_table(tmp_path / "data.parquet")

        def deliver(rows, **wishes):
            pq.write_table(rows, tmp_path / "data.parquet")
            return add([tmp_path / "data.parquet"], folder, Wishes(**wishes), lambda _: None, dry_run=False)

        deliver(whole[:300])
        changed = whole.set_column(6, "x", pa.array([1.5] * whole.num_rows))
        with pytest.raises(
            BadInput, match=r"100 rows added, 200 rows of before not .*, 100 rows changed \(x\)"
        ):
            deliver(changed[200:])
        found = deliver(changed[200:], append=True, replace=True)
        assert found.periods[0].told == f"{whole.num_rows - 300} rows added, 100 rows changed (x)"
        after = pq.read_table(folder / "store" / "incoming" / "small" / "2024-01.parquet")
        assert after["row_id"].equals(whole["row_id"])
        assert after["x"].to_pylist() == whole["x"].to_pylist()[:200] + [1.5] * (whole.num_rows - 200)


class TestRefusals:
    """One line, and nothing is written, also of the months that are good."""

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (lambda one: one.drop(columns="plan"), r"no column 'plan': all columns of table\.yaml have to"),
            (lambda one: one.assign(age=1), r"a new column 'age': name it in table\.yaml, under leave_out"),
            (
                lambda one: one.rename(columns={"plan": "tariff"}),
                r"no column 'plan' and a new column 'tariff': if .* `tariff: \{type: string, name: plan\}`",
            ),
            (lambda one: one.assign(left="maybe"), r"row 1: left has 'maybe': expected one of 'yes', 'no'"),
            (lambda one: one.assign(spend="a lot"), r"row 1: spend has 'a lot': expected a number, as"),
            (lambda one: one.assign(asked="31.01.2024"), r"row 1: asked has '31\.01\.2024': expected a time"),
            (lambda one: one.assign(asked=None), "row 1: asked has no time"),
            (lambda one: one[:0], "no rows: there is nothing to add"),
            (
                lambda one: one.assign(asked=one["asked"].str.replace("2024", "2020")),
                r"2020-01 to 2020-04 \(600 rows\): before 2024-01, the first period that was delivered",
            ),
            (lambda one: one.set_axis(range(6), axis=1), "and 1 more: .* Is its first line a header"),
        ],
    )
    def test_of_another_table(self, made, change, message):
        """With what was expected, where, and what to do."""
        before = delivered_bytes(made)
        with pytest.raises(BadInput, match=message) as refused:
            added(made, change(table()))
        assert "\n" not in str(refused.value)
        assert delivered_bytes(made) == before

    def test_of_a_time_that_no_clock_showed(self, tmp_path):
        """In the zone of the first table."""
        made = begun(tmp_path, person_table(months=2), zone="Europe/Berlin")
        late = person_table(months=3)
        late.loc[301, "asked"] = "2024-03-31 02:30:00"
        with pytest.raises(
            BadInput, match=r"row 302: asked: 2024-03-31 02:30:00 is not there .* Europe/Berlin"
        ):
            added(made, late)

    def test_of_times_that_lost_their_offset(self, tmp_path):
        """Whose clock they would be is anybody's guess."""
        first = person_table(months=2)
        made = begun(tmp_path, first.assign(asked=first["asked"] + "+02:00"))
        with pytest.raises(BadInput, match=r"row 1: asked has .*: expected a time with an offset"):
            added(made, first)

    def test_of_a_parquet_column_of_another_type(self, made, tmp_path):
        """Numbers as text."""
        other = pa.Table.from_pandas(table(spend="1"), preserve_index=False)
        pq.write_table(other, tmp_path / "other.parquet")
        with pytest.raises(BadInput, match=r"spend is stored as (large_)?string .*: expected number"):
            added(made, tmp_path / "other.parquet")

    def test_of_a_class_that_was_not_there(self, tmp_path):
        """The classes are those of params.yaml."""
        made = begun(tmp_path, person_table("classes", months=3)[:300])
        with pytest.raises(
            BadInput, match="left has 'huge': expected one of 'high', 'low', 'middle', or none"
        ):
            added(made, person_table("classes", months=3).replace({"left": {"low": "huge"}}))

    def test_of_a_folder_without_a_form(self, made):
        """The file, and what to write into it."""
        (made.folder / FILE).unlink()
        with pytest.raises(
            BadInput, match=r"table\.yaml: is not there\. .*`evergreen init` writes it; by hand"
        ):
            added(made, table())

    def test_of_a_label_that_the_form_does_not_explain(self, made):
        """Of a binary label it says what is 1, unless the table has 0 and 1."""
        form = made.folder / FILE
        form.write_text(form.read_text().replace("label: {one: 'yes', zero: 'no'}\n", ""))
        with pytest.raises(BadInput, match=r"the label is string, and \[0, 1\] are not: say how"):
            added(made, table())

    def test_of_a_period_that_somebody_else_delivers(self, made):
        """Between the check and the write: nothing of theirs is lost, and the same again goes on."""
        place = made.folder / "store" / "incoming" / "left" / "2024-04.parquet"
        path = csv_file(made.folder.parent / "more.csv", table())

        def meanwhile(said):
            if said.startswith("delivering"):
                place.write_bytes(b"theirs")

        with pytest.raises(Conflict, match="somebody else delivered it meanwhile; 0 of 1 periods"):
            add([path], made.folder, Wishes(), meanwhile, dry_run=False)
        assert place.read_bytes() == b"theirs"
        with pytest.raises(BadInput, match="2024-04: what was delivered is no readable Parquet"):
            added(made, table())

    def test_leave_what_the_same_command_finishes(self, made):
        """Stopped between two periods: the first is there, and the second goes the next time."""
        (made.folder / "store" / "incoming" / "left" / "2024-02.parquet").unlink()
        path = csv_file(made.folder.parent / "more.csv", table())

        def stopped(said):
            if said == "delivering 2024-04":
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            add([path], made.folder, Wishes(), stopped, dry_run=False)
        assert list(became(added(made, path)).values()) == ["already", "already", "already", "new"]

    def test_of_a_period_that_intake_would_not_take(self, made):
        """Before anything is written."""
        params = made.folder / "params.yaml"
        params.write_text(
            params.read_text().replace("  period: month\n", "  period: month\n  max_bytes: 2000\n")
        )
        with pytest.raises(BadInput, match=r"2024-04: .* bytes; intake\.max_bytes allows 2,000"):
            added(made, table())


class TestOtherDeliveries:
    """What lies there that neither `init` nor `add` wrote."""

    def test_by_hand_as_csv_are_left_alone_and_told(self, made):
        """Two formats of one period are nobody's guess."""
        place = made.folder / "store" / "incoming" / "left"
        (place / "2024-02.parquet").unlink()
        (place / "2024-02.csv").write_text("asked\n")
        found = added(made, table())
        assert (found.periods[1].became, found.periods[1].told) == (
            "left alone", "delivered by hand as 2024-02.csv, not compared"
        )  # fmt: skip
        assert not (place / "2024-02.parquet").exists()

    def test_of_a_form_that_has_one_more_column_now(self, made):
        """Named as a new column; --replace delivers the periods again with it."""
        form = made.folder / FILE
        form.write_text(form.read_text().replace("columns:\n", "columns:\n  age: {type: integer}\n"))
        with pytest.raises(BadInput, match="2024-01: a new column age; 2024-02: a new column age"):
            added(made, table(age=3))
        with pytest.raises(BadInput, match="Other columns come with whole periods"):
            added(made, table(age=3), append=True, replace=True)
        assert set(became(added(made, table(age=3), replace=True)).values()) == {"replaced", "new"}
        assert batch(made, "2024-01")["age"].tolist() == [3] * 150


class TestTheCommand:
    """What a person sees."""

    def test_tells_each_period_that_is_new_and_what_comes_next(self, made, monkeypatch):
        """Those that are there are told as a range."""
        monkeypatch.delenv("EVERGREEN_STORE", raising=False)
        path = csv_file(made.folder.parent / "more.csv", table())
        said = evergreen("add", path, "-C", made.folder)
        assert said.status == 0, said.err
        assert "│ 2024-04 │ 150  │ 150      │ new │" in said.out
        assert "3 delivered already: 2024-01 to 2024-03" in said.out
        assert said.out.splitlines()[-1] == "  evergreen run"
        again = evergreen("add", path, "-C", made.folder, "--json").document
        assert {one["became"] for one in again["periods"]} == {"already"}

    @pytest.mark.long
    def test_leads_to_the_next_run(self, tmp_path, monkeypatch):
        """Run, add, run: the new month judges, and what was filled in is a correction that is told."""
        monkeypatch.delenv("EVERGREEN_STORE", raising=False)
        first = person_table("yes/no", months=4, rows=600)
        first.loc[1750:1799, "left"] = None
        made = begun(tmp_path, first[:1800])
        assert evergreen("run", "-C", made.folder, "--json").document["verdict"] == "promote"
        added(made, person_table("yes/no", months=4, rows=600), replace=True)
        said = evergreen("run", "-C", made.folder, "--json")
        assert said.document["verdict"] in ("keep", "undecided", "promote"), said.err
        status = evergreen("status", "-C", made.folder)
        assert "4 accepted, 2024-01 to 2024-04" in status.out
        assert "2024-03 is in revision 2 now" in said.err + said.out + status.out


@pytest.mark.long
@pytest.mark.real
def test_another_store_gets_all_of_it(made, s3_url, monkeypatch):
    """S3, in which nothing lies yet: all periods are new, then there already, then corrected."""
    monkeypatch.setenv("EVERGREEN_STORE", s3_url)
    assert set(became(added(made, table())).values()) == {"new"}
    four = table()
    four.loc[3, "spend"] += 1
    found = added(made, four, replace=True)
    assert became(found)["2024-01"] == "replaced"
    assert found.place.startswith(s3_url)
    assert set(became(added(made, four)).values()) == {"already"}
