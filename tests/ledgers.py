"""Ledgers with a past, decisions without a training, and stores that fail or kill at a chosen call.

Light on purpose: processes that race or die import this and no data library.
"""

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from tasks.approve import approve
from tasks.decide.decision import Decision
from tasks.documents import digest, write_atomically
from tasks.errors import Refused
from tasks.evaluate.look import take_look
from tasks.hold import hold
from tasks.ledger import ContractFrozen, Ledger, State
from tasks.promote import promote
from tasks.store import Object, Store, open_store
from tasks.workspace import Workspace

MODEL = "small"
Hook = Callable[[str, str, bytes], None]


def sha(name: str) -> str:
    """A hash to call something by: the SHA-256 of its name."""
    return digest(name.encode())


CONTRACT = sha("contract")


def frozen(store: Store, contract: str = CONTRACT, *, approval: Literal["required"] | None = None) -> Ledger:
    """A ledger whose contract is frozen."""
    ledger = Ledger(store, MODEL)
    ledger.append(lambda _: ContractFrozen(contract=contract, text="as agreed", approval=approval))
    return ledger


def decided_workspace(
    root: Path,
    ledger: Ledger,
    name: str,
    *,
    verdict: Literal["promote", "keep", "undecided"] = "promote",
    drill: bool = False,
    holdout: str | None = None,
) -> Workspace:
    """A workspace `root/name` with a decision on challenger `name` against the champion of now.

    The look is taken; the decision is not in the ledger. The model's bytes are no model.
    """
    state = ledger.state()
    if state.contract is None:
        raise ValueError("freeze a contract first: a look is taken under one")
    workspace = Workspace(root / name)
    champion = state.champion
    look = take_look(
        ledger,
        periods=(holdout or f"holdout-{name}",),
        challenger=sha(name),
        champion=champion.candidate if champion else None,
        contract=state.contract,
        drill=drill,
        budget=1,
        due=lambda asked: f"after {asked}",
    )
    decision = Decision(
        model=MODEL,
        verdict=verdict,
        headline=f"{name}: {verdict}",
        but_for=(),
        row_level_would_promote=False,
        worth=None,
        clauses=(),
        alarms=(),
        holdout=look.periods,
        rows=100,
        clusters=20,
        challenger=sha(name),
        champion=look.champion,
        champion_entry=champion.number if champion else None,
        contract=state.contract,
        look=look,
        drill=drill,
    )
    write_atomically(workspace.decision, decision.to_bytes())
    write_atomically(workspace.model_bytes, f"the bytes of {name}".encode())
    write_atomically(workspace.model_card, f"the card of {name}".encode())
    write_atomically(workspace.report, f"<p>the report on {name}</p>".encode())
    return workspace


def enthroned(root: Path, ledger: Ledger, name: str, **options: Any) -> State:
    """The state after challenger `name` was decided on and promoted."""
    return promote(decided_workspace(root, ledger, name, **options), ledger, sha(f"inputs of {name}")).state


def waiting(store: Store, root: Path) -> Ledger:
    """A ledger under a contract that asks for approval, in which decision 4 on `a` waits."""
    ledger = frozen(store, approval="required")
    if promote(decided_workspace(root, ledger, "a"), ledger, sha("inputs")).promoted:
        raise ValueError("expected a decision that waits for approval, found it promoted")
    return ledger


def _nothing(_operation: str, _key: str, _data: bytes) -> None:
    pass


