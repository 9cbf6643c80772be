"""What the name of an incoming object says: `<period>.parquet`, `<period>.csv` or `<period>.csv.gz`. Pure."""

from collections.abc import Iterable
from pathlib import PurePosixPath

from tasks.periods import Calendar
from tasks.store import Object, Store

TEXT = (".csv", ".csv.gz")
_ENDINGS = (".parquet", *TEXT)


def incoming_prefix(model: str) -> str:
    """Where producers put batches."""
    return f"incoming/{model}/"


def incoming_place(store: Store, model: str) -> str:
    """The same as an address: the store's and the prefix."""
    return f"{store.url}/{incoming_prefix(model)}"


def placed(
    objects: Iterable[Object], calendar: Calendar
) -> tuple[tuple[tuple[str, Object], ...], tuple[str, ...]]:
    """Each object whose name gives a period, with that period, in order; and the names that give none."""
    found, unplaced = [], []
    for one in objects:
        period = _period(one.key, calendar)
        if period is None:
            unplaced.append(one.key)
        else:
            found.append((period, one))
    return tuple(sorted(found, key=lambda pair: (pair[0], pair[1].key))), tuple(unplaced)


def ending(key: str) -> str:
    """How a key ends, of the endings that are taken in; empty for another."""
    return next((one for one in _ENDINGS if key.endswith(one)), "")


def is_text(key: str) -> bool:
    """Whether the object becomes Parquet on its way in."""
    return ending(key) in TEXT


def _period(key: str, calendar: Calendar) -> str | None:
    path = PurePosixPath(key)
    # Directly under the prefix: a copy in a folder below must not stand in for the batch itself.
    direct = str(path.parent) == incoming_prefix(path.parent.name).rstrip("/")
    name = path.name.removesuffix(ending(key))
    return name if direct and ending(key) and calendar.is_period(name) else None
