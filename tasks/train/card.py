"""What a model is, in one document: a candidate's identity is this document's hash."""

from typing import Annotated

from pydantic import Field

from tasks.documents import Document, Hash, digest
from tasks.objectives import Declared
from tasks.prepare.features import Schema

Loss = Annotated[float | None, Field(exclude_if=lambda loss: loss is None)]
"""A loss that a model of this objective has; another's card does not name it."""


class ModelCard(Document):
    """Everything that scoring and judging need beside the model's bytes.

    `base_rate` is the naive baseline: the mean label of the training rows, of a binary model the share
    of label 1. A regression has no `threshold`. `trained_until` is the last instant that training,
    selection or a threshold has seen.
    """

    model: str
    model_sha256: Hash
    model_bytes: int
    features: Schema
    label: str
    base_rate: float
    threshold: float | None
    trees: int
    selection_log_loss: Loss = None
    periods: tuple[str, ...]
    train_rows: int
    selection_rows: int
    trained_until: str
    seed: int
    drill: bool
    library: str
    objective: Declared = "binary"
    selection_rmse: Loss = None

    @property
    def selection_loss(self) -> float:
        """The objective's loss on the selection rows, which ended the training."""
        told = (self.selection_log_loss, self.selection_rmse)
        return next(loss for loss in told if loss is not None)

    @property
    def candidate(self) -> str:
        """The candidate's identity: 64 hexadecimal digits."""
        return digest(self.to_bytes())


def read_card(data: bytes) -> ModelCard:
    """The card in `data`; raises `Corrupt` if it is none."""
    return ModelCard.parse(data, "model card")
