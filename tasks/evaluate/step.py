"""The step: takes the look, re-scores both models on the holdout, writes `evidence.json`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tasks.documents import canonical, write_atomically
from tasks.errors import Leak
from tasks.evaluate.answers import Answers
from tasks.evaluate.clauses import clause_evidence
from tasks.evaluate.compare import (
    alarms,
    calibration,
    confused,
    cost_matrix,
    metric_evidence,
    naive,
    naive_shares,
    slice_evidence,
)
from tasks.evaluate.comparison import Comparison
from tasks.evaluate.decided import value_by_class
from tasks.evaluate.findings import Evidence
from tasks.evaluate.fits import refuse_misfit, refuse_other_classes, refuse_other_objective
from tasks.evaluate.held import held
from tasks.evaluate.look import take_look
from tasks.evaluate.metrics import shown
from tasks.evaluate.operating import value_by_threshold
from tasks.evaluate.outcomes import outcomes_of
from tasks.ledger import Ledger
from tasks.objectives import OBJECTIVES
from tasks.params import Params
from tasks.pins import ChampionPin, pinned_bytes, read_pin
from tasks.prepare.features import encode
from tasks.prepare.former import former_features
from tasks.prepare.labels import labels_of
from tasks.prepare.split import HOLDOUT, with_columns
from tasks.prepare.step import read_part, read_preparation
from tasks.prepare.window import fresh_holdout
from tasks.train.booster import Model, load_model
from tasks.train.card import ModelCard, read_card
from tasks.workspace import Workspace, output_of


@dataclass(frozen=True)
class Contender:
    """A model with its card, loaded after its hash matched."""

    card: ModelCard
    model: Model
    former: pd.DataFrame | None = None
    """Of a champion, its features that `prepare` brings no more, of the holdout's rows."""

    def matrix(self, rows: pd.DataFrame) -> tuple[NDArray[np.float32], dict[str, int]]:
        """Rows of the holdout as the model sees them, and the unseen categories, counted by feature."""
        if self.former is not None:
            rows = with_columns(rows, self.former.loc[rows.index].items())
        return encode(rows, self.card.features)

    def answers(self, rows: pd.DataFrame) -> tuple[Answers, dict[str, int]]:
        """What it says about each row, and the categories it had never seen, counted by feature."""
        matrix, unseen = self.matrix(rows)
        told = self.card.answers(self.model.predict(matrix))
        card = self.card
        decides_by = outcomes_of(card.outcomes)
        return Answers(told, card.threshold, card.sets, card.intervals, card.alpha, decides_by), unseen

    def linear(self, rows: pd.DataFrame) -> Answers | None:
        """What the linear baseline says that was trained beside it, if one was."""
        linear = self.card.linear
        if linear is None:
            return None
        return Answers(linear.answers(self.matrix(rows)[0]), linear.threshold)


def evaluate(workspace: Workspace, ledger: Ledger) -> Evidence:
    """Record the look, then compare; nothing of the evidence exists before the ledger knows of the look.

    Raises `Leak` where a model has seen the holdout, `Refused` where the champion cannot be asked on it,
    `HoldoutExhausted` where it was seen too often.
    """
    params, pin = workspace.params, read_pin(workspace)
    challenger, champion = contenders(workspace, pin)
    holdout = read_part(workspace, HOLDOUT)
    first = holdout[params.prepare.event_time].iloc[0]
    for role, one in (("challenger", challenger), ("champion", champion)):
        if one is not None:
            refuse_other_objective(role, one.card, params)
            refuse_other_classes(role, one.card, challenger.card.classes)
            refuse_leak(role, one.card, first)
    look = take_look(
        ledger,
        periods=read_preparation(workspace).holdout,
        challenger=challenger.card.candidate,
        champion=champion.card.candidate if champion else None,
        contract=pin.contract,
        drill=challenger.card.drill,
        budget=params.contract.looks_per_holdout,
        due=lambda asked: fresh_holdout(asked, params.prepare, params.intake.calendar),
    )
    evidence = compare(holdout, challenger, champion, params, look.periods)
    write_atomically(workspace.look, look.to_bytes())
    write_atomically(workspace.evidence, canonical(evidence.model_dump(mode="json")))
    return evidence


