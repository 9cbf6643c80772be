"""What the models go by: each feature's share, slice by slice. Descriptive: no clause reads it. Pure."""

from dataclasses import dataclass
from itertools import groupby

from tasks.evaluate.evidence import Interval
from tasks.explain.explanation import Explanation, Importance, Role, SliceExplanation
from tasks.objectives import BINARY, Objective
from tasks.report.answers import WORDS, AnswerWords
from tasks.report.changes import ChangesView, changes_view
from tasks.report.wording import NOTHING, counted, number

# Beyond this many features, the smaller ones are folded away.
SHOWN = 8
ROLES: tuple[Role, ...] = ("challenger", "champion")


@dataclass(frozen=True)
class ShareBar:
    """One model's share of a feature as drawn, in per cent of the widest, and in words."""

    model: Role
    width: float
    words: str


@dataclass(frozen=True)
class FeatureView:
    """A feature: what each model that has it makes of it."""

    feature: str
    note: str
    bars: tuple[ShareBar, ...]


@dataclass(frozen=True)
class SliceView:
    """A slice: its sampled rows, and by model what its top features add there."""

    value: str
    pooled: tuple[str, ...]
    rows: str
    words: tuple[tuple[Role, str], ...]


@dataclass(frozen=True)
class AttributionsView:
    """What the page shows of an explanation."""

    basis: str
    models: tuple[Role, ...]
    shown: tuple[FeatureView, ...]
    folded: tuple[FeatureView, ...]
    slices: tuple[tuple[str, tuple[SliceView, ...]], ...]
    changes: ChangesView | None
    scale: str
    words: AnswerWords


def attributions(explanation: Explanation | None, objective: Objective = BINARY) -> AttributionsView | None:
    """The section, or None where nothing was explained."""
    if explanation is None:
        return None
    features = _features(explanation)
    return AttributionsView(
        basis=_basis(explanation),
        models=tuple(role for role in ROLES if role in explanation.models),
        shown=features[:SHOWN],
        folded=features[SHOWN:],
        slices=tuple(
            (column, tuple(_slice(one) for one in members))
            for column, members in groupby(explanation.slices, key=lambda one: one.column)
        ),
        changes=changes_view(explanation, objective),
        scale=objective.scale,
        words=WORDS[objective.name],
    )


def _basis(explanation: Explanation) -> str:
    rows, whole = counted(explanation.rows, "row"), counted(explanation.holdout_rows)
    every = explanation.rows == explanation.holdout_rows
    drawn = f"all {rows}" if every else f"{rows} drawn at random from the {whole}"
    return f"{drawn} of the holdout, in {counted(explanation.clusters, 'cluster')} by {explanation.cluster}"


def _features(explanation: Explanation) -> tuple[FeatureView, ...]:
    """The challenger's features, the largest first, then those that only the champion has."""
    held = {
        role: {one.feature: one for one in explanation.models[role].features}
        for role in ROLES
        if role in explanation.models
    }
    widest = max((_estimate(one.share) for found in held.values() for one in found.values()), default=0.0)

    def view(feature: str) -> FeatureView:
        having = [role for role in held if feature in held[role]]
        alone = f"only the {having[0]} has it" if len(having) < len(held) else ""
        return FeatureView(feature, alone, tuple(_bar(role, held[role][feature], widest) for role in having))

    return tuple(
        view(feature) for feature in dict.fromkeys(name for found in held.values() for name in found)
    )


def _bar(role: Role, found: Importance, widest: float) -> ShareBar:
    if found.share is None:
        return ShareBar(role, 0.0, "no feature moves it")
    width = round(100 * _estimate(found.share) / widest, 2)
    return ShareBar(role, width, _with_error(found.share, 2, factor=100))


def _slice(one: SliceExplanation) -> SliceView:
    return SliceView(
        value=one.value,
        pooled=one.pooled,
        rows=counted(one.rows),
        words=tuple((role, _told(one, role)) for role in ROLES if role in one.attributions),
    )


def _told(one: SliceExplanation, role: Role) -> str:
    found = sorted(one.attributions[role], key=lambda each: -abs(_estimate(each.mean)))
    told = [f"{each.feature} {_with_error(each.mean, 3, sign=True)}" for each in found]
    return ", ".join(told) or NOTHING


def _estimate(interval: Interval | None) -> float:
    return 0.0 if interval is None or interval.estimate is None else interval.estimate


def _with_error(mean: Interval, decimals: int, *, factor: float = 1.0, sign: bool = False) -> str:
    estimate, error = (
        None if value is None else factor * value for value in (mean.estimate, mean.standard_error)
    )
    pair = (number(estimate, decimals, sign=sign), number(error, decimals))
    return "\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}".join(pair)
