"""How the table is cut, from what was decided: the first rows like those that come later. Pure."""

from tasks.begin.plan import Plan
from tasks.tables.cut import Cutting
from tasks.tables.files import Tables
from tasks.tables.form import ColumnForm, Form, KnownForm, MadeForm
from tasks.tables.kinds import kind_of


def formed(plan: Plan, tables: Tables) -> Cutting:
    """What `table.yaml` says, and what params.yaml does."""
    columns = {
        old: ColumnForm(type=kind_of(tables.schema.field(new).type), name=new if new != old else None)
        for old, new in tables.names.items()
    }
    days = plan.wishes.known_after
    known = KnownForm(column=plan.made_known, days=days) if plan.made_known else None
    form = Form(
        columns=columns, leave_out=tables.dropped, label=plan.labelling.form,
        made=MadeForm(id=plan.made_id, day=plan.made_day, known_at=known),
    )  # fmt: skip
    classes = frozenset(plan.labelling.classes) or None
    return Cutting(form, plan.wishes.time, plan.wishes.label, plan.calendar, classes)
