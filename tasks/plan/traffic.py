"""The labels that have arrived: of every batch in the window, the rows that a holdout of it would have."""

import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.errors import BadInput, Refused
from tasks.intake.catalogue import batch_bytes, read_catalogue
from tasks.intake.revision import Revision
from tasks.params import Params
from tasks.parquet import table
from tasks.plan.assumed import Traffic
from tasks.store import Store
from tasks.validate.places import rows_at
from tasks.validate.result import rules_hash
from tasks.validate.shelf import read_report
from tasks.workspace import BatchFile


def read_traffic(store: Store, params: Params) -> Traffic:
    """Labels and clusters of the newest batches that were taken in and not blocked.

    Raises `Refused` where there are none, and `BadInput` for a batch without what the labels take.
    """
    usable = read_catalogue(store, params.model).usable(rules_hash(params))[-params.prepare.max_periods :]
    if not usable:
        raise Refused(
            "no decision yet, and no batch either: a plan rests on one or the other; put a batch where "
            f"producers do (incoming/{params.model}/), run `evergreen intake`, then ask again"
        )
    read = [(one, _read(batch_bytes(store, params.model, one), one, params)) for one in usable]
    rows = [labelled(_kept(store, found, one, params), one, params) for one, found in read]
    together = pd.concat(rows, ignore_index=True)
    codes, _ = pd.factorize(together["cluster"], use_na_sentinel=False)
    return Traffic(
        periods=tuple(one.period for one in usable),
        labels=together["label"].to_numpy(np.float64),
        clusters=codes.astype(np.int64),
    )


def labelled(rows: pd.DataFrame, batch: Revision, params: Params) -> pd.DataFrame:
    """`label` and `cluster` of the rows that could judge a model: not excluded, and labelled in time.

    In time is `label_lag_days` after the end of the batch's own period.
    """
    settings = params.prepare
    ends = params.intake.calendar.end(batch.period)
    known_at = pd.to_datetime(rows[settings.label.available_at], utc=True, errors="coerce")
    kept = (known_at <= ends + pd.Timedelta(days=settings.label_lag_days)) & rows[
        settings.label.column
    ].notna()
    for exclusion in settings.exclude:
        kept &= (rows[exclusion.column] != exclusion.equals).fillna(value=True)
    labels = pd.to_numeric(rows[settings.label.column][kept], errors="coerce")
    wrong = ~labels.isin([0, 1])
    if wrong.any():
        raise BadInput(
            f"batch {batch.period}: {settings.label.column}: expected 0 or 1, found {int(wrong.sum()):,} of "
            f"{len(labels):,} labels that are neither; `evergreen run` validates it and says more"
        )
    # As text: batches may write one cluster in different types.
    return pd.DataFrame({"label": labels, "cluster": rows[settings.cluster][kept].astype(str)})


def _kept(store: Store, rows: pd.DataFrame, batch: Revision, params: Params) -> pd.DataFrame:
    """Without the rows that today's rules keep in quarantine, as far as a run has judged them."""
    rules = rules_hash(params)
    if params.validation.quarantine is None or batch.release_under(rules):
        return rows
    file = BatchFile(batch.period, batch.sha256[:12])
    report = read_report(store, params.model, file, batch.sha256, rules)
    found = report.quarantine if report else None
    return rows[~rows_at(found.places, len(rows))] if found else rows


def _read(data: bytes, batch: Revision, params: Params) -> pd.DataFrame:
    settings = params.prepare
    wanted = [settings.cluster, settings.label.column, settings.label.available_at]
    wanted = list(dict.fromkeys([*wanted, *(one.column for one in settings.exclude)]))
    try:
        file = pq.ParquetFile(io.BytesIO(data))
        missing = [name for name in wanted if name not in file.schema_arrow.names]
        frame: pd.DataFrame = table(file, [] if missing else wanted).to_pandas()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise BadInput(f"batch {batch.period}: expected a Parquet file that can be read: {error}") from error
    if missing:
        raise BadInput(
            f"batch {batch.period}: expected columns {', '.join(missing)}, as prepare in params.yaml names "
            "them; deliver the batch again with them"
        )
    return frame
