"""Whether a model can be asked the question that the settings ask today: told before a look is spent."""

from collections.abc import Sequence

from tasks.errors import Refused
from tasks.objectives import Class
from tasks.params import Params, Source
from tasks.prepare.features import Feature
from tasks.train.card import ModelCard

_KINDS = {"number": ("number", "integer", "boolean"), "text": ("string",)}


def refuse_misfit(role: str, card: ModelCard, params: Params, sources: Sequence[Source]) -> None:
    """Raise `Refused` where a model in office answers another question, or reads what no batch brings.

    A feature that `prepare` brings no more is fine while `validate.columns` declares it; `sources` say
    when such features become known.
    """
    refuse_other_objective(role, card, params)
    refuse_other_classes(role, card, params.classes, "params.yaml")
    known_at = {column: source.available_at for source in sources for column in source.columns}
    for feature in card.features.features:
        _refuse_lost(role, card, feature, params, known_at.get(feature.name))


def _refuse_lost(role: str, card: ModelCard, feature: Feature, params: Params, known_at: str | None) -> None:
    declared, name = params.validation.columns, feature.name
    brought = name in params.prepare.features
    kind = "number" if feature.categories is None else "text"
    way_out = (
        "a champion must answer on the holdout, until one without the feature is in office. Take the feature "
        "out of prepare.sources alone; or return with `evergreen rollback --to N` to a champion that does "
        "without it; or give the new question a model name of its own in params.yaml"
    )
    who = f"the {role} {card.candidate[:12]} needs feature {name}"
    if name not in declared or declared[name].type not in _KINDS[kind]:
        found = f"declares it as {declared[name].type}" if name in declared else "does not declare"
        raise Refused(f"{who}, a {kind}, which validate.columns {found}: declare it as it was; {way_out}")
    if brought:
        return
    if known_at is None:
        raise Refused(f"{who}, and champion.json does not say when it is known: run `evergreen fetch`")
    if known_at not in declared or declared[known_at].type != "timestamp":
        raise Refused(
            f"{who}, known at {known_at}, which validate.columns does not declare as a timestamp: "
            f"declare it as it was; {way_out}"
        )


def refuse_other_objective(role: str, card: ModelCard, params: Params) -> None:
    """Raise `Refused` where a model answers another kind of question, or is another quantile."""
    if card.objective != params.train.objective:
        raise Refused(
            f"the {role} {card.candidate[:12]} is a {card.objective} model, and train.objective is "
            f"{params.train.objective}: their answers cannot be compared; give the new question a model name "
            "of its own in params.yaml"
        )
    if card.alpha != params.train.alpha:
        raise Refused(
            f"the {role} {card.candidate[:12]} predicts the quantile at {card.alpha}, and train.alpha is "
            f"{params.train.alpha}: their answers cannot be compared; give the new question a model name of "
            "its own in params.yaml"
        )


def refuse_other_classes(
    role: str, card: ModelCard, classes: tuple[Class, ...], whose: str = "the challenger"
) -> None:
    """Raise `Refused` where a model tells other classes apart than these, or in another order."""
    if card.classes != classes:
        theirs, ours = (", ".join(map(str, one)) for one in (card.classes, classes))
        raise Refused(
            f"the {role} {card.candidate[:12]} tells the classes {theirs} apart, and {whose} {ours}: "
            "their answers cannot be compared; declare the classes as they were, or give the new question a "
            "model name of its own in params.yaml"
        )
