"""The step: reads what a decision was made of, writes `report.html`."""

from pathlib import Path

from tasks.decide.decision import Decision
from tasks.documents import write_atomically
from tasks.evaluate.findings import Evidence, Measurements
from tasks.explain.step import read_explanation
from tasks.prepare.step import read_preparation
from tasks.report.page import Inputs, render
from tasks.train.card import ModelCard
from tasks.version import read_dataset
from tasks.workspace import Workspace


def report(workspace: Workspace) -> Path:
    """Write the page of the workspace's decision and return its path."""
    write_atomically(workspace.report, render(read_inputs(workspace)).encode())
    return workspace.report


def read_inputs(workspace: Workspace) -> Inputs:
    """Everything that the page shows, as the stages wrote it."""
    evidence = Evidence.parse(workspace.evidence.read_bytes(), workspace.evidence)
    return Inputs(
        decision=Decision.parse(workspace.decision.read_bytes(), workspace.decision),
        evidence=evidence,
        measurements=Measurements.parse(workspace.measurements.read_bytes(), workspace.measurements),
        card=ModelCard.parse(workspace.model_card.read_bytes(), workspace.model_card),
        preparation=read_preparation(workspace),
        dataset=read_dataset(workspace.dataset),
        params=workspace.params,
        explanation=read_explanation(workspace, evidence),
    )
