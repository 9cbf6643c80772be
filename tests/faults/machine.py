"""Hypothesis's own client: any sequence of releases, crashes and stale pointers, in a store and a model."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from faults.model import Model, Pending
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from ledgers import CONTRACT, MODEL, Meddled, decided_workspace, frozen, sha

from tasks.approve import approve, reject
from tasks.errors import Refused, StoreUnavailable
from tasks.hold import hold, release
from tasks.ledger import Body, ContractFrozen, Ledger, State
from tasks.ledger.audit import audit
from tasks.ledger.office import reigns
from tasks.promote import finish, promote, rollback
from tasks.store import Store
from tasks.workspace import Workspace

CONTRACTS = {CONTRACT: None, sha("another"): None, sha("strict"): "required"}
ACCIDENTS = st.none() | st.tuples(st.sampled_from(["before", "after"]), st.sampled_from(["died", "lost"]))


class Died(BaseException):
    """The process is gone, as by kill -9."""


class LedgerMachine(RuleBasedStateMachine):
    """Rules do the same to the ledger and to the model; after each, every reader sees what the model says."""

    def __init__(self, make_store: Callable[[], Store]) -> None:
        super().__init__()
        self.root = tempfile.TemporaryDirectory()
        self.store = make_store()
        self.meddled = Meddled(self.store)
        self.pointers: list[bytes] = []
        self.unfinished: list[tuple[Workspace, Pending]] = []
        self.names = 0

    @initialize()
    def first(self) -> None:
        """A contract is in force."""
        frozen(self.store)
        self.model = Model(CONTRACT)
        self.ledger = Ledger(self.meddled, MODEL)

    @rule(kind=st.sampled_from(["registered", "decision", "promotion"]), accident=ACCIDENTS)
    def promotes(self, kind: str, accident: tuple[str, str] | None) -> None:
        """A new challenger is decided on and promoted, or its process dies on the way."""
        self.names += 1
        name = f"c{self.names}"
        workspace = decided_workspace(Path(self.root.name), self.ledger, name)
        self._promote(workspace, Pending(name, len(self.model.reigns), self.model.contract), kind, accident)

    @precondition(lambda self: self.unfinished)
    @rule(data=st.data())
    def promotes_again(self, data: st.DataObject) -> None:
        """What died is called again, whatever has happened since."""
        self._promote(*data.draw(st.sampled_from(self.unfinished)), "promotion", None)

    def _promote(
        self, workspace: Workspace, made: Pending, kind: str, accident: tuple[str, str] | None
    ) -> None:
        fired, told = self._with(accident, kind, lambda: promote(workspace, self.ledger, sha("inputs")))
        known = self.model.decisions.get(made.name)
        stage = ["registered", "decision", "promotion"].index(kind) + (accident or ("",))[0].count("after")
        if fired and stage < 2:
            self.unfinished.append((workspace, made))
            return
        if known is None:
            self.model.decide(made)
        if fired:
            self.unfinished.append((workspace, made))
            if stage == 3:
                assert self.model.finish()
            return
        mine = self.model.newest is not None and self.model.newest.name == made.name
        if mine and self.model.waiting is not None:
            assert told.promoted is self.model.finish()
        elif self.model.champion == made.name:
            assert told.promoted
        else:
            assert isinstance(told, Refused)

    @rule(accident=ACCIDENTS)
    def finishes(self, accident: tuple[str, str] | None) -> None:
        """The next run finds a decision that may be promoted."""
        pending = self.ledger.state().pending
        assert (pending is None) is (self.model.waiting is None)
        if pending is not None:
            self._does(
                "promotion", accident, lambda: _crowned_by(finish(self.ledger, pending)), self.model.finish
            )

    @rule(accident=ACCIDENTS)
    def rolls_back(self, accident: tuple[str, str] | None) -> None:
        """To the champion before this one."""
        self._does("rollback", accident, lambda: rollback(self.ledger, reason="why"), self.model.rollback)

    @rule(accident=ACCIDENTS)
    def holds(self, accident: tuple[str, str] | None) -> None:
        """Nothing is promoted from here on."""
        self._does("hold", accident, lambda: hold(self.ledger, reason="why"), self.model.hold)

    @precondition(lambda self: self.model.held)
    @rule(accident=ACCIDENTS)
    def releases(self, accident: tuple[str, str] | None) -> None:
        """The hold ends."""
        self._does("release", accident, lambda: release(self.ledger, reason="why"), self.model.release)

    @precondition(lambda self: self.model.newest)
    @rule(accident=ACCIDENTS)
    def approves(self, accident: tuple[str, str] | None) -> None:
        """Somebody agrees to the newest decision, which puts it into office."""
        number = self.ledger.state().decision.number  # type: ignore[union-attr]
        answered = self.model.newest is not None and self.model.newest.answer == "approved"
        kind = "promotion" if answered else "approval"
        before_finish = accident is not None and kind == "approval"

        def effect() -> bool:
            agreed = self.model.approve()
            if agreed and not (before_finish and self.fired):
                self.model.finish()
            return agreed

        self._does(kind, accident, lambda: approve(self.ledger, number, reason="why"), effect)

    @precondition(lambda self: self.model.newest)
    @rule(accident=ACCIDENTS)
    def rejects(self, accident: tuple[str, str] | None) -> None:
        """Somebody refuses the newest decision."""
        number = self.ledger.state().decision.number  # type: ignore[union-attr]
        self._does(
            "rejection", accident, lambda: reject(self.ledger, number, reason="why"), self.model.reject
        )

    @rule(contract=st.sampled_from(sorted(CONTRACTS)))
    def freezes(self, contract: str) -> None:
        """Another contract comes into force."""
        approval: Any = CONTRACTS[contract]

        def body(state: State) -> Body | None:
            frozen_already = state.contract == contract
            return None if frozen_already else ContractFrozen(contract=contract, text="x", approval=approval)

        self.ledger.append(body)
        if contract != self.model.contract:
            self.model.freeze(contract, approval=approval is not None)

    @rule()
    def begins_anew(self) -> None:
        """Another process, which knows nothing yet."""
        self.ledger = Ledger(self.meddled, MODEL)

    @rule(data=st.data())
    def meddles_with_the_pointer(self, data: st.DataObject) -> None:
        """The pointer is one of earlier, or rubbish, or gone."""
        found = self.store.get(self.ledger.caches.pointer_key)
        self.pointers += [found[0]] if found else []
        bad = data.draw(st.sampled_from([None, b"rubbish", *self.pointers[:5]]))
        if bad is None:
            self.store.delete(self.ledger.caches.pointer_key)
        else:
            self.store.put(self.ledger.caches.pointer_key, bad)
        self.ledger = Ledger(self.meddled, MODEL)

    def _does(
        self,
        kind: str,
        accident: tuple[str, str] | None,
        call: Callable[[], Any],
        effect: Callable[[], bool],
    ) -> None:
        """Call, and do the same to the model: unless it died before its entry."""
        fired, told = self._with(accident, kind, call)
        if fired and accident is not None and accident[0] == "before":
            return
        assert effect() is (not isinstance(told, Refused) and told is not False)

    def _with(self, accident: tuple[str, str] | None, kind: str, call: Callable[[], Any]) -> tuple[bool, Any]:
        """Whether the accident came, and what the call returned or refused."""
        self.fired = False
        side, how = accident or ("", "")

        def strike(operation: str, _: str, data: bytes) -> None:
            if operation == "create" and f'"kind": "{kind}"'.encode() in data:
                self.fired = True
                raise Died if how == "died" else StoreUnavailable("no answer")

        if side:
            setattr(self.meddled, side, strike)
        try:
            return False, call()
        except Refused as refused:
            return False, refused
        except (Died, StoreUnavailable):
            self.ledger = Ledger(self.meddled, MODEL) if how == "died" else self.ledger
            return True, None
        finally:
            self.meddled.before = self.meddled.after = lambda *_: None

    @invariant()
    def every_reader_sees_what_the_model_says(self) -> None:
        """Champion, hold, contract and what waits, to one that knows nothing and to one that knows some."""
        if not hasattr(self, "model"):
            return
        for ledger in (self.ledger, Ledger(self.store, MODEL)):
            state = ledger.state()
            assert [one.candidate for one in reigns(state, ledger)] == [
                sha(name) for name in reversed(self.model.reigns)
            ]
            assert (state.hold is not None, state.contract) == (self.model.held, self.model.contract)
            waiting = self.model.waiting
            assert (state.pending and state.pending.candidate) == (waiting and sha(waiting.name))

    def teardown(self) -> None:
        """The chain holds, and every champion's bytes are there."""
        assert audit(Ledger(self.store, MODEL)).wrong is None
        self.root.cleanup()


def _crowned_by(state: State) -> bool:
    """Whether the newest entry put the champion into office."""
    return state.champion is not None and state.champion.number == state.number
