"""What a model is, in one document: a candidate's identity is this document's hash."""

from typing import Annotated, Any

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from tasks.documents import Document, Hash, digest
from tasks.objectives import Class, Declared
from tasks.prepare.features import Schema
from tasks.train.intervals import PredictionIntervals
from tasks.train.linear import Linear
from tasks.train.temperature import Temperature
from tasks.train.uncertainty import Calibration, Floats, Sets

OfObjective = Annotated[float | None, Field(exclude_if=lambda one: one is None)]
"""A number that a model of this objective has; another's card does not name it."""
Classes = Annotated[tuple[Class, ...], Field(exclude_if=lambda classes: not classes)]
Shares = Annotated[tuple[float, ...], Field(exclude_if=lambda shares: not shares)]
Worths = Annotated[tuple[tuple[float, ...], ...], Field(exclude_if=lambda worths: not worths)]
"""What only a multiclass model has."""


class ModelCard(Document):
    """Everything that scoring and judging need beside the model's bytes.

    `base_rate` is the naive baseline: the mean label of the training rows, of a binary model the share of
    label 1, of a quantile the quantile at `alpha` of those labels. Of a multiclass model it is
    `class_shares`, the share of each of its `classes` in the declared order, and `base_rate` is the largest.
    Only a binary model has a `threshold`. `trained_until` is the last instant that training, selection or a
    threshold has seen. `threshold` and `sets` are about calibrated probabilities where there is a
    `calibration`: Platt's of two labels, a temperature of classes. `intervals` are of a regression. `linear`
    is the linear baseline, where the contract asks for one. By `outcomes`, what a row is worth by the class
    that came (outer) and the one that was decided, a multiclass model decides.
    """

    model: str
    model_sha256: Hash
    model_bytes: int
    features: Schema
    label: str
    base_rate: float
    threshold: float | None
    trees: int
    selection_log_loss: OfObjective = None
    periods: tuple[str, ...]
    train_rows: int
    selection_rows: int
    trained_until: str
    seed: int
    drill: bool
    library: str
    objective: Declared = "binary"
    selection_rmse: OfObjective = None
    selection_pinball: OfObjective = None
    alpha: OfObjective = None
    calibration: Calibration | Temperature | None = None
    sets: Sets | None = None
    intervals: PredictionIntervals | None = None
    linear: Linear | None = Field(default=None, exclude_if=lambda linear: linear is None)
    classes: Classes = ()
    class_shares: Shares = ()
    outcomes: Worths = ()

    @model_serializer(mode="wrap")
    def _without_what_there_is_not(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # A card from before these were known keeps its bytes, and with them its identity.
        said: dict[str, Any] = plain(self)
        later = ("calibration", "sets", "intervals")
        return {k: v for k, v in said.items() if v is not None or k not in later}

    def answers(self, told: Floats) -> Floats:
        """What the model says (n,): what its trees told, calibrated if it was. Of classes (n, classes)."""
        if self.classes:
            # Without rows a booster's answer has no columns.
            told = told.reshape(-1, len(self.classes))
        return self.calibration.probabilities(told) if self.calibration else told

    @property
    def selection_loss(self) -> float:
        """The objective's loss on the selection rows, which ended the training."""
        told = (self.selection_log_loss, self.selection_rmse, self.selection_pinball)
        return next(loss for loss in told if loss is not None)

    @property
    def candidate(self) -> str:
        """The candidate's identity: 64 hexadecimal digits."""
        return digest(self.to_bytes())


class Training(Document):
    """How long it took to make a candidate, in seconds of wall-clock time."""

    candidate: Hash
    seconds: float = Field(ge=0)


def read_card(data: bytes) -> ModelCard:
    """The card in `data`; raises `Corrupt` if it is none."""
    return ModelCard.parse(data, "model card")
