"""Rows in quarantine are left out by their numbers, and counted."""

import pyarrow as pa
import pytest
from data_factories import months, versioned

from tasks.errors import Corrupt, EvergreenError
from tasks.prepare.quarantined import without_quarantined
from tasks.prepare.step import prepare
from tasks.version import read_dataset
from tasks.workspace import Workspace

TABLE = pa.table({"n": range(6)})


class TestRows:
    """Of one batch."""

    def test_are_left_out(self):
        """By number from 0; the others keep their order."""
        kept, aside = without_quarantined(TABLE, "0 2-3")
        assert (kept["n"].to_pylist(), aside) == ([1, 4, 5], 3)

    def test_all_stay_where_none_is_named(self):
        """The table is handed on as it is."""
        assert without_quarantined(TABLE, None) == (TABLE, 0)

    def test_that_the_batch_does_not_have(self):
        """A manifest that names a seventh row of six is not of this batch."""
        with pytest.raises(Corrupt, match="expected ascending row numbers below 6"):
            without_quarantined(TABLE, "6")


class TestTheSum:
    """Rows in are those of the manifest: what it says and what was read have to agree."""

    def workspace_that_says(self, parent, **change: object) -> Workspace:
        """Two months, with another word in the manifest about the first."""
        workspace = versioned(parent, months("2024-01", "2024-02"))
        dataset = read_dataset(workspace.dataset)
        first = dataset.batches[0].model_copy(update=change)
        changed = dataset.model_copy(update={"batches": (first, *dataset.batches[1:])})
        workspace.dataset.write_bytes(changed.to_bytes())
        return workspace

    def test_with_rows_aside(self, tmp_path):
        """Four of 240 rows are in no part, and in the count of their name."""
        done = prepare(self.workspace_that_says(tmp_path, quarantined="0-2 100"))
        assert (done.rows_in, done.excluded["quarantined"]) == (240, 4)
        assert sum(part.rows for part in done.parts.values()) + sum(done.excluded.values()) == 240

    def test_that_does_not_add_up(self, tmp_path):
        """A manifest with a row more than the batch stops the step."""
        with pytest.raises(EvergreenError, match=r"241 rows in.*rows were lost"):
            prepare(self.workspace_that_says(tmp_path, rows=121))
