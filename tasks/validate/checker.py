"""Validation in a process of its own, which imports Great Expectations while the cycle does other work."""

import os
from pathlib import Path

from tasks.companion import Companion, CompanionEnded
from tasks.errors import EvergreenError
from tasks.params import Params
from tasks.validate.result import BatchReport
from tasks.workspace import BatchFile


class Checker(Companion):
    """A `Check` that asks its child. The child starts at once; `close` ends it."""

    def __init__(self) -> None:
        # It compares and counts, and solves no equations: threads for that would wait for each other.
        super().__init__("tasks.validate.child", {"OPENBLAS_NUM_THREADS": "1", **os.environ})

    def __call__(self, path: Path, batch: BatchFile, params: Params, rules: str) -> BatchReport:
        """The report on one batch; raises `EvergreenError` if the child died: could not check."""
        settings = params.model_dump_json(by_alias=True)
        try:
            answer = self.ask({"path": str(path), "params": settings, "rules": rules})
        except CompanionEnded as ended:
            said = f"{batch.name}: could not check: the validating process ended: {ended}"
            raise EvergreenError(said) from ended
        return BatchReport.model_validate(answer)
