"""The step: reads the accepted batches, writes three Parquet files and what was counted."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import Field

from tasks.documents import Document, digest_file, write_atomically
from tasks.errors import BadInput, EvergreenError
from tasks.objectives import OBJECTIVES, Class
from tasks.params import QUARANTINED, Params
from tasks.parquet import table
from tasks.prepare.features import Schema, fix_schema
from tasks.prepare.quarantined import without_quarantined
from tasks.prepare.split import SPLITS, TRAIN, split
from tasks.prepare.together import together
from tasks.prepare.window import Cutoffs, cutoffs
from tasks.version import DatasetBatch, read_dataset
from tasks.workspace import Workspace, output_of


class Part(Document):
    """One split: rows, those whose label is 1 (of 0 and 1), clusters, times of its first and last event."""

    rows: int
    positives: int | None
    clusters: int
    first: str
    last: str


class Preparation(Document):
    """What was prepared: rows in = rows of the three parts + rows excluded by name.

    `classes` are those of a multiclass label, in the declared order.
    """

    periods: tuple[str, ...]
    holdout: tuple[str, ...]
    training_ends: str
    label_cutoff: str
    rows_in: int
    excluded: dict[str, int]
    parts: dict[str, Part]
    features: Schema
    classes: Annotated[tuple[Class, ...], Field(exclude_if=lambda classes: not classes)] = ()


def prepare(workspace: Workspace) -> Preparation:
    """Split the workspace's dataset and fix the features' schema on its training rows."""
    params = workspace.params
    times, parts, excluded, rows_in = split_dataset(workspace, params)
    workspace.prepared.mkdir(parents=True, exist_ok=True)
    for name in SPLITS:
        if parts[name].empty:
            raise BadInput(f"prepare: no labelled rows for {name} (excluded: {excluded})")
        write_part(workspace.prepared / f"{name}.parquet", parts[name])
    preparation = Preparation(
        periods=times.periods,
        holdout=times.holdout,
        training_ends=times.training_ends.isoformat(),
        label_cutoff=times.label_cutoff.isoformat(),
        rows_in=rows_in,
        excluded=excluded,
        parts={name: _described(parts[name], params) for name in SPLITS},
        features=fix_schema(parts[TRAIN], params.prepare.features, params.prepare.categorical),
        classes=params.classes,
    )
    write_atomically(workspace.preparation, preparation.to_bytes())
    return preparation


def split_dataset(
    workspace: Workspace, params: Params
) -> tuple[Cutoffs, dict[str, pd.DataFrame], dict[str, int], int]:
    """The dataset's rows by split: the time line, the parts, what was left out by name, and the rows in."""
    settings = params.prepare
    dataset = read_dataset(workspace.dataset)
    times = cutoffs([batch.period for batch in dataset.batches], settings, params.intake.calendar)
    batches = [batch for batch in dataset.batches if batch.period in times.periods]
    files: dict[Path | BytesIO, str | None] = {
        _unchanged(workspace, batch): batch.quarantined for batch in batches
    }
    rows, quarantined = read_rows(files, params)
    rows_in = sum(batch.rows for batch in batches)
    objective, unique = OBJECTIVES[params.train.objective], params.validation.columns[settings.id].unique
    parts, excluded = split(rows, settings, times, objective, params.classes, unique)
    if quarantined:
        excluded[QUARANTINED] = quarantined
    kept = sum(len(part) for part in parts.values())
    if kept + sum(excluded.values()) != rows_in:
        raise EvergreenError(
            f"prepare: {rows_in} rows in, {kept} kept and {excluded} excluded: rows were lost"
        )
    return times, parts, excluded, rows_in


def _unchanged(workspace: Workspace, batch: DatasetBatch) -> Path:
    """The batch's file, hashed again: what is learned from is what the manifest names."""
    path = workspace.batches / batch.file
    if not path.exists() or digest_file(path) != batch.sha256:
        raise BadInput(f"{path}: not the bytes that {workspace.dataset} names; run `evergreen fetch`")
    return path


def read_preparation(workspace: Workspace) -> Preparation:
    """What `prepare` wrote."""
    return Preparation.parse(output_of("prepare", workspace.preparation), workspace.preparation)


def read_rows(files: Mapping[Path | BytesIO, str | None], params: Params) -> tuple[pd.DataFrame, int]:
    """The columns that preparation needs, of all files as one frame, and how many rows are in quarantine.

    Raises `BadInput` for values that cannot be brought together.
    """
    settings = params.prepare
    wanted = [settings.id, settings.event_time, settings.cluster, settings.label.column]
    wanted += [settings.label.available_at, *settings.features, *settings.slices]
    wanted += [exclusion.column for exclusion in settings.exclude]
    wanted += [source.available_at for source in settings.sources]
    columns = list(dict.fromkeys(wanted))
    read = [without_quarantined(_rows(file, columns), files[file]) for file in files]
    return together([kept for kept, _ in read]).to_pandas(), sum(aside for _, aside in read)


def _rows(source: Path | BytesIO, columns: list[str]) -> pa.Table:
    with pq.ParquetFile(source, pre_buffer=True) as file:
        return table(file, columns)


def read_part(workspace: Workspace, name: str) -> pd.DataFrame:
    """One split as `prepare` wrote it."""
    data = output_of("prepare", workspace.prepared / f"{name}.parquet")
    frame: pd.DataFrame = pq.read_table(pa.BufferReader(data)).to_pandas()
    return frame


def write_part(path: Path, part: pd.DataFrame) -> None:
    """A frame as Parquet whose bytes depend on nothing but its rows."""
    rows = pa.Table.from_pandas(part, preserve_index=False).replace_schema_metadata(None)
    temporary = path.with_suffix(".tmp")
    pq.write_table(rows, temporary, compression="lz4")
    temporary.replace(path)


def _described(part: pd.DataFrame, params: Params) -> Part:
    event, labels = part[params.prepare.event_time], part[params.prepare.label.column]
    return Part(
        rows=len(part),
        positives=int(np.sum(labels)) if OBJECTIVES[params.train.objective].probabilities else None,
        clusters=int(part[params.prepare.cluster].nunique(dropna=False)),
        first=event.iloc[0].isoformat(),
        last=event.iloc[-1].isoformat(),
    )
