"""The contract's language: what a challenger must show, who wants it and why."""

from typing import Literal, Self

from pydantic import Field, model_validator

from tasks.documents import canonical, digest
from tasks.params.section import Name, Section


class Clause(Section):
    """One requirement: who wants it, why, and what passes it.

    `margin` (beats_*) and `threshold` (floor) are in the metric's unit.
    `level` is the one-sided chance of passing a challenger that violates the clause.
    """

    name: Name
    kind: Literal["beats_baseline", "beats_champion", "floor"]
    metric: Literal["log_loss", "auc", "value"]
    owner: str = Field(min_length=1)
    reason: str = Field(min_length=1)
    level: float = Field(default=0.05, gt=0, lt=0.5)
    margin: float = Field(default=0.0, ge=0)
    threshold: float | None = None

    @model_validator(mode="after")
    def _threshold_only_for_floors(self) -> Self:
        if (self.kind == "floor") != (self.threshold is not None):
            raise ValueError(f"clause {self.name}: `threshold` is for a floor, and a floor needs it")
        if self.kind == "floor" and self.margin:
            raise ValueError(f"clause {self.name}: a floor has a `threshold`, and no `margin`")
        return self


class Contract(Section):
    """What a challenger must show before it replaces the champion; frozen by hash in the ledger."""

    looks_per_holdout: int = Field(default=1, ge=1)
    min_clusters: int = Field(default=10, ge=2)
    clauses: tuple[Clause, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [clause.name for clause in self.clauses]
        if len(set(names)) != len(names):
            raise ValueError(f"clause names must differ, found {names}")
        if not {"beats_baseline", "beats_champion"} <= {clause.kind for clause in self.clauses}:
            raise ValueError("a contract needs a beats_baseline and a beats_champion clause")
        return self

    @property
    def hash(self) -> str:
        """What the ledger freezes: 64 hexadecimal digits over every setting of the contract."""
        return digest(canonical(self.model_dump(mode="json")))
