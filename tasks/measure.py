"""measure: what differs from run to run, taken once: latency of one row and of a batch, time of training."""

import logging
import time
from itertools import cycle, islice

import numpy as np

from tasks.documents import write_atomically
from tasks.evaluate.findings import Measurements
from tasks.prepare.split import HOLDOUT
from tasks.prepare.step import read_part
from tasks.score import Scorer
from tasks.train.card import ModelCard, Training, read_card
from tasks.workspace import Workspace, output_of

_log = logging.getLogger(__name__)


def measure(workspace: Workspace) -> Measurements:
    """Time the challenger on holdout rows, as `score` would serve them."""
    settings = workspace.params.measure
    card = read_card(output_of("train", workspace.model_card))
    scorer = Scorer.load(card, output_of("train", workspace.model_bytes))
    holdout = read_part(workspace, HOLDOUT)
    names = [feature.name for feature in card.features.features]
    calls = settings.warmup + settings.rows
    take = holdout[names].head(calls)
    rows = take.astype(object).where(take.notna(), None).to_dict("records")
    # A small holdout's rows are asked again: there are as many calls as declared.
    took = [_timed(scorer, {str(k): v for k, v in row.items()}) for row in islice(cycle(rows), calls)]
    took = took[settings.warmup :]
    started = time.perf_counter()
    scorer.batch(holdout)
    seconds = time.perf_counter() - started
    measurements = Measurements(
        one_row_p50_ms=float(np.median(took)),
        one_row_p95_ms=float(np.quantile(took, 0.95)),
        one_row_calls=len(took),
        batch_rows_per_second=len(holdout) / seconds,
        model_bytes=card.model_bytes,
        training_seconds=training_seconds(workspace, card),
    )
    write_atomically(workspace.measurements, measurements.to_bytes())
    return measurements


def training_seconds(workspace: Workspace, card: ModelCard) -> float | None:
    """How long the training took that made this card's model; None, with a warning, where nobody knows.

    Whoever trained has left it beside the model; a road that finds the model made takes it from there.
    """
    try:
        data = workspace.training.read_bytes()
    except FileNotFoundError:
        _log.warning("measure: %s is not there: how long the training took is not known", workspace.training)
        return None
    training = Training.parse(data, workspace.training)
    if training.candidate != card.candidate:
        _log.warning(
            "measure: %s tells of candidate %s, and the model is %s: how long its training took is not known",
            workspace.training,
            training.candidate[:12],
            card.candidate[:12],
        )
        return None
    return training.seconds


def _timed(scorer: Scorer, row: dict[str, object]) -> float:
    started = time.perf_counter()
    scorer.one(row)
    return 1000 * (time.perf_counter() - started)
