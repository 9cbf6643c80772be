"""The step: takes both models' answers apart on a sample of the holdout, writes `explanation.json`."""

from dataclasses import replace

import numpy as np
import pandas as pd

from tasks.documents import write_atomically
from tasks.evaluate.answers import Answers, alarms_of
from tasks.evaluate.classes import likeliest
from tasks.evaluate.evidence import Codes
from tasks.evaluate.findings import Evidence
from tasks.evaluate.groups import groups
from tasks.evaluate.step import Contender, contenders, in_time
from tasks.explain.attributions import (
    Attributed,
    changes,
    model_explanation,
    of_class,
    sample,
    slice_explanations,
    top_features,
)
from tasks.explain.explanation import Explanation, Role, SliceExplanation
from tasks.params import Params
from tasks.pins import read_pin
from tasks.prepare.split import HOLDOUT
from tasks.prepare.step import read_part, read_preparation
from tasks.workspace import Workspace

SEED = 0
TOP = 5


def explain(workspace: Workspace, *, rows: int) -> Explanation:
    """Explain the workspace's challenger and its pinned champion on at most `rows` rows.

    It reads no label, so it is no look at the holdout; nothing that decides reads what it writes.
    """
    found = explained(
        read_part(workspace, HOLDOUT),
        contenders(workspace, read_pin(workspace)),
        workspace.params,
        read_preparation(workspace).holdout,
        most=rows,
    )
    write_atomically(workspace.explanation, found.to_bytes())
    return found


def read_explanation(workspace: Workspace, evidence: Evidence) -> Explanation | None:
    """What `explain` wrote about the comparison that `evidence` is of; None where there is none."""
    if not workspace.explanation.exists():
        return None
    found = Explanation.parse(workspace.explanation.read_bytes(), workspace.explanation)
    about = (found.challenger, found.champion, found.holdout)
    return found if about == (evidence.challenger, evidence.champion, evidence.holdout) else None


def explained(
    holdout: pd.DataFrame,
    pair: tuple[Contender, Contender | None],
    params: Params,
    periods: tuple[str, ...],
    *,
    most: int,
) -> Explanation:
    """The explanation on a sample of the holdout's rows. Deterministic."""
    settings, (challenger, champion) = params.prepare, pair
    places = sample(len(holdout), most, SEED)
    drawn = holdout.iloc[places]
    everywhere = in_time(holdout[settings.cluster], holdout[settings.event_time])
    clusters = everywhere[places]
    asked = likeliest(challenger.answers(drawn)[0].predictions) if challenger.card.classes else None
    models: dict[Role, Attributed] = {"challenger": attributed(challenger, drawn, asked)}
    if champion is not None:
        models["champion"] = attributed(champion, drawn, asked)
    top = top_features(models.values(), TOP)
    slices: list[SliceExplanation] = []
    for column in settings.slices:
        # Grouped by the whole holdout's support, so that they are the slices of the evidence.
        found = groups(holdout[column], everywhere, params.evaluate)
        inside = [replace(group, rows=group.rows[places]) for group in found]
        slices += slice_explanations(column, inside, models, clusters, top)
    return Explanation(
        holdout=periods,
        challenger=challenger.card.candidate,
        champion=champion.card.candidate if champion else None,
        cluster=settings.cluster,
        holdout_rows=len(holdout),
        rows=len(places),
        clusters=len(np.unique(clusters)),
        seed=SEED,
        models={role: model_explanation(model, clusters) for role, model in models.items()},
        top=top,
        slices=tuple(slices),
        changes=changes(models["challenger"], models["champion"], clusters) if champion else (),
    )


def attributed(contender: Contender, rows: pd.DataFrame, asked: Codes | None = None) -> Attributed:
    """The contender's answers to the rows, taken apart; alarms are those that evaluation counts.

    Of a model of classes, what it says of the class that is `asked` about in each row, (n,).
    """
    schema = contender.card.features
    matrix, _ = contender.matrix(rows)
    parts = contender.model.contributions(matrix, schema.types)
    if asked is not None:
        parts = of_class(parts, asked)
    answers = Answers(contender.card.answers(contender.model.predict(matrix)), contender.card.threshold)
    if calibration := contender.card.calibration:
        # Calibrated log odds are a multiple of the trees' and a constant: so is each part of them.
        parts *= calibration.slope
        parts[:, -1] += calibration.intercept
    return Attributed(
        features=tuple(feature.name for feature in schema.features),
        threshold=contender.card.threshold,
        start=float(parts[0, -1]) if asked is None else parts[:, -1],
        values=parts[:, :-1],
        alarms=alarms_of(answers) == 1,
    )
