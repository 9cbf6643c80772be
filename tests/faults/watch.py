"""A reader beside a run that is disturbed."""

import threading
from dataclasses import dataclass, field
from typing import Self

from factories import MODEL

from tasks.errors import StoreUnavailable
from tasks.ledger import Ledger
from tasks.ledger.audit import audit
from tasks.score import champion_scorer
from tasks.store import open_store


@dataclass
class Watch:
    """A reader that never stops looking: every champion it meets is whole, or is counted.

    `away` counts the looks that the store did not answer.
    """

    url: str
    looks: int = 0
    away: int = 0
    dangling: list[str] = field(default_factory=list)
    champions: set[str] = field(default_factory=set)
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        store = open_store(self.url)
        while not self._over.wait(0.3):
            try:
                self.champions.add(champion_scorer(Ledger(store, MODEL)).card.candidate)
                wrong = audit(Ledger(store, MODEL)).wrong
            except StoreUnavailable:
                self.away += 1
                continue
            except Exception as error:  # noqa: BLE001 (whatever a reader meets counts)
                wrong = repr(error)
            self.looks += 1
            self.dangling += [wrong] if wrong else []
