"""intake: incoming objects become immutable batches.

Whatever lies under `incoming/<model>/` and was not handled in this version is copied under its
hash, then acknowledged in the catalogue. Doing it again, or at the same time, changes nothing.
CSV becomes Parquet first, so that no later step knows of it; the text is kept beside the batch.
"""

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tasks.documents import digest
from tasks.errors import BadInput
from tasks.intake.catalogue import (
    Catalogue,
    bytes_key,
    original_key,
    read_catalogue,
    update_catalogue,
)
from tasks.intake.delimited import terms, to_parquet
from tasks.intake.names import ending, incoming_prefix, is_text, placed
from tasks.intake.reading import Unfit
from tasks.intake.revision import Original, Revision, Text
from tasks.params import IntakeParams, Params
from tasks.store import Object, Precondition, Store

_log = logging.getLogger(__name__)
_SKEW = timedelta(days=1)
"""How far a producer's clock may be ahead of ours."""
Arriving = list[tuple[str, Object]]
"""Objects, each with the period that its name gives."""


@dataclass(frozen=True)
class Arrivals:
    """What an intake found: new revisions, the catalogue after it, and names it could not place.

    Text that was read again, and refused for another reason than before, is among the new.
    """

    new: tuple[Revision, ...]
    catalogue: Catalogue
    unplaced: tuple[str, ...]


def intake(params: Params, store: Store) -> Arrivals:
    """Acknowledge everything that has arrived; returns what is new.

    Raises `StoreUnavailable`. An object that changes while it is read is left for the next call;
    one larger than `intake.max_bytes` is refused by its listed size, before a byte is read, with
    `BadInput` after the others were acknowledged. CSV that cannot become Parquet is a blocked revision.
    """
    catalogue = read_catalogue(store, params.model)
    found, unplaced = placed(store.list(incoming_prefix(params.model)), params.intake.calendar)
    for key in unplaced:
        _log.warning("%s: expected <%s>.parquet, .csv or .csv.gz; left alone", key, params.intake.period)
    todo = set(catalogue.unhandled((one for _, one in found), terms(params.validation)))
    arriving = _begun([pair for pair in found if pair[1] in todo], params.intake)
    taken, twice = _alone(_newer(arriving, catalogue))
    before, erased = catalogue.revisions, frozenset(catalogue.erased)
    for period, one in taken:
        if one.size <= params.intake.max_bytes:
            catalogue = _arrive(params, store, period, one, erased) or catalogue
    if large := sorted(
        f"{one.key}: {one.size:,} bytes" for _, one in taken if one.size > params.intake.max_bytes
    ):
        raise BadInput(
            f"{'; '.join(large)}; intake.max_bytes allows {params.intake.max_bytes:,}. "
            "Split the period or raise the limit in params.yaml"
        )
    new = (*_refused_anew(before, catalogue), *catalogue.revisions[len(before) :])
    return Arrivals(new, catalogue, (*unplaced, *twice))


def _refused_anew(before: tuple[Revision, ...], after: Catalogue) -> tuple[Revision, ...]:
    reasons = {(one.file, one.revision): one.reason for one in before if one.unread}
    again = [one for one in after.revisions if (one.file, one.revision) in reasons]
    return tuple(one for one in again if one.reason != reasons[one.file, one.revision])


def _begun(new: Arriving, settings: IntakeParams) -> Arriving:
    """Without what lies in the future: rows of a period that has not begun cannot be."""
    latest = datetime.now(UTC) + _SKEW
    early = [(period, one) for period, one in new if settings.calendar.start(period) > latest]
    for period, one in early:
        _log.warning("%s: %s has not begun; left alone until it has", one.key, period)
    return [pair for pair in new if pair not in early]


def _newer(new: Arriving, catalogue: Catalogue) -> Arriving:
    """Without text that would be read again, where something else of its period has come: that is newer."""
    again = [(period, one) for period, one in new if catalogue.was_read(one)]
    others = {period for period, one in new if (period, one) not in again}
    return [pair for pair in new if pair not in again or pair[0] not in others]


def _alone(new: Arriving) -> tuple[Arriving, tuple[str, ...]]:
    """Without periods that came in two formats at once: which of them counts is nobody's guess."""
    count = Counter(period for period, _ in new)
    twice = [(period, one) for period, one in new if count[period] > 1]
    for period, one in twice:
        _log.warning("%s: %s came %d times at once; left alone: keep one", one.key, period, count[period])
    return [pair for pair in new if pair not in twice], tuple(one.key for _, one in twice)


def _arrive(
    params: Params, store: Store, period: str, one: Object, erased: frozenset[str]
) -> Catalogue | None:
    try:
        found = store.get(one.key, etag=one.etag)
    except Precondition:
        found = None
    if found is None:
        _log.warning("%s: changed while it was read; the next run takes it", one.key)
        return None
    if digest(found[0]) in erased:
        _log.warning("%s: rows were erased from these very bytes; left alone: deliver it without", one.key)
        return None
    sha256, text = _bring(params, store, one.key, found[0])
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return update_catalogue(
        store, params.model, lambda catalogue: catalogue.with_arrival(period, sha256, one, now, text)
    )


def _bring(params: Params, store: Store, key: str, data: bytes) -> tuple[str, Text | None]:
    """Put a batch's bytes under their hash; of text, the text itself and the Parquet that it becomes."""
    sha256 = digest(data)
    if not is_text(key):
        store.put(bytes_key(params.model, sha256), data)
        return sha256, None
    store.put(original_key(params.model, sha256, ending(key)), data)
    original, on = Original(sha256=sha256, size=len(data)), terms(params.validation)
    _log.info("%s: %d bytes of CSV to Parquet", key, len(data))
    try:
        made = to_parquet(data, params.validation, packed=key.endswith(".gz"))
    except Unfit as unfit:
        reason = f"{key.rpartition('/')[2]}: {unfit}"
        _log.error("blocked: %s", reason)
        return sha256, Text(original, len(data), on, unfit=reason)
    batch = digest(made)
    store.put(bytes_key(params.model, batch), made)
    return batch, Text(original, len(made), on)
