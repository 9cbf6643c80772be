"""Bad weather between a run and its store, which begins right before a step of the run."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from factories import MODEL, small_batch, small_folder
from faults.proxy import Answer, Proxy, _Request
from rich.console import Console

from tasks import terminal
from tasks.ledger import Ledger
from tasks.ledger.audit import audit
from tasks.steps import Steps
from tasks.store import Store, open_store

STEPS = ("intake", "validate", "version", "prepare", "train", "evaluate", "measure", "decide", "promote")
REFUSAL = b"<Error><Code>InvalidAccessKeyId</Code><Message>revoked</Message></Error>"


@contextmanager
def before(step: str, happens: Callable[[], object]) -> Iterator[None]:
    """While this lasts, `happens` is called once, right before a run calls `step`."""
    watched, left = terminal.watched, [happens]

    def hooked(name: str, function: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **options: object) -> object:
            if name == step and left:
                left.pop()()
            return function(*arguments, **options)

        return call

    def both(steps: Steps, console: Console) -> tuple[Steps, AbstractContextManager[object]]:
        return watched(Steps(**{name: hooked(name, one) for name, one in vars(steps).items()}), console)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(terminal, "watched", both)
        yield
    assert not left, f"the run never came to {step}"


def folder_on(parent: Path, url: str) -> tuple[Path, Store]:
    """A model folder whose store is at `url`, in which two months have arrived."""
    folder, store = small_folder(parent), open_store(url)
    for period in ("2024-01", "2024-02"):
        store.put(f"incoming/{MODEL}/{period}.parquet", small_batch(period))
    return folder, store


def entries(store: Store) -> dict[str, str]:
    """The ledger's objects by their content."""
    return {one.key: one.etag for one in store.list(f"ledger/{MODEL}/")}


def kinds(store: Store) -> list[str]:
    """What the ledger says, entry by entry; raises where the audit does not hold."""
    ledger = Ledger(store, MODEL)
    assert audit(ledger).wrong is None
    return [entry.body.kind for entry, _ in ledger.entries()]


class Weather(Proxy):
    """A road to a real S3; `weather` is what it does to each request from now on."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(endpoint, {}, seed=0)
        self.RequestHandlerClass = _Stormy
        self.weather = "fair"

    def turns(self, weather: str) -> Callable[[], None]:
        """What makes it so: `fair`, `revoked`, `garbage`, `late` or `silent`."""
        return lambda: setattr(self, "weather", weather)


class _Stormy(_Request):
    server: Weather

    def _weathered(self) -> None:
        weather = self.server.weather
        if weather == "revoked":
            self._instead(403, REFUSAL)
        elif weather == "garbage":
            self._instead(200, b"<html>please sign in")
        else:
            time.sleep({"late": 0.15, "silent": 3.0}.get(weather, 0.0))
            self._pass()

    def _instead(self, status: int, body: bytes) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._tell(Answer(status, [], body))

    do_GET = do_HEAD = do_PUT = do_DELETE = do_POST = _weathered  # noqa: N815 - http.server's names
