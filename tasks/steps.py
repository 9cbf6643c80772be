"""The steps in the order of the DAG, by the names they have everywhere.

Each is a plain function. Heavy packages are imported when a step is called, so that "nothing new"
and `--help` need none of them. A runner may wrap each step, and changes nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tasks.intake import intake
from tasks.ledger import Ledger
from tasks.validate import validate
from tasks.version import version
from tasks.workspace import Workspace

if TYPE_CHECKING:
    from tasks.decide.decision import Decision
    from tasks.evaluate.findings import Evidence, Measurements
    from tasks.prepare.step import Preparation
    from tasks.promote import Promotion
    from tasks.train.card import ModelCard

__all__ = [
    "Steps",
    "decide",
    "evaluate",
    "intake",
    "measure",
    "prepare",
    "promote",
    "train",
    "validate",
    "version",
]


def prepare(workspace: Workspace) -> "Preparation":
    """Split the dataset forward in time and fix the features' schema on training rows."""
    from tasks.prepare.step import prepare as step

    return step(workspace)


def train(workspace: Workspace, *, drill: bool = False) -> "ModelCard":
    """Train the challenger; never reads the holdout."""
    from tasks.train.step import train as step

    return step(workspace, drill=drill)


def evaluate(workspace: Workspace, ledger: Ledger) -> "Evidence":
    """Record the look, then compare challenger, champion and base rate on the holdout."""
    from tasks.evaluate.step import evaluate as step

    return step(workspace, ledger)


def measure(workspace: Workspace) -> "Measurements":
    """Take once what differs from run to run: latency and speed."""
    from tasks.measure import measure as step

    return step(workspace)


def decide(workspace: Workspace) -> "Decision":
    """Apply the contract to the evidence, and draw the report."""
    from tasks.decide.step import decide as step

    return step(workspace)


def promote(workspace: Workspace, ledger: Ledger, inputs: str) -> "Promotion":
    """Put the decision into the ledger and, if it says so, the challenger into office."""
    from tasks.promote import promote as step

    return step(workspace, ledger, inputs)


@dataclass(frozen=True)
class Steps:
    """What a cycle calls."""

    intake: Callable[..., Any] = intake
    validate: Callable[..., Any] = validate
    version: Callable[..., Any] = version
    prepare: Callable[..., Any] = prepare
    train: Callable[..., Any] = train
    evaluate: Callable[..., Any] = evaluate
    measure: Callable[..., Any] = measure
    decide: Callable[..., Any] = decide
    promote: Callable[..., Any] = promote