def contenders(workspace: Workspace, pin: ChampionPin) -> tuple[Contender, Contender | None]:
    """The challenger that was just trained, and the pinned champion."""
    card = read_card(output_of("train", workspace.model_card))
    model = load_model(output_of("train", workspace.model_bytes), sha256=card.model_sha256)
    challenger = Contender(card, model)
    if pin.card is None or pin.model_bytes is None:
        return challenger, None
    card = read_card(pinned_bytes(workspace, pin.card))
    model = load_model(pinned_bytes(workspace, pin.model_bytes), sha256=card.model_sha256)
    return challenger, Contender(card, model, _former(workspace, pin, card))


def _former(workspace: Workspace, pin: ChampionPin, card: ModelCard) -> pd.DataFrame | None:
    """The champion's features that `prepare` brings no more; raises `Refused` where no batch does."""
    refuse_misfit("champion", card, workspace.params, pin.sources)
    wanted = {one.name for one in card.features.features} - set(workspace.params.prepare.features)
    return former_features(workspace, pin.sources) if wanted else None


def refuse_leak(role: str, card: ModelCard, first: datetime) -> None:
    """Raise `Leak` unless the holdout begins after all that the model has seen."""
    if datetime.fromisoformat(card.trained_until) >= first:
        raise Leak(
            f"the {role} {card.candidate[:12]} has seen rows until {card.trained_until}, and the holdout "
            f"begins at {first.isoformat()}: it must lie later than everything that a model was made from"
        )


def compare(
    holdout: pd.DataFrame,
    challenger: Contender,
    champion: Contender | None,
    params: Params,
    periods: tuple[str, ...],
) -> Evidence:
    """All evidence on the holdout's rows. Deterministic."""
    card = challenger.card
    labels = labels_of(holdout, params.prepare.label.column, card.classes)
    clusters = in_time(holdout[params.prepare.cluster], holdout[params.prepare.event_time])
    objective = OBJECTIVES[params.train.objective]
    costs = cost_matrix(params.evaluate.costs) if params.evaluate.costs else None
    outcomes = outcomes_of(params.outcomes)
    answers, unseen = challenger.answers(holdout)
    rows = len(labels)
    incumbent: tuple[Answers | None, dict[str, int]] = champion.answers(holdout) if champion else (None, {})
    seen = Comparison(
        labels=labels,
        clusters=clusters,
        costs=costs or outcomes,
        challenger=answers,
        champion=incumbent[0],
        baseline=naive_shares(card.class_shares, rows, outcomes)
        if card.classes
        else naive(card.base_rate, rows, costs, card.alpha),
        columns={column: holdout[column] for column in params.prepare.slices},
        settings=params.evaluate,
        objective=objective,
        linear=challenger.linear(holdout),
        classes=card.classes,
    )
    told = shown(objective, worth=seen.costs is not None)
    metrics = {name: metric_evidence(metric, seen) for name, metric in told.items()}
    slices: list[Any] = []
    for column in params.prepare.slices:
        slices += slice_evidence(column, seen)
    return Evidence(
        holdout=periods,
        rows=rows,
        positives=int(labels.sum()) if objective.probabilities else None,
        clusters=len(np.unique(clusters)),
        challenger=card.candidate,
        champion=champion.card.candidate if champion else None,
        incumbent="champion" if champion else objective.baseline,
        base_rate=card.base_rate,
        currency=params.evaluate.currency,
        drill=card.drill,
        clauses={
            clause.name: found
            for clause in params.contract.clauses
            if (found := clause_evidence(clause, params.contract, seen)) is not None
        },
        metrics=metrics,
        slices=tuple(slices),
        reliability=calibration(seen),
        unseen_categories={"challenger": unseen, "champion": incumbent[1]},
        alarms=alarms(metrics, params.evaluate.currency),
        objective=objective.name,
        held=held(seen),
        value_by_threshold=value_by_threshold(seen),
        confusion=confused(seen, card.classes),
        value_by_class=value_by_class(seen),
    )


def in_time(clusters: pd.Series, event: pd.Series) -> NDArray[np.int64]:
    """Codes (n,) of the clusters in the order of their first event, whatever the order of the rows."""
    codes, names = pd.factorize(clusters, sort=True, use_na_sentinel=False)
    first = event.groupby(codes).min().to_numpy()
    place = np.empty(len(names), np.int64)
    place[np.argsort(first, kind="stable")] = np.arange(len(names))
    return place[codes]
