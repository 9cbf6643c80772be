"""What the champion says of a decision's holdout: its rows, as they were prepared, scored once more."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import numpy as np

from tasks.drift.calibration import Answered, calibration_drift
from tasks.drift.concept import latest_shown
from tasks.drift.findings import CalibrationDrift
from tasks.errors import EvergreenError
from tasks.evaluate.step import Contender, in_time
from tasks.intake.catalogue import content
from tasks.ledger import ArtifactRef, Ledger
from tasks.ledger.artifacts import artifacts_of, fetch_artifact
from tasks.objectives import OBJECTIVES
from tasks.params import Params
from tasks.past import Judged
from tasks.pins import MODEL
from tasks.prepare.split import HOLDOUT, split
from tasks.prepare.step import read_rows
from tasks.prepare.window import cutoffs
from tasks.train.booster import load_model
from tasks.train.card import ModelCard
from tasks.version import Dataset


def calibration_since(
    params: Params,
    ledger: Ledger,
    card: ModelCard,
    named: Mapping[str, ArtifactRef],
    promotion: Judged | None,
    later: list[Judged],
) -> CalibrationDrift | None:
    """The champion's calibration in the newest decision that met it, against the one that promoted it.

    None where it says no probabilities, or no such decision's numbers may be told: labels of a holdout that
    may be asked again are not read. What goes wrong is told as `withheld`, and stops nothing.
    """
    newest = latest_shown(card.candidate, later)
    first = latest_shown(None, [promotion] if promotion else [])
    if newest is None or first is None or not OBJECTIVES[card.objective].probabilities:
        return None
    try:
        model = load_model(fetch_artifact(ledger.store, ledger.model, named[MODEL]), sha256=card.model_sha256)
        champion = Contender(card, model)
        before, now = (_answered(params, ledger, champion, one) for one in (first, newest))
        return calibration_drift(newest.number, newest.periods, before, now)
    except (EvergreenError, KeyError) as error:
        return CalibrationDrift(entry=newest.number, holdout=newest.periods, withheld=str(error))


def _answered(params: Params, ledger: Ledger, champion: Contender, judged: Judged) -> Answered:
    """The rows of one decision's holdout; ids that came in an earlier period as well are among them."""
    named = artifacts_of(ledger.entry(judged.body.registered))
    data = fetch_artifact(ledger.store, ledger.model, named["dataset.json"])
    batches = Dataset.parse(data, "dataset.json").batches
    times = cutoffs([one.period for one in batches], params.prepare, params.intake.calendar)
    files: dict[Path | BytesIO, str | None] = {
        BytesIO(content(ledger.store, ledger.model, one.sha256, f"batch {one.file}")): one.quarantined
        for one in batches
        if one.period in judged.periods
    }
    objective, settings = OBJECTIVES[champion.card.objective], params.prepare
    unique = params.validation.columns[settings.id].unique
    rows = split(read_rows(files, params)[0], settings, times, objective, params.classes, unique)[0][HOLDOUT]
    return Answered(
        labels=rows[settings.label.column].to_numpy(dtype=np.float64),
        said=np.asarray(champion.answers(rows)[0].predictions, dtype=np.float64),
        clusters=in_time(rows[settings.cluster], rows[settings.event_time]),
    )
