"""What becomes of one period: it is new, delivered already, to be delivered again, or left alone."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.add.delivered import Delivered
from tasks.add.differences import Difference, Names, difference
from tasks.add.joined import joined
from tasks.add.ruling import Wishes, allowed, told_of
from tasks.documents import digest_file
from tasks.errors import BadInput
from tasks.intake import incoming_prefix
from tasks.params import Params
from tasks.store import Store
from tasks.tables.cut import Cut

Became = Literal["new", "already", "replaced", "appended", "no label yet", "left alone"]


@dataclass(frozen=True)
class Judged:
    """A period of the table: what becomes of it, why in words, and the rows that it has afterwards.

    `file` is what is to be written at `key`, over the version `etag` or where nothing is; None for nothing.
    """

    period: str
    became: Became
    rows: int
    labelled: int
    told: str = ""
    difference: Difference | None = None
    file: Path | None = None
    key: str = ""
    etag: str | None = None


@dataclass(frozen=True)
class Folder:
    """Where periods go, how their rows are told apart, and what is asked for."""

    store: Store
    params: Params
    names: Names
    wishes: Wishes

    def key(self, period: str) -> str:
        """Where a period is delivered."""
        return f"{incoming_prefix(self.params.model)}{period}.parquet"


def new(folder: Folder, period: str, cut: Cut) -> Judged:
    """A period of which nothing was delivered."""
    file, key = cut.files[period], folder.key(period)
    return Judged(period, "new", cut.rows[period], cut.labelled[period], file=file, key=key)


def again(folder: Folder, period: str, cut: Cut, lying: Delivered) -> Judged:
    """A period that was delivered: its rows are compared, unless they are the same bytes."""
    rows, labelled = cut.rows[period], cut.labelled[period]
    if lying.text is not None:
        name = lying.text.rpartition("/")[2]
        return Judged(period, "left alone", rows, labelled, f"delivered by hand as {name}, not compared")
    file, part = cut.files[period], folder.wishes.append
    if digest_file(file) == lying.sha256:
        return Judged(period, "already", rows, labelled)
    old, rows_now = _table(lying.read(folder.store, folder.params.model), period), pq.read_table(file)
    found = difference(old, rows_now, folder.names, part=part)
    if found.nothing or (part and not found.added and not found.corrects):
        return Judged(period, "already", rows, labelled)
    if not allowed(found, folder.wishes):
        return Judged(period, "replaced", rows, labelled, difference=found)
    whole = joined(old, rows_now, found, folder.names, period, keep=part)
    if not whole.equals(rows_now):
        pq.write_table(whole, file)
    missing = whole.column(folder.names.label).null_count
    return Judged(
        period, "replaced" if found.corrects or not part else "appended", whole.num_rows,
        whole.num_rows - missing, told_of(found, kept=part), found, file, folder.key(period),
        lying.object.etag if lying.object else None,
    )  # fmt: skip


def _table(data: bytes, period: str) -> pa.Table:
    try:
        return pq.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError) as error:
        raise BadInput(
            f"{period}: what was delivered is no readable Parquet file: take it away and repeat"
        ) from error
