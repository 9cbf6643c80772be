"""Where a process of the campaign may be killed: named places in what it writes, before or after the call."""

from typing import NamedTuple

from ledgers import Death


class Point(NamedTuple):
    """The side of a call to the store, and which call: its operation, its key, what its bytes say."""

    side: str
    operation: str
    prefix: str
    saying: str = ""

    def death(self, nth: int) -> Death:
        """`kill -9` at the `nth` such call."""
        return Death(self.operation, self.prefix, self.saying, nth)


def _entry(side: str, kind: str) -> Point:
    return Point(side, "create", "ledger/", f'"kind": "{kind}"')


KINDS = (
    "contract",
    "look",
    "registered",
    "decision",
    "promotion",
    "rollback",
    "hold",
    "release",
    "approval",
    "rejection",
)
POINTS: dict[str, Point] = {
    **{f"{side} the entry: {kind}": _entry(side, kind) for kind in KINDS for side in ("before", "after")},
    "before an upload": Point("before", "put", "artifacts/"),
    "after an upload": Point("after", "put", "artifacts/"),
    "before the pointer": Point("before", "put", "pointers/"),
    "after the pointer": Point("after", "put", "pointers/"),
    "after a read of an entry": Point("after", "get", "ledger/"),
    "after a read of the pointer": Point("after", "get", "pointers/"),
}
