"""The example's damaged delivery is blocked by the repository's own rules, for both of its damages."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from example.flights import corrupted, encode

from tasks.documents import digest
from tasks.params import read_params
from tasks.validate.result import BatchReport, rules_hash
from tasks.validate.step import check_batch
from tasks.workspace import BatchFile

PARAMS = read_params(Path(__file__).parents[3] / "params.yaml")


def judged(parent: Path, data: bytes) -> BatchReport:
    """What the example's rules say about a delivery of May 2013."""
    batch = BatchFile("2013-05", digest(data)[:12])
    (parent / batch.name).write_bytes(data)
    return check_batch(parent / batch.name, batch, PARAMS, rules_hash(PARAMS))


class TestMay:
    """The demo's bad month and its good one."""

    def test_the_damaged_copy_is_blocked(self, months, tmp_path):
        """5% of sentinel temperatures and 2% of missing carriers: two reasons with their rows."""
        table = pq.read_table(months["2013-05"])
        report = judged(tmp_path, encode(corrupted(table, 2013)))
        found = {failure.column: failure for failure in report.failures}
        assert set(found) == {"temp", "carrier"}
        assert found["temp"].rows == round(0.05 * table.num_rows)
        assert found["carrier"].rows == round(0.02 * table.num_rows)
        assert "must lie between -60 and 130" in found["temp"].message
        assert "(such as 9999.0" in found["temp"].message
        assert "must have a value" in found["carrier"].message

    @pytest.mark.parametrize("period", ["2013-05"])
    def test_the_good_delivery_passes(self, months, tmp_path, period):
        """The month as it is passes every rule."""
        assert judged(tmp_path, months[period].read_bytes()).reason == f"{period} of 28,796 rows: "
