"""checkout: from the ledger and the store into a new folder, every byte hashed on its way.

Paths come from this version's own list and from hashes, never from what the ledger says.
"""

import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

from pydantic import Field

from tasks.documents import Document, Hash, write_atomically
from tasks.errors import BadInput, Corrupt, Refused
from tasks.intake import content
from tasks.ledger import Ledger
from tasks.ledger.artifacts import fetch_artifact
from tasks.ledger.erasures import erased_contents, erased_words
from tasks.periods import length_of
from tasks.pins import pin_champion
from tasks.replay.record import Record, champion_of, is_sealed, record_of
from tasks.version import Dataset, DatasetBatch
from tasks.workspace import Workspace

Say = Callable[[str], None]
EXPECTED = ("model.ubj", "model.json", "dataset.json", "prepared.json", "look.json", "evidence.json",
            "measurements.json", "decision.json", "report.html", "params.yaml", "dvc.yaml", "dvc.lock",
            "batches.dvc", "code.json", "environment.json")  # fmt: skip
"""What this version registers with each decision."""


class Checkout(Document):
    """`checkout.json`: what was brought back, by path and SHA-256, and what was not.

    `lacking` was never registered (an earlier version made the decision, or steps were run by hand),
    `withheld` would tell numbers of a holdout that may be asked again, `unknown` a later version wrote.
    """

    schema_version: int = 1
    model: str
    entry: int
    decision: int
    code: str
    champion: int | None
    files: dict[str, Hash] = Field(default_factory=dict)
    lacking: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def checkout(ledger: Ledger, number: int, target: Path, say: Say = lambda _: None) -> Checkout:
    """Bring what the decision of entry `number` was made from into `target`, a new or an empty folder.

    All or nothing: what cannot be brought whole leaves no folder. Raises `BadInput` for a `target` with
    anything in it, `Corrupt` where bytes are missing or others, `Refused` where they were erased on purpose.
    """
    target = target.resolve()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BadInput(f"{target}: expected a new or an empty folder, found something in it; name another")
    record = record_of(ledger, number)
    target.parent.mkdir(parents=True, exist_ok=True)
    made = target.with_name(f".{target.name}.{uuid.uuid4().hex}.tmp")
    try:
        found = bring(ledger, record, Workspace(made), say)
        write_atomically(made / "checkout.json", found.to_bytes())
        made.replace(target)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return found


def bring(ledger: Ledger, record: Record, workspace: Workspace, say: Say = lambda _: None) -> Checkout:
    """The same into a workspace, without `checkout.json`."""
    withheld = ("evidence.json",) if is_sealed(ledger, record) else ()
    files: dict[str, Hash] = {}
    # The settings first: they say where a suite of one's own lies, below the folder.
    for name in sorted(record.named.keys() - set(withheld), key=lambda one: (one != "params.yaml", one)):
        path = workspace.artifact_paths().get(name)
        if path is None:
            continue
        say(name)
        ref = record.named[name]
        write_atomically(path, fetch_artifact(ledger.store, ledger.model, ref))
        files[path.relative_to(workspace.root).as_posix()] = ref.sha256
    files |= _batches(ledger, record, workspace, say)
    say("champion")
    pin = pin_champion(workspace, ledger, record.body.contract, champion_of(ledger, record.body))
    return Checkout(
        model=ledger.model,
        entry=record.asked,
        decision=record.entry.number,
        code=record.entry.code,
        champion=pin.champion.number if pin.champion else None,
        files=files,
        lacking=tuple(name for name in EXPECTED if name not in record.named),
        withheld=tuple(name for name in withheld if name in record.named),
        unknown=tuple(sorted(record.named.keys() - workspace.artifact_paths().keys())),
    )


def _batches(ledger: Ledger, record: Record, workspace: Workspace, say: Say) -> dict[str, Hash]:
    if not workspace.dataset.exists():
        return {}
    dataset = Dataset.parse(workspace.dataset.read_bytes(), workspace.dataset.name)
    gone = erased_contents(ledger)
    for at, batch in enumerate(dataset.batches, 1):
        say(f"batch {at} of {len(dataset.batches)}: {batch.period}")
        name = _file(batch)
        if batch.sha256 in gone:
            raise Refused(erased_words(record.entry.number, batch.period, gone[batch.sha256]))
        data = content(ledger.store, ledger.model, batch.sha256, f"the batch of {batch.period}")
        write_atomically(workspace.batches / name, data)
    return {f"data/batches/{one.file}": one.sha256 for one in dataset.batches}


def _file(batch: DatasetBatch) -> str:
    """The file's name, made of period and hash; raises `Corrupt` where the manifest has another."""
    name = f"{batch.period}.{batch.sha256[:12]}.parquet"
    if batch.file != name or length_of(batch.period) is None:
        raise Corrupt(
            f"dataset.json: expected a batch <period>.{batch.sha256[:12]}.parquet, found {batch.file[:80]!r}"
        )
    return name
