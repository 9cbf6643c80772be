"""What becomes of a period that was delivered: corrections, further rows, and what others delivered."""

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from factories import small_batch, small_folder
from table_factories import added, batch, became, begun, delivered_bytes, four_months, person_table

from tasks.add import Wishes, add
from tasks.errors import BadInput
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


class TestCorrections:
    """A period that was delivered with other rows: told, and written only where it is asked for."""

    def test_are_refused_and_told(self, made):
        """One line for all periods: labels filled in, values changed, rows added and gone."""
        before, four = delivered_bytes(made), four_months()
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
            added(made, four_months())
        found = added(made, four_months(), replace=True)
        assert became(found)["2024-03"] == "replaced"
        assert (found.periods[2].told, found.periods[2].labelled) == ("50 labels filled in", 150)
        assert delivered_bytes(made) == delivered_bytes(begun(tmp_path, four_months(), model="at-once"))

    def test_leave_each_row_its_id(self, made):
        """A row that was inserted gets a new one: scores may name the others."""
        before, four = batch(made, "2024-02"), four_months()
        four = pd.concat([four[:200], four[200:201].assign(spend=1.0, note="new"), four[200:]])
        added(made, four, replace=True)
        after = batch(made, "2024-02")
        assert after[after["note"] != "new"].reset_index(drop=True).equals(before)
        assert after[after["note"] == "new"]["row_id"].tolist() == ["2024-02-0000151"]

    def test_take_rows_out_only_where_that_is_asked_for(self, made):
        """--replace alone loses none."""
        four = four_months().drop(index=[5])
        with pytest.raises(BadInput, match=r"1 row of before not .*--append keeps.*--remove takes"):
            added(made, four, replace=True)
        found = added(made, four, replace=True, remove=True)
        assert (found.periods[0].became, found.periods[0].rows) == ("replaced", 149)
        with pytest.raises(BadInput, match="give --replace, too"):
            added(made, four, remove=True)
        with pytest.raises(BadInput, match="give one"):
            added(made, four, replace=True, append=True, remove=True)

    def test_give_no_row_the_id_of_one_that_went(self, made):
        """Scores may name it: the next number follows all that were ever given, however long ago."""
        four = four_months()
        for rows in (four[:149], four[:148]):
            added(made, rows, replace=True, remove=True)
        added(made, four[:1].assign(note="new"), append=True)
        assert batch(made, "2024-01")["row_id"].tolist()[-2:] == ["2024-01-0000148", "2024-01-0000151"]
        added(made, four[:1].assign(note="newer"), append=True)
        assert batch(made, "2024-01")["row_id"].tolist()[-1] == "2024-01-0000152"

    def test_are_of_values_and_types(self, made):
        """A number that was delivered as text is another, and so is a time that no calendar has."""
        place = made.folder / "store" / "incoming" / "left" / "2024-01.parquet"
        old = pq.read_table(place)
        text = old.set_column(1, "spend", old["spend"].cast(pa.string()))
        far = old.set_column(0, "asked", pa.array([2**62] * 150, pa.timestamp("ms", "UTC")))
        for other, told in (
            (text, r"150 rows changed \(spend\)"),
            (far, "150 rows added, 150 rows of before"),
        ):
            pq.write_table(other, place)
            with pytest.raises(BadInput, match=f"2024-01: {told}"):
                added(made, four_months())

    @pytest.mark.parametrize("ids", [range(150), [None] * 150, [1.5] * 150])
    def test_of_rows_with_ids_of_another_kind(self, made, ids):
        """They stay, as text; a row without one gets one."""
        place = made.folder / "store" / "incoming" / "left" / "2024-01.parquet"
        old = pq.read_table(place)
        at = old.column_names.index("row_id")
        pq.write_table(old.set_column(at, "row_id", pa.array(ids)).slice(0, 149), place)
        added(made, four_months(), replace=True)
        found = batch(made, "2024-01")["row_id"]
        assert found.notna().all()
        assert found.tolist()[0] == ("2024-01-0000001" if ids[0] is None else str(ids[0]))


class TestPartsOfAPeriod:
    """An increment: further rows join those that are there."""

    def test_are_refused_unless_they_are_said_to_be_parts(self, made):
        """--replace would lose the rows of before, and does not."""
        four = four_months()
        added(made, four[:500])
        for wishes in ({}, {"replace": True}):
            with pytest.raises(BadInput, match="2024-04: 100 rows added, 50 rows of before not in the table"):
                added(made, four[500:], **wishes)

    def test_join_the_rows_of_before(self, made):
        """In their order, with ids of their own; a part that comes again, or overlaps, changes nothing."""
        four = four_months()
        added(made, four[:500])
        found = added(made, four[490:], append=True)
        assert (found.periods[0].became, found.periods[0].rows) == ("appended", 150)
        assert found.periods[0].told == "100 rows added, 10 rows there already"
        rows = batch(made, "2024-04")
        assert rows["note"].tolist() == four[450:]["note"].tolist()
        assert rows["row_id"].tolist() == [f"2024-04-{one:07d}" for one in range(1, 151)]
        assert became(added(made, four[480:520], append=True)) == {"2024-04": "already"}

    def test_may_change_rows_with_both_options(self, made):
        """A label that comes late with an increment."""
        four = four_months()
        four.loc[460, "left"] = None
        added(made, four[:500])
        with pytest.raises(BadInput, match=r"1 label filled in.*--replace"):
            added(made, four_months()[455:], append=True)
        found = added(made, four_months()[455:], append=True, replace=True)
        assert (found.periods[0].rows, found.periods[0].labelled) == (150, 150)
        assert found.periods[0].told == "100 rows added, 44 rows there already, 1 label filled in"

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


class TestOtherDeliveries:
    """What lies there that neither `init` nor `add` wrote."""

    def test_by_hand_as_csv_are_left_alone_and_told(self, made):
        """Two formats of one period are nobody's guess."""
        place = made.folder / "store" / "incoming" / "left"
        (place / "2024-02.parquet").unlink()
        (place / "2024-02.csv").write_text("asked\n")
        found = added(made, four_months())
        assert (found.periods[1].became, found.periods[1].told) == (
            "left alone", "delivered by hand as 2024-02.csv, not compared"
        )  # fmt: skip
        assert not (place / "2024-02.parquet").exists()

    def test_of_a_form_that_has_one_more_column_now(self, made):
        """Named as a new column; --replace delivers the periods again with it."""
        form = made.folder / FILE
        form.write_text(form.read_text().replace("columns:\n", "columns:\n  age: {type: integer}\n"))
        with pytest.raises(BadInput, match="2024-01: a new column age; 2024-02: a new column age"):
            added(made, four_months(age=3))
        with pytest.raises(BadInput, match="Other columns come with whole periods"):
            added(made, four_months(age=3), append=True, replace=True)
        assert set(became(added(made, four_months(age=3), replace=True)).values()) == {"replaced", "new"}
        assert batch(made, "2024-01")["age"].tolist() == [3] * 150
