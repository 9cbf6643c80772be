"""The proposal as YAML with comments, which params.yaml can hold as it is. Pure."""

import json
from collections.abc import Sequence
from typing import Any

import yaml

from tasks.params.columns import A_COLUMN, quoted, unfit_name
from tasks.propose.rules import Rule, rows_between

_HEAD = """\
# Proposed by `evergreen propose` from {rows:,} rows in {batches}. Read it before you use it: it says what
# these batches are like, and not what is right. Margins: rows from half the fewest to double the most;
# ranges widened by their width at both ends (not below 0 where 0 was the least), and one row in a hundred
# may lie outside; twice the largest share of missing values, and five points more; no set of values and no
# uniqueness from fewer than 100 rows. Batches of one season do not know the others.
validate:
  rows: {{min: {low}, max: {high}}}  # {fewest:,} to {most:,} seen
  columns:
"""


_OF_CSV = """\
# Types of CSV are guessed from all of its text, numbers with a zero in front being text. On its way in a CSV
# column is text until it is declared.
"""


def proposal_text(
    rules: Sequence[Rule], batches: Sequence[str], rows: Sequence[int], *, from_csv: bool = False
) -> str:
    """The section `validate:`; a column that cannot be declared is a comment."""
    low, high = rows_between(rows)
    told = batches[0] if len(batches) == 1 else f"{batches[0]}..{batches[-1]}"
    lines = [_line(one, _comment(told)) for one in rules]
    head = _HEAD.format(
        rows=sum(rows), batches=_comment(told), low=low, high=high, fewest=min(rows), most=max(rows)
    )
    if from_csv:
        head = head.replace("validate:\n", f"{_OF_CSV}validate:\n", 1)
    return head + "".join(f"{line}\n" for line in lines)


def declared(rules: Sequence[Rule]) -> int:
    """How many of the columns the proposal declares."""
    return sum(one.settings is not None and not unfit_name(one.column) for one in rules)


def _line(one: Rule, batches: str) -> str:
    if unfit := unfit_name(one.column):
        return f"    # {_comment(one.column)}: left out for its name: expected {A_COLUMN}, {unfit}"
    evidence = "; ".join(one.evidence)
    if one.settings is None:
        return f"    # {one.column}: {evidence}"
    settings = ", ".join(f"{key}: {_value(value)}" for key, value in one.settings.items())
    return f"    {_key(one.column)}: {{{settings}}}  # {_comment(evidence)} in {batches}"


def _key(name: str) -> str:
    """A column's name as a key: in quotes that leave its letters as they are, where YAML asks for any."""
    written = quoted(name)
    return json.dumps(name) if written == name and yaml.safe_load(name) != name else written


def _value(value: Any) -> str:
    """As YAML reads it back: text in quotes where it could be taken for something else."""
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, str):
        if quoted(value) == value and yaml.safe_load(value) == value:
            return value
        return yaml.safe_dump(value, default_style='"', width=10**6).strip()
    return yaml.safe_dump(value).splitlines()[0]


def _comment(text: str) -> str:
    """Text that ends no comment and hides nothing."""
    return "".join(one if one.isprintable() else "?" for one in text)[:200]
