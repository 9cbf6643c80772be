"""A model's card in markdown: what it is, its decision, what it learned from, and by what. Pure."""

from tasks.card.full import FullCard
from tasks.decide.sealed import LATER
from tasks.objectives import OBJECTIVES
from tasks.periods import spanned
from tasks.report.summary import decided, heading, metrics_table, plain, table
from tasks.report.wording import counted, instant, metric_name, number, scale_of, size, with_interval
from tasks.train.card import ModelCard
from tasks.train.temperature import Temperature

_LIBRARIES = ("xgboost", "numpy", "scipy", "pandas", "pyarrow")


def card_markdown(full: FullCard) -> str:
    """The whole card; what people and data say is escaped."""
    lines = [f"# Model card: {plain(full.name)} {full.candidate[:12]}", "", f"{_office(full)}.", ""]
    lines += ["## The model", "", *_pairs(_model(full))]
    lines += [f"## Its decision: {heading(full.decision)}", "", *decided(full.decision)]
    lines += _numbers(full)
    lines += ["## What it learned from", "", *_pairs(_learned(full))]
    lines += table(
        ("batch", "rows", "SHA-256"),
        [(one.period, f"{one.rows:,}", f"`{one.sha256}`") for one in full.dataset.batches],
    )
    lines += ["## What to keep in mind", "", *(f"- {plain(one)}" for one in _cautions(full)), ""]
    lines += ["## Where it comes from", "", *_pairs(_origin(full))]
    return "\n".join(lines)


def _pairs(pairs: dict[str, str]) -> list[str]:
    return table(("", ""), [(plain(name), plain(value)) for name, value in pairs.items()])


def _office(full: FullCard) -> str:
    if full.in_office:
        return "In office"
    return "Not in office; it was" if full.promoted else "Never in office"


def _model(full: FullCard) -> dict[str, str]:
    card = full.card
    features = (
        f"{one.name}{' (category)' if one.categories is not None else ''}" for one in card.features.features
    )
    measured = full.measurements
    return {
        "answers": f"{card.objective} of {card.label}",
        "features": ", ".join(features),
        "made of": f"{card.trees} trees, {size(card.model_bytes)}, {card.library}, seed {card.seed}",
        "alarm from": "no alarms" if card.threshold is None else number(card.threshold),
        **_of_classes(card),
        "one row takes": (
            f"{number(measured.one_row_p50_ms, 2)} ms (p95 {number(measured.one_row_p95_ms, 2)}, "
            f"{counted(measured.one_row_calls, 'call')})"
        ),
    }


def _of_classes(card: ModelCard) -> dict[str, str]:
    """How sure a model of classes is made to be; nothing of another."""
    told: dict[str, str] = {}
    if isinstance(card.calibration, Temperature):
        told["calibrated"] = f"log odds divided by {card.calibration.temperature:.3g}, fitted on selection"
    if card.outcomes:
        told["decides"] = "the class of the largest expected value, by the outcomes of params.yaml"
    if card.classes and card.sets:
        told["possible labels"] = (
            f"those of a probability of {1 - card.sets.most_doubt:.3g} or more, fitted on selection to "
            f"hold the label in {card.sets.coverage:g} of the rows"
        )
    return told


def _numbers(full: FullCard) -> list[str]:
    """Metrics and slices on the holdout, unless they are withheld."""
    if full.metrics is None or full.slices is None:
        return [f"{LATER[0].upper()}{LATER[1:]}.", ""]
    objective = OBJECTIVES[full.card.objective]
    scale = scale_of(full.metrics[objective.loss].unit)
    rows: list[tuple[str, ...]] = [
        (
            plain(f"{one.column} {one.value}"),
            f"{one.rows:,}",
            number(one.incumbent, scale.decimals),
            number(one.challenger, scale.decimals),
            plain(with_interval(one.advantage, scale)),
        )
        for one in full.slices
    ]
    lines = metrics_table(full.card.objective, full.metrics)
    loss = metric_name(objective.loss)
    before = "champion of then" if full.decision.champion else objective.baseline
    return lines + (
        table(("slice", "rows", f"{loss}: {before}", "this model", "better by"), rows) if rows else []
    )


def _learned(full: FullCard) -> dict[str, str]:
    card, counts = full.card, full.preparation
    excluded = ", ".join(f"{name} {count:,}" for name, count in counts.excluded.items()) or "none"
    return {
        "periods": spanned(card.periods),
        "rows": f"{card.train_rows:,} to train on, {card.selection_rows:,} to select by",
        "until": instant(card.trained_until),
        "judged on": f"{spanned(full.decision.holdout)}, {counted(full.decision.rows, 'row')}",
        "left out": excluded,
    }


def _cautions(full: FullCard) -> list[str]:
    """Facts that limit what the model is good for; there is always the first."""
    judged_on = spanned(full.decision.holdout)
    said = [f"Judged on {judged_on} alone: what has changed since, `evergreen drift` tells."]
    said += [f"Requirement not met or open: {name}." for name in full.decision.but_for]
    for clause in full.decision.clauses:
        if clause.pooled:
            pooled = ", ".join(clause.pooled)
            said.append(f"{clause.name}: too few rows to judge alone, taken together: {pooled}.")
    if full.environment is None:
        said.append("Its environment was not registered.")
    return said


def _origin(full: FullCard) -> dict[str, str]:
    told = {
        "decision": f"entry {full.entry}, {instant(full.time)}, by {full.actor}",
        "code": full.code,
        "contract": full.decision.contract,
        "model bytes": full.card.model_sha256,
    }
    if (here := full.environment) is not None:
        known = (f"{name} {here.libraries[name]}" for name in _LIBRARIES if name in here.libraries)
        told["environment"] = f"{here.python}, {here.system} {here.machine}, {', '.join(known)}"
    return told | {"proof": f"evergreen replay {full.entry}"}
