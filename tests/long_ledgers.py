"""Ledgers of many thousand entries, made without a request for each, and a store that counts bytes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from ledgers import CONTRACT, MODEL, sha

from tasks.documents import digest
from tasks.ledger import (
    ArtifactRef,
    Body,
    ContractFrozen,
    Decided,
    Entry,
    Ledger,
    Looked,
    Promoted,
    Registered,
    State,
)
from tasks.ledger.artifacts import artifact_key
from tasks.store import Object, Precondition

FIRST = date(2020, 1, 1)


@dataclass
class Counting:
    """A store in memory that counts requests and bytes. For one thread."""

    objects: dict[str, bytes] = field(default_factory=dict)
    requests: list[tuple[str, str, int]] = field(default_factory=list)
    url: str = "memory:"
    rehearsal: bool = True

    def get(self, key: str, *, etag: str | None = None) -> tuple[bytes, str] | None:
        """As `Store.get`."""
        data = self.objects.get(key)
        self.requests.append(("get", key, len(data or b"")))
        if data is not None and etag not in (None, digest(data)):
            raise Precondition(key)
        return None if data is None else (data, digest(data))

    def create(self, key: str, data: bytes) -> str:
        """As `Store.create`."""
        if self.objects.get(key, data) != data:
            raise Precondition(key)
        return self._write("create", key, data)

    def replace(self, key: str, data: bytes, *, etag: str) -> str:
        """As `Store.replace`."""
        if digest(self.objects.get(key, b"")) != etag:
            raise Precondition(key)
        return self._write("replace", key, data)

    def put(self, key: str, data: bytes) -> str:
        """As `Store.put`."""
        return self._write("put", key, data)

    def exists(self, key: str) -> bool:
        """As `Store.exists`."""
        return key in self.objects

    def delete(self, key: str) -> None:
        """As `Store.delete`."""
        self.objects.pop(key, None)

    def list(self, prefix: str) -> Iterator[Object]:
        """As `Store.list`."""
        for key, data in sorted(self.objects.items()):
            if key.startswith(prefix):
                yield Object(key, digest(data), len(data), datetime(2024, 1, 1, tzinfo=UTC))

    def probe(self) -> None:
        """As `Store.probe`."""

    def _write(self, operation: str, key: str, data: bytes) -> str:
        self.requests.append((operation, key, len(data)))
        self.objects[key] = data
        return digest(data)


def period(cycle: int) -> str:
    """The holdout of the cycle of this number: a day."""
    return (FIRST + timedelta(days=cycle)).isoformat()


def look(cycle: int, *, drill: bool = False) -> Looked:
    """The look of a cycle at its day."""
    return Looked(
        look=sha(f"look {cycle}"),
        periods=(period(cycle),),
        challenger=sha(str(cycle)),
        champion=None,
        contract=CONTRACT,
        drill=drill,
    )


def cycle_bodies(cycle: int, number: int, before: int | None) -> list[Body]:
    """The four entries of a cycle that promotes, the first of which has this number."""
    candidate, registered, decision = sha(str(cycle)), number + 1, sha(f"decision {cycle}")
    named = {"model.ubj": ArtifactRef(sha256=candidate, size=1)}
    made = {"registered": registered, "candidate": candidate, "contract": CONTRACT}
    return [
        look(cycle),
        Registered(candidate=candidate, artifacts=named),
        Decided(
            decision=decision,
            verdict="promote",
            headline="better",
            look=look(cycle).look,
            champion=before,
            inputs=sha(f"inputs {cycle}"),
            drill=False,
            **made,
        ),
        Promoted(decision=number + 2, before=before, **made),
    ]


def laid(ledger: Ledger, store: Counting, state: State, body: Body) -> State:
    """The state with one entry more, which lies in the store without a request."""
    entry = Entry(
        number=state.number + 1,
        model=MODEL,
        previous=state.head,
        transaction="0" * 32,
        time="2024-01-01T00:00:00.000+00:00",
        actor="test",
        code="0",
        body=body,
    )
    store.objects[ledger.key(entry.number)] = entry.to_bytes()
    return next(after for _, after in ledger.states(state))


def long_ledger(entries: int, store: Counting | None = None) -> tuple[Ledger, Counting]:
    """A ledger of at least so many entries in full cycles, one a day, with its pointer and segments."""
    store = store or Counting()
    ledger = Ledger(store, MODEL)
    named = artifact_key(MODEL, "")
    state = laid(ledger, store, State(), ContractFrozen(contract=CONTRACT, text="as agreed"))
    cycle = 0
    while state.number < entries:
        before = state.champion.number if state.champion else None
        for body in cycle_bodies(cycle, state.number + 1, before):
            state = laid(ledger, store, state, body)
        store.objects[named + sha(str(cycle))] = str(cycle).encode()
        cycle += 1
    ledger.caches.renew(state)
    store.requests.clear()
    return Ledger(store, MODEL), store
