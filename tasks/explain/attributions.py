"""From each row's attributions to averages with their error. Pure.

An attribution is a Shapley value of the trees (Lundberg et al., Nature Machine Intelligence 2 (2020)):
what a feature adds to one row's log odds, or to the number that is predicted. It says what a model goes
by, and not what causes anything.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasks.evaluate.binary import ratio_rows
from tasks.evaluate.evidence import Codes, Floats, Interval, clustered_mean
from tasks.evaluate.groups import Group
from tasks.explain.explanation import (
    Attribution,
    Change,
    ChangedRows,
    Importance,
    ModelExplanation,
    Of,
    Role,
    SliceExplanation,
)

Rows = NDArray[np.bool_]


@dataclass(frozen=True)
class Attributed:
    """One model's answers to n rows, taken apart: `start` + a row of `values` is what it says of that row.

    That is in log odds, or, without a `threshold`, the number predicted; of classes, log odds of one class
    (`of_class`), with a `start` for each row, (n,). `values` are (n, features) in the order of `features`;
    `alarms` (n,) are where it raises one.
    """

    features: tuple[str, ...]
    threshold: float | None
    start: float | Floats
    values: Floats
    alarms: Rows

    def of(self, feature: str) -> Floats:
        """The feature's attributions (n,): 0 everywhere for one that the model does not have."""
        if feature not in self.features:
            return np.zeros(len(self.values))
        return self.values[:, self.features.index(feature)]

    @property
    def said(self) -> Floats:
        """What the model says, (n,)."""
        return np.asarray(self.start + self.values.sum(axis=1))

    def start_of(self, rows: Rows) -> float:
        """The start, on average over these rows."""
        return self.start if isinstance(self.start, float) else float(self.start[rows].mean())


def of_class(parts: Floats, asked: Codes) -> Floats:
    """What speaks for one class of each row, `asked` (n,): (n, features + 1), as `parts` (n, classes, ...).

    With k classes and log probabilities l_j it adds up to the mean of l_c - l_j over the other classes j,
    which is k / (k - 1) (l_c - mean of all l): log odds, averaged over whom they are against. Shapley values
    are linear in what they explain, and a constant added to all l, which XGBoost leaves open, falls out.
    """
    classes = parts.shape[1]
    own = parts[np.arange(len(parts)), asked]
    return np.asarray(classes / (classes - 1) * (own - parts.mean(axis=1)))


def sample(rows: int, most: int, seed: int) -> NDArray[np.int64]:
    """Places of at most `most` of `rows` rows, each equally likely, in their order."""
    if rows <= most:
        return np.arange(rows)
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False, shuffle=False))


def model_explanation(model: Attributed, clusters: Codes) -> ModelExplanation:
    """How far each feature moves the model's answers; `clusters` are the rows' codes, (n,)."""
    sizes = np.abs(model.values)
    total = sizes.sum(axis=1)

    def importance(feature: str, size: Floats) -> Importance:
        share = clustered_mean(ratio_rows(size, total, what="attribution"), clusters) if total.any() else None
        return Importance(feature=feature, size=clustered_mean(size, clusters), share=share)

    found = [importance(*pair) for pair in zip(model.features, sizes.T, strict=True)]
    log_odds, prediction = _answer(model, clustered_mean(model.said, clusters))
    return ModelExplanation(
        threshold=model.threshold,
        start=model.start_of(np.ones(len(clusters), np.bool_)),
        log_odds=log_odds,
        prediction=prediction,
        features=tuple(sorted(found, key=lambda one: _largest_first(one.feature, one.size))),
    )


def top_features(models: Iterable[Attributed], most: int) -> tuple[str, ...]:
    """The features that move the models' answers furthest, all models together."""
    sizes: dict[str, float] = {}
    for model in models:
        for feature, size in zip(model.features, np.abs(model.values).mean(axis=0), strict=True):
            sizes[feature] = sizes.get(feature, 0.0) + float(size)
    return tuple(sorted(sizes, key=lambda feature: (-sizes[feature], feature))[:most])


def slice_explanations(
    column: str,
    groups: Iterable[Group],
    models: Mapping[Role, Attributed],
    clusters: Codes,
    top: tuple[str, ...],
) -> Iterator[SliceExplanation]:
    """The top features' mean attributions in each group; a group's rows are places in the sample, (n,)."""
    for group in groups:
        inside = clusters[group.rows]
        yield SliceExplanation(
            column=column,
            value=group.value,
            pooled=group.pooled,
            rows=len(inside),
            attributions={
                role: tuple(
                    Attribution(feature=feature, mean=clustered_mean(model.of(feature)[group.rows], inside))
                    for feature in top
                    if feature in model.features and len(inside)
                )
                for role, model in models.items()
            },
        )


def changes(challenger: Attributed, champion: Attributed, clusters: Codes) -> tuple[ChangedRows, ...]:
    """What changed the challenger's mind: on all rows, and where one of the two alone raises an alarm."""
    rows: dict[Of, Rows] = {"all rows": np.ones(len(clusters), np.bool_)}
    if challenger.threshold is not None:
        rows["new alarms"] = challenger.alarms & ~champion.alarms
        rows["dropped alarms"] = champion.alarms & ~challenger.alarms
    return tuple(_changed(of, one, challenger, champion, clusters[one]) for of, one in rows.items())


def _changed(
    of: Of, rows: Rows, challenger: Attributed, champion: Attributed, clusters: Codes
) -> ChangedRows:
    features = dict.fromkeys(challenger.features + champion.features) if rows.any() else {}

    def change(feature: str) -> Change:
        difference = (challenger.of(feature) - champion.of(feature))[rows]
        return Change(
            feature=feature,
            only=_only(feature, challenger, champion),
            difference=clustered_mean(difference, clusters),
            moved=clustered_mean(np.abs(difference), clusters),
        )

    change_in_answer = clustered_mean((challenger.said - champion.said)[rows], clusters)
    log_odds, prediction = _answer(challenger, change_in_answer)
    return ChangedRows(
        of=of,
        start=challenger.start_of(rows) - champion.start_of(rows),
        log_odds=log_odds,
        prediction=prediction,
        features=tuple(
            sorted(map(change, features), key=lambda one: _largest_first(one.feature, one.difference))
        ),
    )


def _answer(model: Attributed, mean: Interval) -> tuple[Interval | None, Interval | None]:
    """The mean as log odds, or as a prediction."""
    return (None, mean) if model.threshold is None else (mean, None)


def _only(feature: str, challenger: Attributed, champion: Attributed) -> Role | None:
    if feature not in champion.features:
        return "challenger"
    return None if feature in challenger.features else "champion"


def _largest_first(feature: str, mean: Interval) -> tuple[float, str]:
    return -abs(mean.estimate or 0.0), feature
