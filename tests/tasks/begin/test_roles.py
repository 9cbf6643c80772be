"""What each column of a table is taken for, by its values, and the words that say so."""

from table_factories import batch, begun, csv_file, person_table, settings, taken


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
