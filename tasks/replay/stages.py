"""The stages that a replay runs again, in the order of the DAG: those whose bytes are a function of files."""

from collections.abc import Callable

from tasks.replay.past import ReadLedger
from tasks.replay.record import Record
from tasks.workspace import Workspace

MODEL = ("model.ubj", "model.json")
Stage = tuple[str, tuple[str, ...], Callable[[], object]]
"""Its name, the documents that it writes, and what runs it."""


def stages(ledger: ReadLedger, record: Record, workspace: Workspace, *, retrain: bool) -> tuple[Stage, ...]:
    """Each stage with the documents that it writes, in the order of the DAG."""
    # Whoever asks for help needs none of these.
    from tasks.decide.step import decide
    from tasks.evaluate.step import evaluate
    from tasks.explain.step import explain
    from tasks.prepare.step import prepare
    from tasks.report import report
    from tasks.train.step import train

    rows = workspace.params.evaluate.explained_rows
    trained: tuple[Stage, ...] = (("train", MODEL, lambda: train(workspace, drill=record.body.drill)),)
    return (
        ("prepare", ("prepared.json",), lambda: prepare(workspace)),
        *(trained if retrain else ()),
        ("evaluate", ("look.json", "evidence.json"), lambda: evaluate(workspace, ledger)),
        ("decide", ("decision.json",), lambda: decide(workspace)),
        ("explain", ("explanation.json",), lambda: explain(workspace, rows=rows)),
        ("report", ("report.html",), lambda: report(workspace)),
    )
