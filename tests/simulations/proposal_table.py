"""The table about proposals: what `evergreen propose` sees in three months, and how many others it blocks."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from benchmarks.figures import Figure
from example.flights import PERIODS, build_months
from simulations.cores import spread
from simulations.drift_gate import CACHE, month, params
from simulations.measured import Measured

from tasks.params import ValidateParams
from tasks.propose import propose_files
from tasks.validate.step import check_batch
from tasks.workspace import BatchFile

QUARTERS = tuple(PERIODS[first : first + 3] for first in range(0, 12, 3))
POINTS = 0.04
"""Of missing values: a narrower proposal allows for one point more than twice the largest share."""


def proposals(seed: int, quick: bool, tell: Callable[[str], None]) -> Measured:  # noqa: ARG001 - nothing is drawn
    """Of each quarter: the other nine months that its proposal blocks, and that a narrower one would."""
    start = time.perf_counter()
    month(PERIODS[0])  # The processes that follow find the year built.
    quarters = QUARTERS[:1] if quick else QUARTERS
    found = list(spread(blocked, [(one, 2 if quick else 9) for one in quarters], tell))
    seconds, others = time.perf_counter() - start, sum(of for *_, of in found)
    return Measured(
        name="proposals",
        title="What three months propose: how many of the others it blocks",
        columns=("proposed from", "as proposed", "with narrower margins", "of"),
        lines=tuple(
            (f"{one[0]}..{one[-1]}", str(proposed), str(narrower), str(of))
            for one, (proposed, narrower, of) in zip(quarters, found, strict=True)
        ),
        figures=(
            Figure("proposals_block", sum(one[0] for one in found), "months", others, seconds),
            Figure("proposals_narrower_block", sum(one[1] for one in found), "months", others, 0.0),
        ),
        note="Narrower: half the width at both ends, nothing outside, one point more of missing values.",
    )


def blocked(quarter: tuple[str, ...], most: int) -> tuple[int, int, int]:
    """How many other months a quarter's proposal blocks, how many a narrower one, of how many at most."""
    files = build_months(CACHE)
    text = propose_files([files[one] for one in quarter], lambda _: None).text
    proposed: dict[str, Any] = yaml.safe_load(text)["validate"]
    others = [one for one in PERIODS if one not in quarter][:most]
    as_proposed, less = (
        sum(blocks(ValidateParams.model_validate_json(json.dumps(rules)), files[one], one) for one in others)
        for rules in (proposed, narrower(proposed))
    )
    return as_proposed, less, len(others)


def narrower(proposed: dict[str, Any]) -> dict[str, Any]:
    """The same rules with the margins that were tried first: see the note."""
    return proposed | {"columns": {name: _narrower(one) for name, one in proposed["columns"].items()}}


def _narrower(column: dict[str, Any]) -> dict[str, Any]:
    found = {**column}
    if "max_bad" in found:
        # From low - width to high + width there are three widths, so half of one is a sixth of it.
        less = (found["max"] - found["min"]) / 6
        found |= {"min": found["min"] + less * (found["min"] != 0), "max": found["max"] - less, "max_bad": 0}
    if "max_nulls" in found:
        found["max_nulls"] = max(0.0, found["max_nulls"] - POINTS)
    return found


def blocks(rules: ValidateParams, path: Path, period: str) -> bool:
    """Whether a month breaks any of the rules; those of periods and keys are the example's."""
    asked = params().model_copy(update={"validation": rules})
    return not check_batch(path, BatchFile(period, "0" * 12), asked, "0" * 64).passed
