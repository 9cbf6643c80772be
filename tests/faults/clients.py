"""A client that releases models as people and runs do, and writes down what it was told.

Light on purpose, and the same for simulated clients and for processes that are killed.
"""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from faults.history import Recorder
from ledgers import CONTRACT, MODEL, decided_workspace, sha

from tasks.approve import approve, reject
from tasks.errors import BadInput, Conflict, Corrupt, Refused, StoreUnavailable
from tasks.hold import hold, release
from tasks.ledger import Body, ContractFrozen, Decided, Ledger, State
from tasks.ledger.artifacts import artifacts_of, fetch_artifact
from tasks.promote import promote, rollback
from tasks.store import Store

STRICT = sha("asks for approval")
"""The other contract: promotions under it wait for somebody's approval."""
_WEIGHTS = {
    "promote": 40,
    "read": 20,
    "rollback": 10,
    "approve": 10,
    "hold": 4,
    "release": 12,
    "reject": 2,
    "freeze": 3,
}
Answer = dict[str, Any]


class Client:
    """One who asks. After each answer that a store did not give it begins anew, as a new process would."""

    def __init__(self, store: Store, root: Path, name: str, recorder: Recorder, seed: str) -> None:
        self._store, self._root, self._name, self._recorder = store, root, name, recorder
        self._random = random.Random(seed)
        self._asked = 0
        self._ledger = Ledger(store, MODEL)

    def act(self, kinds: tuple[str, ...] = tuple(_WEIGHTS)) -> None:
        """One operation, drawn at random; what a store leaves open stays without an answer."""
        self._asked += 1
        token = f"{self._name}-{self._asked}"
        kind = self._random.choices(kinds, [_WEIGHTS[one] for one in kinds])[0]
        try:
            getattr(self, f"_{kind}")(token)
        except (StoreUnavailable, Conflict):
            self._ledger = Ledger(self._store, MODEL)
        except (Corrupt, AssertionError) as error:
            if self._recorder.newest != token:
                self._recorder.called(token, kind)
            self._recorder.answered(token, corrupt=str(error))

    def _tell(self, token: str, call: Callable[[], Answer]) -> None:
        try:
            told = call()
        except Corrupt:
            raise
        except (Refused, BadInput) as error:
            told = {"number": None, "why": _why(str(error))}
        self._recorder.answered(token, **told)

    def _promote(self, token: str) -> None:
        workspace = decided_workspace(self._root, self._ledger, token)
        decision = _decision(workspace.decision.read_bytes())
        self._recorder.called(token, "promote", candidate=sha(token), **decision)

        def call() -> Answer:
            done = promote(workspace, self._ledger, sha(f"inputs of {token}"))
            return _in_office(done.state) if done.promoted else {"number": None}

        self._tell(token, call)

    def _approve(self, token: str) -> None:
        found = self._open_decision()
        if found is None:
            return
        number, decided = found
        asked = {"candidate": decided.candidate, "over": decided.champion, "contract": decided.contract}
        self._recorder.called(token, "approve", **asked)
        self._tell(token, lambda: {"number": approve(self._ledger, number, reason=token).promotion})

    def _reject(self, token: str) -> None:
        found = self._open_decision()
        if found is None:
            return
        self._recorder.called(token, "reject")
        self._tell(token, lambda: {"number": reject(self._ledger, found[0], reason=token).rejection})

    def _open_decision(self) -> tuple[int, Decided] | None:
        last = self._ledger.state().decision
        if last is None:
            return None
        body = self._ledger.entry(last.number).body
        return (last.number, body) if isinstance(body, Decided) else None

    def _rollback(self, token: str) -> None:
        self._recorder.called(token, "rollback")
        self._tell(token, lambda: _in_office(rollback(self._ledger, reason=token)))

    def _hold(self, token: str) -> None:
        self._recorder.called(token, "hold")
        self._tell(token, lambda: {"number": hold(self._ledger, reason=token).entry})

    def _release(self, token: str) -> None:
        self._recorder.called(token, "release")
        self._tell(token, lambda: {"number": release(self._ledger, reason=token).entry})

    def _freeze(self, token: str) -> None:
        strict = self._random.random() < 0.5
        contract, approval = (STRICT, "required") if strict else (CONTRACT, None)
        self._recorder.called(token, "freeze", contract=contract)
        self._tell(token, lambda: _frozen(self._ledger, contract, approval, token))

    def _read(self, token: str) -> None:
        ledger = self._ledger if self._random.random() < 0.5 else Ledger(self._store, MODEL)
        self._recorder.called(token, "read")
        state = ledger.state()
        champion = state.champion
        self._recorder.answered(
            token,
            number=state.number,
            contract=state.contract,
            hold=state.hold and state.hold.number,
            champion=champion and [champion.number, champion.candidate],
            whole=champion is None or _is_whole(ledger, champion.registered),
        )


def _why(refusal: str) -> str:
    if refusal.startswith("promotions are held since"):
        return "held"
    return "not held" if refusal.startswith("promotions are not held") else "other"


def _decision(data: bytes) -> Answer:
    from tasks.decide.decision import Decision

    decision = Decision.model_validate_json(data)
    return {"over": decision.champion_entry, "contract": decision.contract}


def _in_office(state: State) -> Answer:
    assert state.champion is not None
    return {"number": state.champion.number, "candidate": state.champion.candidate}


def _frozen(ledger: Ledger, contract: str, approval: Literal["required"] | None, token: str) -> Answer:
    written: list[bool] = []

    def body(state: State) -> Body | None:
        written.append(state.contract != contract)
        return ContractFrozen(contract=contract, text=token, approval=approval) if written[-1] else None

    number = ledger.append(body).number
    return {"number": number if written[-1] else None}


def _is_whole(ledger: Ledger, registered: int) -> bool:
    """Whether every byte of a champion is there and unharmed."""
    try:
        for ref in artifacts_of(ledger.entry(registered)).values():
            fetch_artifact(ledger.store, ledger.model, ref)
    except Corrupt:
        return False
    return True
