"""Harm at every door of a model folder and its store, and how whoever meets it is to end."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from commands import evergreen
from data_factories import changed
from factories import MODEL, SUITE, WITH_SUITE, parquet, small_frame
from ledgers import decided_workspace, sha

from tasks.documents import canonical, digest, write_atomically
from tasks.ledger import Ledger
from tasks.ledger.artifacts import artifacts_of
from tasks.ledger.sealed import sealed
from tasks.opening import open_ledger
from tasks.promote import promote

NEWEST, CATALOGUE = f"store/ledger/{MODEL}/{5:020d}.json", f"store/batches/{MODEL}/catalogue.json"
POINTER = f"store/pointers/{MODEL}.json"
DEEP = b"[" * 100_000
HERE = object()
"""Stands for the model folder in a case's arguments."""
Harm = Callable[[Path], None]


class Case(NamedTuple):
    """What is put in, who reads it, and how that ends."""

    name: str
    harm: Harm
    arguments: tuple[Any, ...]
    status: int
    words: str


def nothing(_: Path) -> None:
    """The arguments are the harm."""


def put(name: str, data: bytes) -> Harm:
    """These bytes in a file of the folder."""
    return lambda folder: write_atomically(folder / name, data)


def params(*changes: tuple[str, str]) -> Harm:
    """Other settings."""
    return put("params.yaml", changed(*changes).encode())


def suite(data: bytes) -> Harm:
    """A suite of one's own, and settings that name it."""

    def harm(folder: Path) -> None:
        params(WITH_SUITE)(folder)
        write_atomically(folder / SUITE, data)

    return harm


def edited(name: str, change: Callable[[Any], object]) -> Harm:
    """A document, changed in place."""

    def harm(folder: Path) -> None:
        document = json.loads((folder / name).read_bytes())
        change(document)
        write_atomically(folder / name, canonical(document))

    return harm


def pointer(**changes: Any) -> Harm:
    """A pointer that is whole, and lies."""

    def harm(folder: Path) -> None:
        state = open_ledger(folder)[1].state()
        write_atomically(folder / POINTER, sealed(state.model_copy(update=changes)))

    return harm


def foreign_pin(**changes: Any) -> Harm:
    """A champion.json that names a champion whom nobody put in office, and a batch to be judged."""

    def harm(folder: Path) -> None:
        evergreen("fetch", "-C", folder)
        edited("champion.json", lambda pin: pin["champion"].update(changes))(folder)

    return harm


def artifact(name: str) -> Harm:
    """Other bytes than the champion's registration names."""

    def harm(folder: Path) -> None:
        ref = artifacts_of(open_ledger(folder)[1].entry(3))[name]
        (folder / "store" / "artifacts" / MODEL / ref.sha256).write_bytes(DEEP)

    return harm


def evil_champion(card: bytes, model: bytes = b"{L\x00") -> Harm:
    """A champion whose artifacts have their hashes, and are no model: by somebody who may write."""

    def harm(folder: Path) -> None:
        ledger = open_ledger(folder)[1]
        workspace = decided_workspace(folder / "evil", ledger, "evil", holdout="2024-09")
        write_atomically(workspace.model_bytes, model)
        write_atomically(workspace.model_card, card or _fitting(ledger, folder, model))
        promote(workspace, ledger, sha("inputs"))

    return harm


def _fitting(ledger: Ledger, folder: Path, model: bytes) -> bytes:
    ref = artifacts_of(ledger.entry(3))["model.json"]
    card = json.loads((folder / "store" / "artifacts" / MODEL / ref.sha256).read_bytes())
    return canonical({**card, "model_sha256": digest(model), "model_bytes": len(model)})


def full_folder(folder: Path) -> None:
    """Where a checkout is to go, somebody has left one that says otherwise."""
    write_atomically(folder / "checkout.json", DEEP)


