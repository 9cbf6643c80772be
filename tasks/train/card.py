"""What a model is, in one document: a candidate's identity is this document's hash."""

from tasks.documents import Document, Hash, digest
from tasks.prepare.features import Schema


class ModelCard(Document):
    """Everything that scoring and judging need beside the model's bytes.

    `base_rate` is the naive baseline: the share of label 1 among training rows.
    `trained_until` is the last instant that training, selection or a threshold has seen.
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

    @property
    def candidate(self) -> str:
        """The candidate's identity: 64 hexadecimal digits."""
        return digest(self.to_bytes())


def read_card(data: bytes) -> ModelCard:
    """The card in `data`; raises `Corrupt` if it is none."""
    return ModelCard.parse(data, "model card")
