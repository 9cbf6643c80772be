"""A sealed decision whose holdout has retired: decided again from what the ledger names, with its numbers."""

import tempfile
from pathlib import Path

from tasks.decide.decision import Decision, decide
from tasks.errors import Corrupt
from tasks.evaluate.findings import Evidence, Measurements
from tasks.ledger import ArtifactRef, Ledger
from tasks.ledger.artifacts import fetch_artifact
from tasks.periods import spanned
from tasks.workspace import Workspace


def unsealed(ledger: Ledger, named: dict[str, ArtifactRef], decision: Decision) -> tuple[Decision, bytes]:
    """The decision with its numbers, and its page, drawn anew; raises `Corrupt` if it comes out otherwise.

    `named` are the artifacts of its registration.
    """
    # Whoever shows a decision that is not sealed needs none of these.
    from tasks.report.page import render
    from tasks.report.step import read_inputs

    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        # Where a suite of one's own lies is known once the settings are there.
        for name in sorted(named, key=lambda name: name != workspace.params_file.name):
            path = workspace.artifact_paths().get(name)
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(fetch_artifact(ledger.store, ledger.model, named[name]))
        told = _decided_again(workspace, decision)
        workspace.decision.write_bytes(told.to_bytes())
        return told, render(read_inputs(workspace)).encode()


def _decided_again(workspace: Workspace, decision: Decision) -> Decision:
    evidence = Evidence.parse(workspace.evidence.read_bytes(), workspace.evidence.name)
    measurements = Measurements.parse(workspace.measurements.read_bytes(), workspace.measurements.name)
    known = (workspace.params.contract, decision.look, decision.model, decision.champion_entry, measurements)
    again, told = decide(evidence, *known), decide(evidence, *known, retired=True)
    if again != decision:
        raise Corrupt(
            f"decision on {spanned(decision.holdout)}: what it rests on gives another decision today: "
            "another version of Evergreen made it; its numbers stay sealed"
        )
    return told