ROWS = parquet(small_frame("2024-03", rows=20))
HUGE = b'{"name": "own", "expectations": [{"type": "expect_x", "kwargs": {"max_value": '
CASES = [
    Case("row: no number", nothing, ("score", "--row", '{"x": [1]}'), 2, "feature x: expected a number"),
    Case("row: a stranger", nothing, ("score", "--row", '{"__class__": 1}'), 2, "expected features among"),
    Case("row: steers a terminal", nothing, ("score", "--row", '{"\\u001b[31m": 1}'), 2, r"['\x1b[31m']"),
    Case("scores: cut short", put("in", ROWS[:-9]), ("score", "in", "out"), 2, "in: not a readable Parquet"),
    Case("scores: into a folder", put("in", ROWS), ("score", "in", "store"), 2, "Is a directory"),
    Case("option: far beyond", nothing, ("show", 10**30), 2, "expected an entry from 1 to 5"),
    Case("option: a champion of none", nothing, ("rollback", "--to", 10**30, "--reason", "x"),
         2, "these did: 5"),
    Case("option: hidden text", nothing, ("hold", "--reason", "a\u202eb"), 2, r"found '\u202e'"),
    Case("option: a long name", nothing, ("checkout", 4, "x" * 3000), 2, "File name too long"),
    Case("params: half a character", put("params.yaml", b"\xff"), ("run",),
         2, "params.yaml: expected a readable"),
    Case("params: within itself", put("params.yaml", b"a: &a [*a]"), ("run",), 2, "params.yaml: not YAML"),
    Case("params: code", put("params.yaml", b"!!python/name:os.system"), ("run",), 2, "not YAML: could not"),
    Case("params: endless calls", params(("  rows: 10\n", f"  rows: {'9' * 30}\n")), ("run",),
         2, "measure.rows:"),
    Case("params: endless money", params(("positive: 10,", "positive: 1.0e+308,")), ("run",),
         2, "evaluate.costs"),
    Case("params: nobody's home", params(("url: store", "url: ~nobody-here/x")), ("run",), 2, "Name another"),
    Case("params: another's files", params(("model: small", "model: ../../etc")), ("run",),
         2, "model: expected 1 to 48 of"),
    Case("dvc.yaml: gone", lambda folder: (folder / "dvc.yaml").unlink(), ("run",),
         2, "expected a file dvc.yaml"),
    Case("suite: too deep", suite(DEEP), ("run",), 2, f"{SUITE}: not a suite in JSON"),
    Case("suite: too long", suite(HUGE + b"9" * 5000 + b"}}]}"), ("run",),
         2, f"{SUITE}: not a suite in JSON"),
    Case("champion.json: too deep", put("champion.json", DEEP), ("decide",),
         2, "expected the pinned champion"),
    Case("entry: too deep", put(NEWEST, DEEP), ("run",), 1, f"{NEWEST[6:]}: pointers"),
    Case("entry: other bytes", put(NEWEST, b"{}"), ("score", "--row", "{}"), 1, f"{NEWEST[6:]}: pointers"),
    Case("entry: gone", lambda folder: (folder / NEWEST).unlink(), ("rollback", "--reason", "x"),
         1, "found nothing"),
    Case("pointer: another's", pointer(head=sha("x")), ("hold", "--reason", "x"),
         1, "names an entry that hashes"),
    Case("pointer: far beyond", pointer(number=10**30), ("champion",), 1, "found nothing: damaged, lost"),
    Case("catalogue: too deep", put(CATALOGUE, DEEP), ("run",), 1, "catalogue.json: not a document"),
    Case("catalogue: another's files",
         edited(CATALOGUE, lambda one: one["revisions"][0].update(period="../x")),
         ("run",), 2, "expected a month like"),
    Case("catalogue: lost bytes", edited(CATALOGUE, lambda one: one["revisions"][0].update(sha256=sha("x"))),
         ("fetch",), 1, "expected revision 1 of 2024-01, found nothing"),
    Case("artifact: settings", artifact("params.yaml"), ("checkout", 4, "back"), 1, "not to its name"),
    Case("artifact: data", artifact("dataset.json"), ("replay", 4), 1, "not to its name"),
    Case("model: other bytes", artifact("model.ubj"), ("score", "--row", "{}"), 1, "not to its name"),
    Case("model: no model", evil_champion(b""), ("score", "--row", "{}"), 1, "expected UBJ"),
    Case("model: a deep card", evil_champion(DEEP), ("champion",), 1, "model card: not a document"),
    Case("checkout.json: in the way", full_folder, ("checkout", 4, HERE),
         2, "expected a new or an empty folder"),
]  # fmt: skip
