"""The label as it is written into batches: 0 and 1, whole numbers or as it was; another value is refused."""

import pyarrow as pa
import pyarrow.compute as pc

from tasks.errors import BadInput
from tasks.tables.form import FILE, Form, LabelForm
from tasks.tables.kinds import Place
from tasks.validate.values import missing_mask, plain


def written(values: pa.Array, form: Form, classes: frozenset[str | int] | None, place: Place) -> pa.Array:
    """The label's values for a batch; raises `BadInput` that names the first that no label may have."""
    values = plain(values)
    values = pc.if_else(missing_mask(values), pa.scalar(None, values.type), values)
    if form.label is not None:
        return _zero_and_one(values, form.label, place)
    if classes is None:
        return values
    if pa.types.is_floating(values.type):
        values = _whole(values, place)
    _refuse_others(values, _scalars(sorted(classes, key=str), values.type), place)
    return values


def _zero_and_one(values: pa.Array, label: LabelForm, place: Place) -> pa.Array:
    known = _scalars([label.one, label.zero], values.type)
    _refuse_others(values, known, place)
    return pc.equal(values, known[0]).cast(pa.int64())


def _scalars(values: list[str | int] | list[str | bool | int | float], kind: pa.DataType) -> pa.Array:
    try:
        return pa.array(values, kind)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise BadInput(
            f"{FILE}: the label is {kind}, and {values} are not: say how it is written, as in `label: {{one: "
            "'yes', zero: 'no'}`"
        ) from error


def _refuse_others(values: pa.Array, known: pa.Array, place: Place) -> None:
    fits = pc.or_(pc.is_in(values, value_set=known), pc.is_null(values))
    if not pc.all(fits, min_count=0).as_py():
        row = pc.index(fits, value=False).as_py()
        expected = ", ".join(repr(one) for one in known.to_pylist()[:10])
        more = ", …" if len(known) > 10 else ""  # noqa: PLR2004 - a short line
        raise BadInput(
            f"{place(row)} has {str(values[row].as_py())[:60]!r}: expected one of {expected}{more}, or none"
        )


def _whole(values: pa.Array, place: Place) -> pa.Array:
    """Classes that are stored as numbers with a point."""
    fits = pc.or_kleene(pc.equal(values, pc.floor(values)), pc.is_null(values))
    if not pc.all(fits, min_count=0).as_py():
        row = pc.index(fits, value=False).as_py()
        raise BadInput(f"{place(row)} has {values[row].as_py()}: classes are whole numbers")
    return values.cast(pa.int64())
