"""What a model is, in one document: a candidate's identity is this document's hash."""

from typing import Any

from pydantic import SerializerFunctionWrapHandler, model_serializer

from tasks.documents import Document, Hash, digest
from tasks.prepare.features import Schema
from tasks.train.uncertainty import Calibration, Floats, Sets


class ModelCard(Document):
    """Everything that scoring and judging need beside the model's bytes.

    `base_rate` is the naive baseline: the share of label 1 among training rows.
    `trained_until` is the last instant that training, selection or a threshold has seen. `threshold` and
    `sets` are about calibrated probabilities where there is a `calibration`.
    """

    model: str
    model_sha256: Hash
    model_bytes: int
    features: Schema
    label: str
    base_rate: float
    threshold: float
    trees: int
    selection_log_loss: float
    periods: tuple[str, ...]
    train_rows: int
    selection_rows: int
    trained_until: str
    seed: int
    drill: bool
    library: str
    calibration: Calibration | None = None
    sets: Sets | None = None

    @model_serializer(mode="wrap")
    def _without_what_there_is_not(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # A card from before these were known keeps its bytes, and with them its identity.
        said: dict[str, Any] = plain(self)
        return {k: v for k, v in said.items() if v is not None or k not in ("calibration", "sets")}

    def answers(self, told: Floats) -> Floats:
        """The model's probabilities (n,): what its trees told, calibrated if it was."""
        return self.calibration.probabilities(told) if self.calibration else told

    @property
    def candidate(self) -> str:
        """The candidate's identity: 64 hexadecimal digits."""
        return digest(self.to_bytes())


def read_card(data: bytes) -> ModelCard:
    """The card in `data`; raises `Corrupt` if it is none."""
    return ModelCard.parse(data, "model card")
