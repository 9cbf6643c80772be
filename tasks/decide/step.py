"""The step: reads what the earlier stages wrote, writes `decision.json`."""

from tasks.decide.decision import Decision
from tasks.decide.decision import decide as decided
from tasks.documents import write_atomically
from tasks.errors import BadInput
from tasks.evaluate.findings import Evidence, Look, Measurements
from tasks.pins import ChampionPin, read_pin
from tasks.workspace import Workspace, output_of


def decide(workspace: Workspace) -> Decision:
    """Decide on the workspace's evidence."""
    pin = read_pin(workspace)
    evidence = Evidence.parse(output_of("evaluate", workspace.evidence), workspace.evidence)
    look = Look.parse(output_of("evaluate", workspace.look), workspace.look)
    _refuse_mixture(evidence, look, pin)
    number = pin.champion.number if pin.champion else None
    measurements = Measurements.parse(output_of("measure", workspace.measurements), workspace.measurements)
    params = workspace.params
    decision = decided(evidence, params.contract, look, params.model, number, measurements)
    write_atomically(workspace.decision, decision.to_bytes())
    return decision


def read_decision(workspace: Workspace) -> Decision:
    """What `decide` wrote."""
    return Decision.parse(output_of("decide", workspace.decision), workspace.decision)


def _refuse_mixture(evidence: Evidence, look: Look, pin: ChampionPin) -> None:
    """Raise `BadInput` unless evidence, look and pin are of one comparison under one contract.

    `evergreen fetch` can pin another champion or contract after `evaluate` has run: old evidence
    would then pass a bar that was set when it was known.
    """
    pinned = pin.champion.candidate if pin.champion else None
    judged = (evidence.challenger, evidence.champion, evidence.holdout, pinned, pin.contract)
    if judged != (look.challenger, look.champion, look.periods, look.champion, look.contract):
        raise BadInput(
            "evidence.json, look.json and champion.json are not of one comparison: champion or contract "
            "were pinned anew after it; run `evergreen evaluate` before `evergreen decide`"
        )
