"""intake: incoming objects become immutable batches.

Whatever lies under `incoming/<model>/` and was not handled in this version is copied under its
hash, then acknowledged in the catalogue. Doing it again, or at the same time, changes nothing.
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

from tasks.documents import digest
from tasks.errors import BadInput
from tasks.intake.catalogue import Catalogue, Revision, bytes_key, read_catalogue, update_catalogue
from tasks.params import Params
from tasks.periods import Calendar
from tasks.store import Object, Precondition, Store

_log = logging.getLogger(__name__)
_SKEW = timedelta(days=1)
"""How far a producer's clock may be ahead of ours."""


@dataclass(frozen=True)
class Arrivals:
    """What an intake found: new revisions, the catalogue after it, and names it could not place."""

    new: tuple[Revision, ...]
    catalogue: Catalogue
    unplaced: tuple[str, ...]


def incoming_prefix(model: str) -> str:
    """Where producers put batches: `incoming/<model>/<period>.parquet`."""
    return f"incoming/{model}/"


def placed(objects: list[Object], calendar: Calendar) -> tuple[dict[str, Object], tuple[str, ...]]:
    """Objects by the period their name gives, and the names that give none."""
    periods: dict[str, Object] = {}
    unplaced = []
    for one in objects:
        name = PurePosixPath(one.key)
        # Directly under the prefix: a copy in a folder below must not stand in for the batch itself.
        direct = str(name.parent) == incoming_prefix(name.parent.name).rstrip("/")
        if direct and name.suffix == ".parquet" and calendar.is_period(name.stem):
            periods[name.stem] = one
        else:
            unplaced.append(one.key)
    return periods, tuple(unplaced)


def intake(params: Params, store: Store) -> Arrivals:
    """Acknowledge everything that has arrived; returns what is new.

    Raises `StoreUnavailable`. An object that changes while it is read is left for the next call;
    one larger than `intake.max_bytes` is refused by its listed size, before a byte is read, with
    `BadInput` after the others were acknowledged.
    """
    catalogue = read_catalogue(store, params.model)
    objects = list(store.list(incoming_prefix(params.model)))
    periods, unplaced = placed(objects, params.intake.calendar)
    for key in unplaced:
        _log.warning("%s: expected <%s>.parquet; left alone", key, params.intake.period)
    periods = _begun(periods, params.intake.calendar)
    todo = set(catalogue.unhandled(periods.values()))
    before = len(catalogue.revisions)
    for period, one in sorted(periods.items()):
        if one in todo and one.size <= params.intake.max_bytes:
            catalogue = _arrive(params, store, period, one) or catalogue
    if large := sorted(
        f"{one.key}: {one.size:,} bytes" for one in todo if one.size > params.intake.max_bytes
    ):
        raise BadInput(
            f"{'; '.join(large)}; intake.max_bytes allows {params.intake.max_bytes:,}. "
            "Split the period or raise the limit in params.yaml"
        )
    return Arrivals(catalogue.revisions[before:], catalogue, unplaced)


def _begun(periods: dict[str, Object], calendar: Calendar) -> dict[str, Object]:
    """Without what lies in the future: rows of a period that has not begun cannot be."""
    latest = datetime.now(UTC) + _SKEW
    early = {period: one for period, one in periods.items() if calendar.start(period) > latest}
    for period, one in early.items():
        _log.warning("%s: %s has not begun; left alone until it has", one.key, period)
    return {period: one for period, one in periods.items() if period not in early}


def _arrive(params: Params, store: Store, period: str, one: Object) -> Catalogue | None:
    try:
        found = store.get(one.key, etag=one.etag)
    except Precondition:
        found = None
    if found is None:
        _log.warning("%s: changed while it was read; the next run takes it", one.key)
        return None
    sha256 = digest(found[0])
    store.put(bytes_key(params.model, sha256), found[0])
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return update_catalogue(
        store, params.model, lambda catalogue: catalogue.with_arrival(period, sha256, one, now)
    )
