"""replay: a decision made again from what the ledger names, in a folder of its own, and compared by bytes.

Nothing is written to ledger or store, and no look is spent. A challenger that comes out otherwise does not
meet the holdout, for that would be a look at it: what follows is then replayed with the recorded model. Only
hashes are compared and only names are told, so a decision whose numbers are sealed stays so.
"""

import tempfile
from pathlib import Path

from tasks.code import code_hashes, code_version
from tasks.documents import Document, Hash, digest_file
from tasks.environment import Environment, environment
from tasks.errors import BadInput, EvergreenError
from tasks.ledger import Ledger
from tasks.ledger.artifacts import fetch_artifact
from tasks.replay.checkout import Say, bring
from tasks.replay.past import ReadLedger
from tasks.replay.reasons import MADE_ALIKE, reasons
from tasks.replay.record import DECISION, Record, is_sealed, record_of
from tasks.replay.stages import MODEL, stages
from tasks.workspace import Workspace

_NEEDED = ("dataset.json", "params.yaml", "measurements.json", "decision.json", *MODEL)


class Compared(Document):
    """A document by its recorded hash, and the one of the replay's; None, and why, where there is none."""

    name: str
    recorded: Hash
    here: Hash | None
    why: str = ""

    @property
    def identical(self) -> bool:
        """Whether the bytes are the same."""
        return self.recorded == self.here


class Replay(Document):
    """What came out. `changed` is what differs from the record of the decision, whatever came out.

    `verdict_here` is None where no decision was made, or its numbers are sealed and it came out otherwise.
    `retrained` is false where the recorded model was taken; `lacking` was never registered.
    """

    schema_version: int = 1
    model: str
    entry: int
    decision: int
    verdict: str
    verdict_here: str | None
    identical: bool
    retrained: bool
    documents: tuple[Compared, ...]
    changed: tuple[str, ...]
    lacking: tuple[str, ...]


def replay(ledger: Ledger, number: int, *, retrain: bool = True, say: Say = lambda _: None) -> Replay:
    """Make the decision of entry `number` again; without `retrain` from the recorded model.

    Latency and the time of training are taken from the record. Raises `BadInput` where the entry rests on
    no decision or too little was registered, `Corrupt` where bytes are missing or others.
    """
    record = record_of(ledger, number)
    if missing := [name for name in _NEEDED if name not in record.named]:
        raise BadInput(
            f"decision {record.entry.number} cannot be replayed: {', '.join(missing)} was not registered"
        )
    past = ReadLedger(ledger.store, ledger.model)
    with tempfile.TemporaryDirectory(prefix="evergreen-replay-") as folder:
        workspace = Workspace(Path(folder))
        brought = bring(past, record, workspace, say)
        documents = _replayed(past, record, workspace, say, retrain=retrain)
        verdict_here = _verdict(past, record, workspace, documents)
    identical = all(one.identical for one in documents)
    changed = _changed(past, record)
    return Replay(
        model=ledger.model,
        entry=number,
        decision=record.entry.number,
        verdict=record.body.verdict,
        verdict_here=verdict_here,
        identical=identical,
        retrained=retrain,
        documents=documents,
        changed=changed or (() if identical else (MADE_ALIKE,)),
        lacking=brought.lacking,
    )


def _verdict(
    ledger: Ledger, record: Record, workspace: Workspace, documents: tuple[Compared, ...]
) -> str | None:
    made = next(one for one in documents if one.name == DECISION)
    if made.identical:
        return record.body.verdict
    return None if made.here is None or is_sealed(ledger, record) else _read(workspace)


def _read(workspace: Workspace) -> str:
    from tasks.decide.step import read_decision

    return read_decision(workspace).verdict


def _replayed(
    ledger: ReadLedger, record: Record, workspace: Workspace, say: Say, *, retrain: bool
) -> tuple[Compared, ...]:
    """Stage by stage; the documents of one that fails, and of those after it, were not made."""
    found: list[Compared] = []
    failed = ""
    for name, outputs, stage in stages(ledger, record, workspace, retrain=retrain):
        paths = {one: workspace.artifact_paths()[one] for one in outputs if one in record.named}
        if not paths:
            continue
        say(name)
        before = failed
        for path in paths.values():
            path.unlink(missing_ok=True)
        if not failed:
            try:
                stage()
            except EvergreenError as error:
                failed = f"{name}: {' '.join(str(error).split())}"
            except Exception as error:  # noqa: BLE001 - old settings meet new code: anything may be raised
                # Its kind alone: its text may hold numbers that are sealed.
                failed = f"{name}: ended with {type(error).__name__}, which a step never should"
        found += [_compared(record, one, path, failed) for one, path in paths.items()]
        if outputs == MODEL:
            _restore(ledger, record, workspace)
            failed = before
    return tuple(found)


def _compared(record: Record, name: str, path: Path, failed: str) -> Compared:
    here = digest_file(path) if path.exists() else None
    why = (failed or "it was not written") if here is None else ""
    return Compared(name=name, recorded=record.named[name].sha256, here=here, why=why)


def _restore(ledger: Ledger, record: Record, workspace: Workspace) -> None:
    """The recorded model, whatever the training came to: another one would be another look."""
    for name in MODEL:
        data = fetch_artifact(ledger.store, ledger.model, record.named[name])
        workspace.artifact_paths()[name].write_bytes(data)


def _changed(ledger: Ledger, record: Record) -> tuple[str, ...]:
    def registered(name: str) -> bytes | None:
        ref = record.named.get(name)
        return None if ref is None else fetch_artifact(ledger.store, ledger.model, ref)

    recorded = registered("environment.json")
    then = None if recorded is None else Environment.parse(recorded, "environment.json")
    return reasons(
        (record.entry.code, code_version()), (registered("code.json"), code_hashes()), then, environment()
    )
