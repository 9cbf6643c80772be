"""Rows in quarantine as a file for people: `quarantine/<model>/<period>.<content>.<rules>.parquet`.

It is made from the batch and its report, which are what counts: where it is lost, nothing is.
"""

import io
from typing import TYPE_CHECKING

from tasks.params.columns import ROW, RULES
from tasks.store import Store
from tasks.validate.places import rows_at
from tasks.validate.result import BatchReport, Quarantine
from tasks.workspace import BatchFile, Workspace

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq
    from numpy.typing import NDArray


def quarantine_key(model: str, report: BatchReport) -> str:
    """Where the rows that this report keeps aside lie."""
    return f"quarantine/{model}/{report.file.removesuffix('.parquet')}.{report.rules[:12]}.parquet"


def keep_aside(store: Store, workspace: Workspace, report: BatchReport) -> None:
    """Put the rows that a report keeps aside into the store, if it does and they are not there yet."""
    import pyarrow.parquet as pq

    key = quarantine_key(workspace.params.model, report)
    if report.quarantine is None or store.exists(key):
        return
    name = BatchFile.named(report.file, workspace.batches).name
    with pq.ParquetFile(workspace.batches / name) as file:
        rows = rows_in_quarantine(file, report.quarantine, list(workspace.params.validation.columns))
    sink = io.BytesIO()
    pq.write_table(rows, sink)
    store.put(key, sink.getvalue())


def rows_in_quarantine(file: "pq.ParquetFile", found: Quarantine, columns: list[str]) -> "pa.Table":
    """The rows that are kept aside, in the declared columns, with their numbers and the rules they break.

    Read so many rows at a time. Raises `Corrupt` for rows that the file does not have.
    """
    import numpy as np
    import pyarrow as pa

    from tasks.validate.schema import scan

    total = file.metadata.num_rows
    aside, before, blocks = rows_at(found.places, total), 0, list[pa.Table]()
    for batch in scan(file, columns):
        bad = aside[before : before + batch.num_rows]
        before += batch.num_rows
        if bad.any():
            blocks.append(_decoded(pa.Table.from_batches([batch.filter(pa.array(bad))])))
    numbers = np.flatnonzero(aside)
    table = pa.concat_tables(blocks).append_column(ROW, pa.array(numbers, pa.int64()))
    return table.append_column(RULES, pa.array(_names(found, numbers, total), pa.string()))


def _names(found: Quarantine, numbers: "NDArray[np.int64]", total: int) -> list[str]:
    names: list[list[str]] = [[] for _ in numbers]
    for one in found.broken:
        for at in rows_at(one.places, total)[numbers].nonzero()[0].tolist():
            names[at].append(one.name)
    return ["; ".join(one) for one in names]


def _decoded(table: "pa.Table") -> "pa.Table":
    """Each value as itself: blocks of one file may have dictionaries of their own."""
    import pyarrow as pa

    def plain(kind: pa.DataType) -> pa.DataType:
        return kind.value_type if pa.types.is_dictionary(kind) else kind

    return table.cast(pa.schema([(field.name, plain(field.type)) for field in table.schema]))
