"""The step: cut the tables as `table.yaml` says, compare, check all, and only then deliver."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.add.ruling import Wishes
from tasks.errors import BadInput, Conflict
from tasks.params import Params
from tasks.store import Precondition, Store, open_store
from tasks.tables.form import Form, read_form
from tasks.version.remote import store_url
from tasks.workspace import open_folder

if TYPE_CHECKING:
    from tasks.add.judged import Progress
    from tasks.add.period import Judged
    from tasks.tables.cut import Cut


@dataclass(frozen=True)
class Added:
    """What became of each period, where it was delivered, and what to know."""

    folder: Path
    model: str
    place: str
    periods: "tuple[Judged, ...]"
    notes: tuple[str, ...]

    @property
    def written(self) -> "tuple[Judged, ...]":
        """Those that were delivered, or would be."""
        return tuple(one for one in self.periods if one.file is not None)


def add(paths: Sequence[Path], folder: Path, wishes: Wishes, say: "Progress", *, dry_run: bool) -> Added:
    """Deliver what is new in the tables; raises `BadInput`, and writes nothing, where anything is wrong."""
    from tasks.add.differences import Names
    from tasks.add.judged import judged
    from tasks.add.period import Folder
    from tasks.intake import incoming_place

    home = open_folder(folder)
    params = home.params
    form = read_form(home.root, params)
    prepare = params.prepare
    names = Names(prepare.id, prepare.id == form.made.id, prepare.event_time, prepare.label.column)
    place = Folder(open_store(store_url(home)), params, names, wishes)
    with tempfile.TemporaryDirectory(prefix="evergreen-add-") as beside:
        cut = _cut(paths, form, params, Path(beside) / "cut", say)
        periods = judged(place, cut, say)
        notes = _notes(periods, params)
        if not dry_run:
            _deliver(place.store, [one for one in periods if one.file is not None], say)
    return Added(home.root, params.model, incoming_place(place.store, params.model), periods, notes)


def _cut(paths: Sequence[Path], form: Form, params: Params, folder: Path, say: "Progress") -> "Cut":
    from tasks.tables.cut import Cutting, cut
    from tasks.tables.known import open_known

    prepare = params.prepare
    say("reading the tables")
    tables = open_known(paths, form)
    classes = frozenset(params.classes) or None
    if params.train.objective == "binary" and form.label is None:
        classes = frozenset((0, 1))
    how = Cutting(form, prepare.event_time, prepare.label.column, params.intake.calendar, classes)
    found = cut(tables, how, folder, say)
    if not found.files:
        raise BadInput(f"{tables.called}: no rows: there is nothing to add")
    return found


def _deliver(store: Store, periods: "Sequence[Judged]", say: "Progress") -> None:
    """Write each, unless somebody else has meanwhile; the same command again goes on where this one ended."""
    for number, one in enumerate(periods):
        say(f"delivering {one.period}")
        assert one.file is not None  # noqa: S101 - chosen so
        data = one.file.read_bytes()
        try:
            if one.etag is None:
                store.create(one.key, data)
            else:
                store.replace(one.key, data, etag=one.etag)
        except Precondition as error:
            raise Conflict(
                f"{one.key}: somebody else delivered it meanwhile; {number} of {len(periods)} periods were "
                "delivered before it: run the same command again"
            ) from error


def _notes(periods: "Sequence[Judged]", params: Params) -> tuple[str, ...]:
    """What its owner should know before the next run."""
    now, calendar = datetime.now(UTC), params.intake.calendar
    said = []
    for one in periods:
        if one.file is not None and calendar.start(one.period) > now:
            said.append(f"{one.period} has not begun yet: runs leave it alone until it has")
        elif one.file is not None and calendar.end(one.period) > now:
            said.append(
                f"{one.period} is not over yet, and would be judged on: take its file away until it is; "
                "the rest is added by --append, or by --replace from the whole history"
            )
    return tuple(said)
