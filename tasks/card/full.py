"""A model with the data and the decision behind it, from what was registered with it."""

from collections.abc import Callable

from tasks.decide.decision import Decision
from tasks.documents import Document, Hash
from tasks.environment import Environment
from tasks.errors import BadInput
from tasks.evaluate.findings import Evidence, Measurements, MetricEvidence, SliceEvidence
from tasks.ledger import Ledger
from tasks.ledger.artifacts import fetch_artifact
from tasks.ledger.looks import retired
from tasks.ledger.office import promotion_of
from tasks.prepare.step import Preparation
from tasks.replay.record import Record, is_sealed, record_of
from tasks.train.card import ModelCard
from tasks.unsealed import unsealed
from tasks.version import Dataset

_NEEDED = (
    "model.json",
    "dataset.json",
    "prepared.json",
    "evidence.json",
    "measurements.json",
    "decision.json",
)


class FullCard(Document):
    """What the model is, what it learned from, how it was judged, and by what it was made.

    `entry` is that of its decision. `metrics` and `slices` are None while the holdout may be asked again,
    `environment` where it was not registered. `promoted`: it was in office once; `in_office`: it is.
    """

    schema_version: int = 1
    name: str
    candidate: Hash
    entry: int
    time: str
    actor: str
    code: str
    promoted: bool
    in_office: bool
    card: ModelCard
    dataset: Dataset
    preparation: Preparation
    decision: Decision
    metrics: dict[str, MetricEvidence] | None
    slices: tuple[SliceEvidence, ...] | None
    measurements: Measurements
    environment: Environment | None


def read_full_card(ledger: Ledger, number: int) -> FullCard:
    """The card of the model that entry `number` decided on, promoted or returned to.

    Raises `BadInput` where the entry rests on no decision or too little was registered, `Corrupt` where
    bytes are missing, others, or another version's.
    """
    record = record_of(ledger, number)
    if missing := [name for name in _NEEDED if name not in record.named]:
        raise BadInput(f"decision {record.entry.number} has no card: {', '.join(missing)} was not registered")

    def fetched(name: str) -> bytes:
        return fetch_artifact(ledger.store, ledger.model, record.named[name])

    state = ledger.state()
    where = f"entry {record.entry.number}"
    evidence = Evidence.parse(fetched("evidence.json"), where)
    closed = is_sealed(ledger, record)
    has_environment = "environment.json" in record.named
    return FullCard(
        name=ledger.model,
        candidate=record.body.candidate,
        entry=record.entry.number,
        time=record.entry.time,
        actor=record.entry.actor,
        code=record.entry.code,
        promoted=promotion_of(state, record.entry.number, ledger) is not None,
        in_office=state.champion is not None and state.champion.candidate == record.body.candidate,
        card=ModelCard.parse(fetched("model.json"), where),
        dataset=Dataset.parse(fetched("dataset.json"), where),
        preparation=Preparation.parse(fetched("prepared.json"), where),
        decision=_decision(ledger, record, fetched),
        metrics=None if closed else evidence.metrics,
        slices=None if closed else evidence.slices,
        measurements=Measurements.parse(fetched("measurements.json"), where),
        environment=Environment.parse(fetched("environment.json"), where) if has_environment else None,
    )


def _decision(ledger: Ledger, record: Record, fetched: Callable[[str], bytes]) -> Decision:
    """With its numbers, if its holdout has retired or may be asked only once."""
    decision = Decision.parse(fetched("decision.json"), f"entry {record.entry.number}")
    if decision.sealed and retired(ledger.state(), decision.holdout):
        return unsealed(ledger, record.named, decision)[0]
    return decision
