"""The step: look at the tables once, decide, write all into a folder beside, and put it in its place."""

import re
import shutil
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.begin.names import model_name
from tasks.begin.wishes import Wishes
from tasks.documents import write_atomically
from tasks.errors import BadInput
from tasks.objectives import ObjectiveName
from tasks.params import read_params
from tasks.params.section import IN_WORDS, MODEL
from tasks.periods import Calendar

if TYPE_CHECKING:
    from tasks.tables.form import Form

_IGNORED = """\
# What a model folder makes for itself: the pins of `evergreen fetch`, its runs and its local store.
/champion.json
/code.json
/environment.json
/store/
/.evergreen/
"""
_NOT_FOR_DVC = """\
# What DVC need not look at.
.evergreen
store
"""
Progress = Callable[[str], object]


@dataclass(frozen=True)
class TakenFor:
    """A column of the table, the name that it has now, what it was taken for and why."""

    column: str
    name: str
    taken: str
    why: str


@dataclass(frozen=True)
class Begun:
    """What was written: rows by period, what each column was taken for, what was changed, what to know."""

    folder: Path
    model: str
    objective: ObjectiveName
    label: str
    columns: tuple[TakenFor, ...]
    periods: dict[str, int]
    needed: int
    changes: tuple[str, ...]
    notes: tuple[str, ...]


def begin(paths: Sequence[Path], parent: Path, into: Path | None, wishes: Wishes, say: Progress) -> Begun:
    """A model folder from tables; raises `BadInput`, and leaves nothing, where it cannot be made."""
    if not parent.is_dir():
        raise BadInput(f"{parent}: there is no such folder to make a model folder in")
    model = wishes.model or model_name(wishes.label)
    if not re.fullmatch(MODEL, model):
        raise BadInput(f"--model {model[:80]}: expected {IN_WORDS[MODEL]}")
    target = (parent / (into or model)).resolve()
    _refuse_taken(target)
    calendar = Calendar(wishes.period, wishes.zone)
    _refuse_unknown(calendar)
    beside = target.with_name(f".{target.name}.{uuid.uuid4().hex}.tmp")
    beside.mkdir()
    try:
        begun = _written(paths, beside, target, wishes, model, calendar, say)
        _refuse_taken(target)
        beside.rename(target)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return begun


def _refuse_unknown(calendar: Calendar) -> None:
    try:
        _ = calendar.zone
    except BadInput as error:
        raise BadInput(str(error).replace("intake.timezone", "--zone")) from error


def _refuse_taken(target: Path) -> None:
    if (target / "params.yaml").exists():
        raise BadInput(f"{target}: is a model folder already: name another with --into")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BadInput(f"{target}: is there already and not empty: name another with --into")
    if not target.parent.is_dir():
        raise BadInput(f"{target.parent}: there is no such folder: make it first")


def _written(
    paths: Sequence[Path], beside: Path, target: Path, wishes: Wishes, model: str, calendar: Calendar,
    say: Progress,
) -> Begun:  # fmt: skip
    from tasks.begin.declared import declared_rules
    from tasks.begin.formed import formed
    from tasks.begin.looked import look
    from tasks.begin.plan import planned
    from tasks.begin.settings import params_text
    from tasks.begin.tables import open_tables
    from tasks.begin.words import changes, notes, renames
    from tasks.intake.names import incoming_prefix
    from tasks.propose import rules_from
    from tasks.tables.cut import cut

    tables = open_tables(paths, wishes, say)
    wishes = wishes.renamed(tables.names)
    seen = look(tables, wishes, calendar, say)
    plan = planned(seen, wishes, model, calendar)
    how = formed(plan, tables)
    written = cut(tables, how, beside / "store" / incoming_prefix(model), say, plan.periods)
    rules, rows = rules_from([written.files[one] for one in plan.periods], say)
    changed = (*renames(tables.names, tables.dropped), *changes(plan, naive=tables.naive(wishes.time)))
    named = [one.name for one in tables.tables]
    text = params_text(plan, named, changed, declared_rules(plan, rules), rows)
    _complete(beside, text, how.form)
    old = {new: old for old, new in tables.names.items()}
    return Begun(
        folder=target, model=model, objective=plan.labelling.objective, label=plan.labelling.seen,
        columns=tuple(TakenFor(old[one.column], one.column, one.taken, one.why) for one in plan.roles),
        periods=dict(zip(plan.periods, rows, strict=True)), needed=plan.windows.min_periods,
        changes=changed, notes=notes(plan, seen),
    )  # fmt: skip


def _complete(folder: Path, params: str, form: "Form") -> None:
    """All but the batches; the settings are read as every command will."""
    from tasks.tables.form import FILE, form_text, read_form

    write_atomically(folder / "params.yaml", params.encode())
    write_atomically(folder / FILE, form_text(form).encode())
    write_atomically(folder / "dvc.yaml", files("tasks.begin").joinpath("stages.yaml").read_bytes())
    write_atomically(folder / ".gitignore", _IGNORED.encode())
    write_atomically(folder / ".dvcignore", _NOT_FOR_DVC.encode())
    read_form(folder, read_params(folder / "params.yaml"))