@dataclass
class Meddled:
    """A store whose calls pass `before` and `after`, which may raise, wait, meddle or kill."""

    store: Store
    before: Hook = _nothing
    after: Hook = _nothing
    calls: list[tuple[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The store's own."""
        return self.store.url

    @property
    def rehearsal(self) -> bool:
        """The store's own."""
        return self.store.rehearsal

    def get(self, key: str, *, etag: str | None = None) -> tuple[bytes, str] | None:
        """As `Store.get`."""
        with_etag: tuple[bytes, str] | None = self._passed(
            "get", key, b"", lambda: self.store.get(key, etag=etag)
        )
        return with_etag

    def create(self, key: str, data: bytes) -> str:
        """As `Store.create`."""
        return str(self._passed("create", key, data, lambda: self.store.create(key, data)))

    def replace(self, key: str, data: bytes, *, etag: str) -> str:
        """As `Store.replace`."""
        return str(self._passed("replace", key, data, lambda: self.store.replace(key, data, etag=etag)))

    def put(self, key: str, data: bytes) -> str:
        """As `Store.put`."""
        return str(self._passed("put", key, data, lambda: self.store.put(key, data)))

    def exists(self, key: str) -> bool:
        """As `Store.exists`."""
        return bool(self._passed("exists", key, b"", lambda: self.store.exists(key)))

    def delete(self, key: str) -> None:
        """As `Store.delete`."""
        self._passed("delete", key, b"", lambda: self.store.delete(key))

    def list(self, prefix: str) -> Iterator[Object]:
        """As `Store.list`, all of it at once."""
        yield from self._passed("list", prefix, b"", lambda: list(self.store.list(prefix)))

    def probe(self) -> None:
        """As `Store.probe`."""
        self.store.probe()

    def _passed(self, operation: str, key: str, data: bytes, call: Callable[[], Any]) -> Any:
        self.calls.append((operation, key))
        self.before(operation, key, data)
        found = call()
        self.after(operation, key, data)
        return found


@dataclass
class Death:
    """kill -9 of this very process at the `nth` call that matches: no `finally`, no goodbye."""

    operation: str
    prefix: str
    saying: str = ""
    nth: int = 1

    def __call__(self, operation: str, key: str, data: bytes) -> None:
        """As a hook of `Meddled`."""
        if operation == self.operation and key.startswith(self.prefix) and self.saying.encode() in data:
            self.nth -= 1
            if self.nth == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def mortal(url: str, side: str, death: Death) -> Meddled:
    """The store at `url`, and a death `before` or `after` a call to it."""
    store = open_store(url)
    return Meddled(store, before=death) if side == "before" else Meddled(store, after=death)


def promote_and_die(url: str, root: Path, side: str, death: Death) -> None:
    """Promote the decision in workspace `root`, and die on the way."""
    promote(Workspace(root), Ledger(mortal(url, side, death), MODEL), sha("inputs"))


def retrain_and_die(folder: Path, side: str, death: Death) -> None:
    """Run a cycle in the model folder, and die on the way."""
    from unittest.mock import patch

    from tasks.run import retrain

    with patch("tasks.opening.open_store", lambda url: mortal(url, side, death)):
        retrain(folder)


def reconcile_and_die(folder: Path, now: datetime, side: str, death: Death) -> None:
    """Reconcile the model folder, and die on the way."""
    from unittest.mock import patch

    from tasks.reconcile import reconcile

    with patch("tasks.opening.open_store", lambda url: mortal(url, side, death)):
        reconcile(folder, now=now)


def promote_with_others(url: str, root: Path, barrier: Any, answers: Any) -> None:
    """Promote the decision in workspace `root` at the same instant as the others at the barrier."""
    ledger = Ledger(open_store(url), MODEL)
    ledger.state()
    barrier.wait(60)
    try:
        promoted = promote(Workspace(root), ledger, sha(f"inputs of {root.name}")).promoted
    except Refused as refused:
        answers.put((root.name, str(refused)))
    else:
        answers.put((root.name, "promoted" if promoted else "recorded"))


def steer_with_others(url: str, way: str, number: int, who: int, barrier: Any, answers: Any) -> None:
    """Approve decision `number`, or hold, at the same instant as the others at the barrier."""
    ledger = Ledger(open_store(url), MODEL)
    ledger.state()
    barrier.wait(150)
    reason = f"{way} of {who}"
    try:
        told = approve(ledger, number, reason=reason) if way == "approve" else hold(ledger, reason=reason)
    except Refused as refused:
        answers.put((way, who, str(refused)))
    else:
        answers.put((way, who, told))


def approve_and_die(url: str, number: int, side: str, death: Death) -> None:
    """Approve decision `number`, and die on the way."""
    approve(Ledger(mortal(url, side, death), MODEL), number, reason="looks good")


def in_environment(environ: dict[str, str], target: Callable[..., None], *arguments: Any) -> None:
    """Call `target` with this environment: a forked process has that of when its server was started."""
    os.environ.update(environ)
    target(*arguments)


def processes() -> Any:
    """Where processes come from: forked by a clean one that has the imports, so twenty are cheap."""
    import multiprocessing

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tasks.approve", "tasks.store.s3"])
    return context
