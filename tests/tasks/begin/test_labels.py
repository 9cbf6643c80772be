"""What a label is taken for, what is written for it, and when it is known."""

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from table_factories import batch, begun, person_table, settings

from tasks.errors import BadInput


class TestWhatIsForetold:
    """By the label's values, or as it is said."""

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
