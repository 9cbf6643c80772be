"""Any log that can be written, drawn one entry after another from all that could come next."""

from hypothesis import strategies as st
from ledgers import sha
from logs import (
    Log,
    abandoned,
    approved,
    contract,
    decided,
    entry,
    look,
    promoted,
    registered,
    rejected,
    rolled_back,
)

from tasks.ledger import (
    Body,
    Entry,
    Held,
    Registered,
    Released,
    State,
    Swept,
)
from tasks.ledger.fold import fold
from tasks.ledger.office import champion_of

NAMES = ("a", "b", "c")


def possible(state: State, log: Log) -> list[Body]:
    """Everything that could come next after `state`."""
    now = state.champion.number if state.champion else None
    bodies: list[Body] = [contract("one"), contract("two")]
    bodies += [look(name, period, drill=name == "c") for name in NAMES for period in ("2024-01", "2024-02")]
    bodies += [registered(name, state.abandoned) for name in NAMES]
    bodies += [abandoned(one.number, one.candidate) for one in state.open]
    bodies += [Swept(abandoned=number, objects=1, size=1) for number in state.unswept]
    for one, _ in log:
        if isinstance(one.body, Registered) and state.contract and state.is_open(one.number):
            name = next(name for name in NAMES if sha(name) == one.body.candidate)
            settled = {"at": one.number, "champion": now, "contract": state.contract}
            bodies += [decided(name, verdict=verdict, **settled) for verdict in ("promote", "keep")]
            bodies.append(decided(name, drill=True, **settled))
    if state.pending and state.waits_for is None:
        bodies += [promoted(state.pending)] * 4
    bodies += steering(state)
    champions = [one for one in (champion_of(one) for one, _ in log) if one is not None]
    return bodies + [rolled_back(state, one) for one in champions]


def steering(state: State) -> list[Body]:
    """Everything that people could say after `state`."""
    bodies: list[Body] = [contract("three", "required")]
    bodies += [Released(hold=state.hold.number, reason="over")] if state.hold else [Held(reason="incident")]
    if state.pending and state.answer is None:
        bodies.append(rejected(state))
        if state.waits_for == "approval":
            bodies += [approved(state)] * 4
    return bodies


@st.composite
def logs(draw: st.DrawFn, smallest: int = 0) -> Log:
    """Any valid log of up to 16 entries, often with champions in it."""
    log = list[tuple[Entry, str]]()
    for _ in range(draw(st.integers(smallest, 16))):
        state = fold(log)
        log.append(entry(state, draw(st.sampled_from(possible(state, log)))))
    return log
