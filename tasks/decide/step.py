"""The step: reads what the earlier stages wrote, writes `decision.json`."""

from tasks.decide.decision import Decision
from tasks.decide.decision import decide as decided
from tasks.documents import write_atomically
from tasks.evaluate.findings import Evidence
from tasks.evaluate.look import Look
from tasks.pins import read_pin
from tasks.workspace import Workspace


def decide(workspace: Workspace) -> Decision:
    """Decide on the workspace's evidence."""
    pin = read_pin(workspace)
    decision = decided(
        Evidence.model_validate_json(workspace.evidence.read_bytes()),
        workspace.params.contract,
        Look.model_validate_json(workspace.look.read_bytes()),
        workspace.params.model,
        pin.champion.number if pin.champion else None,
    )
    write_atomically(workspace.decision, decision.to_bytes())
    return decision


def read_decision(workspace: Workspace) -> Decision:
    """What `decide` wrote."""
    return Decision.model_validate_json(workspace.decision.read_bytes())
