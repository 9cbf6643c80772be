"""The best single scan that asks a batch the same: one Acero plan, written by hand for this suite.

It says how many values break each rule, and nothing more: no rows, no examples, no report.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from pyarrow import acero

from tasks.validate.found import Expectation
from tasks.validate.known import BETWEEN, IN_SET, NOT_NULL, ROWS, UNIQUE

_ROWS = "rows"


def broken(path: Path, suite: list[Expectation]) -> list[str]:
    """The expectations that do not hold, by their type and column; raises `ValueError` for others' types."""
    asked = {f"{number}": one for number, one in enumerate(suite) if one[0] not in (ROWS, UNIQUE)}
    unique = {f"unique {one['column']}": one["column"] for kind, one in suite if kind == UNIQUE}
    columns = sorted({one["column"] for _, one in suite if "column" in one})
    file = ds.dataset(path)
    counts = {name: _broken(*one).cast(pa.int64()) for name, one in asked.items()}
    expressions = {**counts, **{name: pc.field(column) for name, column in unique.items()}}
    plan = acero.Declaration.from_sequence([
        acero.Declaration("scan", acero.ScanNodeOptions(file, columns=columns)),
        acero.Declaration("project", acero.ProjectNodeOptions(list(expressions.values()), list(expressions))),
        acero.Declaration("aggregate", acero.AggregateNodeOptions([
            *((name, "sum", None, name) for name in asked),
            *((name, "count_distinct", pc.CountOptions(mode="only_valid"), name) for name in unique),
            *((next(iter(asked)), "count", pc.CountOptions(mode="all"), one) for one in (_ROWS,)),
        ])),
    ])  # fmt: skip
    (found,) = plan.to_table().to_pylist()
    rows = found.pop(_ROWS)
    wrong = [
        f"{kind} {one['column']}"
        for name, (kind, one) in asked.items()
        if (found[name] or 0) > (1 - one.get("mostly", 1)) * rows
    ]
    wrong += [name for name in unique if found[name] != rows]
    lows = [(one["min_value"], one["max_value"]) for kind, one in suite if kind == ROWS]
    return wrong + [ROWS for low, high in lows if not low <= rows <= high]


def _broken(kind: str, arguments: dict[str, object]) -> pc.Expression:
    column = pc.field(str(arguments["column"]))
    if kind == NOT_NULL:
        return column.is_null(nan_is_null=True)
    if kind == IN_SET:
        return column.is_valid() & ~column.isin(arguments["value_set"])
    if kind == BETWEEN:
        low, high = arguments.get("min_value"), arguments.get("max_value")
        above = column > high if not arguments.get("strict_max") else column >= high
        return (column < low) | above
    raise ValueError(f"no scan for {kind}")
