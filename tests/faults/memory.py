"""A store in memory, with the promises of `Store`: the ground of simulations, where every call is a turn."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tasks.documents import digest
from tasks.store import Object, Precondition


@dataclass
class MemoryStore:
    """Objects by key. An etag is the SHA-256 of the content."""

    objects: dict[str, bytes] = field(default_factory=dict)
    url: str = "memory"
    rehearsal: bool = False

    def get(self, key: str, *, etag: str | None = None) -> tuple[bytes, str] | None:
        """As `Store.get`."""
        data = self.objects.get(key)
        if data is None:
            return None
        if etag not in {None, digest(data)}:
            raise Precondition(key)
        return data, digest(data)

    def create(self, key: str, data: bytes) -> str:
        """As `Store.create`: creating equal bytes again succeeds."""
        if self.objects.setdefault(key, data) != data:
            raise Precondition(key)
        return digest(data)

    def replace(self, key: str, data: bytes, *, etag: str) -> str:
        """As `Store.replace`."""
        present = self.objects.get(key)
        if present is None or (digest(present) != etag and present != data):
            raise Precondition(key)
        return self.put(key, data)

    def put(self, key: str, data: bytes) -> str:
        """As `Store.put`."""
        self.objects[key] = data
        return digest(data)

    def exists(self, key: str) -> bool:
        """As `Store.exists`."""
        return key in self.objects

    def delete(self, key: str) -> None:
        """As `Store.delete`."""
        self.objects.pop(key, None)

    def list(self, prefix: str) -> Iterator[Object]:
        """As `Store.list`."""
        now = datetime.now(UTC)
        for key in sorted(key for key in self.objects if key.startswith(prefix)):
            yield Object(key, digest(self.objects[key]), len(self.objects[key]), now)

    def probe(self) -> None:
        """It keeps its promises."""
