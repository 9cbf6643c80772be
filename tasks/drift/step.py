"""The step: says what has drifted, from the ledger, the catalogue and the profiles.

It writes the profiles that are missing, and nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tasks.drift.classes import class_shift
from tasks.drift.concept import concept_drift
from tasks.drift.covariates import Compared, comparisons, covariate_shift
from tasks.drift.findings import Drift, Shifts
from tasks.drift.kept import in_quarantine
from tasks.drift.labels import label_shift
from tasks.drift.seasons import season_word
from tasks.drift.slices import moved_slices
from tasks.drift.telling import told
from tasks.drift.told import Told
from tasks.drift.volume import volume
from tasks.errors import Corrupt, Refused
from tasks.explain.explanation import Explanation
from tasks.intake import Catalogue, Revision, read_catalogue
from tasks.ledger import ArtifactRef, Ledger
from tasks.ledger.artifacts import artifacts_of, fetch_artifact
from tasks.ledger.entries import Champion
from tasks.params import Params
from tasks.past import Judged, read_past
from tasks.profile import profiles
from tasks.store import Near
from tasks.train.card import ModelCard, read_card
from tasks.validate import rules_hash
from tasks.version import Dataset


@dataclass(frozen=True)
class Footing:
    """What a champion learned from, what has come since, and how far each period lies from the others.

    Without a later batch nothing is `compared`.
    """

    champion: Champion
    card: ModelCard
    corrected: tuple[str, ...]
    newest: str | None
    compared: tuple[Compared, ...]
    season: str
    weights: dict[str, float] | None
    unchecked: tuple[str, ...] = ()


def drift(params: Params, ledger: Ledger, near: Path) -> Drift:
    """What has changed since the champion learned; raises `Refused` where there is no champion.

    `near` is a folder for copies of the profiles that it asked for.
    """
    # It scores two holdouts, for which a run, that reads profiles alone, has no need.
    from tasks.drift.answered import calibration_since

    champion = ledger.state().champion
    if champion is None:
        raise Refused(f"model {ledger.model} has no champion yet: nothing has learned that could drift")
    found = footing(params, ledger, champion, near)
    card, decisions = found.card, _decisions(ledger, found.card.candidate)
    concept = concept_drift(champion.candidate, card.objective, *decisions)
    named = artifacts_of(ledger.entry(champion.registered))
    calibration = calibration_since(params, ledger, card, named, *decisions)
    concept = concept.model_copy(update={"calibration": calibration})
    return Drift(**dict(shifts(params, found)), concept_drift=concept)


def told_of(params: Params, ledger: Ledger, champion: Champion, near: Path) -> Told | None:
    """What a run tells of the newest batch: from profiles alone, of which it makes those that are missing."""
    return told(shifts(params, footing(params, ledger, champion, near)))


def footing(params: Params, ledger: Ledger, champion: Champion, near: Path) -> Footing:
    """The champion's training periods and all later ones that are accepted, by their profiles."""
    named = artifacts_of(ledger.entry(champion.registered))
    card = read_card(_read(ledger, named, "model.json"))
    dataset = Dataset.parse(_read(ledger, named, "dataset.json"), "dataset.json")
    catalogue = read_catalogue(ledger.store, ledger.model)
    usable = catalogue.usable(rules_hash(params))
    learned_from = _revisions(catalogue, {one.period: one.sha256 for one in dataset.batches}, card)
    later = [one for one in usable if one.period > card.periods[-1]]
    compared: tuple[Compared, ...] = ()
    unchecked: tuple[str, ...] = ()
    if later:
        then = {one.period: one.quarantined for one in dataset.batches if one.quarantined}
        documents = Near(ledger.store, near)
        now, unchecked = in_quarantine(documents, params, later)
        trained = profiles(documents, params, learned_from, then)
        compared = comparisons(trained, profiles(documents, params, later, now))
        documents.forget()
    return Footing(
        champion=champion,
        card=card,
        corrected=_corrected(learned_from, usable),
        newest=later[-1].period if later else None,
        compared=compared,
        season=season_word(card.periods, [one.period for one in later]) if later else "",
        weights=_weights(ledger, named) if later else None,
        unchecked=unchecked,
    )


def shifts(params: Params, found: Footing) -> Shifts:
    """What the batches say by themselves, without any decision."""
    compared, label = found.compared, params.prepare.label.column
    plain = Shifts(
        model=params.model,
        champion=found.champion.number,
        candidate=found.champion.candidate,
        trained_on=found.card.periods,
        corrected=found.corrected,
        newest=found.newest,
        season=found.season,
        unchecked=found.unchecked,
        covariate_shift=None,
        label_shift=None,
    )
    if not compared:
        return plain
    inputs = covariate_shift(compared, found.card.features, found.weights)
    return plain.model_copy(
        update={
            "covariate_shift": inputs,
            "slices": moved_slices(compared, {one.column for one in inputs.columns if one.drifted}),
            "volume": volume(compared),
            "label_shift": None if params.classes else label_shift(label, compared),
            "class_shift": class_shift(label, compared) if params.classes else None,
        }
    )


def _read(ledger: Ledger, named: Mapping[str, ArtifactRef], name: str) -> bytes:
    if name not in named:
        raise Corrupt(f"ledger of {ledger.model}: the champion's registration names no {name}")
    return fetch_artifact(ledger.store, ledger.model, named[name])


def _revisions(catalogue: Catalogue, hashes: Mapping[str, str], card: ModelCard) -> tuple[Revision, ...]:
    """The very revisions that the champion learned from, whatever has arrived since."""
    arrived = {(one.period, one.sha256): one for one in catalogue.revisions}
    # Where rows were erased since, what is left of them stands for it.
    left = {period: catalogue.erased.get(sha256, sha256) for period, sha256 in hashes.items()}
    wanted = [(period, left.get(period) or "") for period in card.periods]
    if lost := [period for period, sha256 in wanted if (period, sha256) not in arrived]:
        raise Corrupt(f"the catalogue does not know what the champion learned from: {', '.join(lost)}")
    return tuple(arrived[one] for one in wanted)


def _corrected(learned_from: tuple[Revision, ...], usable: tuple[Revision, ...]) -> tuple[str, ...]:
    now = {one.period: one.sha256 for one in usable}
    return tuple(one.period for one in learned_from if now.get(one.period, one.sha256) != one.sha256)


def _weights(ledger: Ledger, named: Mapping[str, ArtifactRef]) -> dict[str, float] | None:
    """The features' shares in what moves the champion's answers, as explained when it was the challenger."""
    if "explanation.json" not in named:
        return None
    found = Explanation.parse(_read(ledger, named, "explanation.json"), "explanation.json")
    features = found.models["challenger"].features
    return {one.feature: (one.share.estimate or 0.0) if one.share else 0.0 for one in features}


def _decisions(ledger: Ledger, candidate: str) -> tuple[Judged | None, list[Judged]]:
    """The decision that promoted the candidate, and all after it."""
    past = [one for one in read_past(ledger) if isinstance(one, Judged)]
    promotion = next(
        (one for one in past if one.promotion is not None and one.body.candidate == candidate), None
    )
    return promotion, [one for one in past if promotion is None or one.number > promotion.number]
