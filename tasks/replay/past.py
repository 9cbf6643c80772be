"""The ledger as a replay may use it: it reads, and it writes nothing."""

from collections.abc import Callable

from tasks.errors import Refused
from tasks.ledger import Body, Ledger, State


class ReadLedger(Ledger):
    """A ledger in which everything that is asked for has to be there already."""

    def append(self, decide: Callable[[State], Body | None]) -> State:
        """The state, if the log says it already; raises `Refused` where an entry would have to be written."""
        state = self.state()
        body = decide(state)
        if body is not None:
            raise Refused(f"a replay writes nothing, and this would be a new entry: {body.kind}")
        return state
