"""What rests on data that has been corrected since: decisions and champions, by their entries.

A batch never changes; a correction is another revision. Which of them a decision was made from is in the
manifest that its registration names, and which periods of that were in its window, in `prepared.json`.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tasks.documents import Document
from tasks.errors import Corrupt
from tasks.intake import Revision
from tasks.ledger import Decided, Ledger, Promoted, State
from tasks.window import window_of

_log = logging.getLogger(__name__)


class Correction(Document):
    """A period whose revision in use is not the one that these entries rest on."""

    period: str
    revision: int
    decisions: tuple[int, ...]
    champions: tuple[int, ...]

    @property
    def words(self) -> str:
        """In one line."""
        resting = [*_named("decision", self.decisions), *_named("champion of entry", self.champions)]
        rest = "rests" if len(resting) == 1 else "rest"
        return f"{self.period} is in revision {self.revision} now: {', '.join(resting)} {rest} on another one"


@dataclass(frozen=True)
class Resting:
    """A decision, or the champion of a promotion or a rollback: its entry, and its registration."""

    number: int
    registered: int
    champion: bool


def in_force(state: State) -> tuple[Resting, ...]:
    """The champion and the last decision."""
    last, champion = state.decision, state.champion
    found = [Resting(last.number, last.registered, champion=False)] if last else []
    found += [Resting(champion.number, champion.registered, champion=True)] if champion else []
    return tuple(found)


def ever(ledger: Ledger) -> Iterator[Resting]:
    """Every decision that was no drill, and every promotion. It reads the whole ledger."""
    for entry, _ in ledger.entries():
        body = entry.body
        if isinstance(body, Promoted) or (isinstance(body, Decided) and not body.drill):
            yield Resting(entry.number, body.registered, champion=isinstance(body, Promoted))


def corrections(
    ledger: Ledger, usable: Iterable[Revision], resting: Iterable[Resting]
) -> tuple[Correction, ...]:
    """By period, what rests on another revision than the one in use."""
    now = {one.period: one for one in usable}
    read: dict[int, dict[str, str]] = {}
    found: dict[str, list[Resting]] = {}
    for one in resting:
        if one.registered not in read:
            read[one.registered] = used(ledger, one.registered)
        for period, sha256 in read[one.registered].items():
            if period in now and now[period].sha256 != sha256:
                found.setdefault(period, []).append(one)
    return tuple(
        Correction(
            period=period,
            revision=now[period].revision,
            decisions=tuple(one.number for one in found[period] if not one.champion),
            champions=tuple(one.number for one in found[period] if one.champion),
        )
        for period in sorted(found)
    )


def used(ledger: Ledger, registered: int) -> dict[str, str]:
    """As `window_of`; nothing where the documents are not named or cannot be read."""
    try:
        return window_of(ledger, registered) or {}
    except Corrupt as error:
        _log.warning("entry %d: which batches it rests on cannot be told: %s", registered, error)
        return {}


def _named(what: str, numbers: tuple[int, ...]) -> list[str]:
    return [f"{what} {number}" for number in numbers]
