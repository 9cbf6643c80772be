"""params.yaml as text: complete, with each guess as a comment that says what was seen. Pure."""

from collections.abc import Sequence
from typing import Any

import yaml

from tasks.begin.contract import contract_text
from tasks.begin.plan import Plan
from tasks.begin.roles import with_role
from tasks.begin.words import since
from tasks.propose.rules import Rule
from tasks.propose.text import proposal_text

_WIDTH = 10**6
_DEEP, _MANY = 6, 20_000
_SHALLOW = 4
_MEASURE = """
measure:
  rows: 200  # single predictions that are timed, after the warmup
  warmup: 20
"""


def params_text(
    plan: Plan, tables: Sequence[str], changed: Sequence[str], rules: Sequence[Rule], rows: Sequence[int]
) -> str:
    """The whole file; `changed` is in what files differ from tables, `rows` are by period, in order."""
    sections = [
        _head(plan, tables, changed, sum(rows)),
        proposal_text(rules, plan.periods, rows),
        _prepare(plan),
        _train(plan, sum(rows)),
        _evaluate(plan),
        contract_text(plan.labelling.objective, plan.cluster.fewest, _comment(plan.cluster.column)),
    ]
    return "\n".join(one for one in sections if one)


def _head(plan: Plan, tables: Sequence[str], changed: Sequence[str], rows: int) -> str:
    done = "".join(f"#   - {_comment(one)}\n" for one in changed)
    period = plan.calendar.period
    named = ", ".join(tables[:3]) + (" and more" if len(tables) > 3 else "")  # noqa: PLR2004 - a short line
    return f"""\
# Written by `evergreen init` from {_comment(named)}: {rows:,} rows, {since(plan)}.
# It says what was seen, and guesses: read each line once. All settings: docs/params.md.
# The next {period}: `evergreen add TABLE` cuts it as table.yaml says, and delivers it as
# store/incoming/{plan.model}/<{period}>.parquet, like those there (`evergreen status` says where). In what
# they differ from the table:
{done or "#   - nothing" + chr(10)}
model: {_yaml(plan.model)}

store:
  # A directory below this folder: for trying; its decisions are rehearsals. EVERGREEN_STORE=s3://bucket wins.
  url: store

intake:
  period: {plan.calendar.period}
  timezone: {_yaml(plan.calendar.timezone)}  # where a {plan.calendar.period} begins at midnight, by --zone
"""


def _prepare(plan: Plan) -> str:
    time, label, of = plan.wishes.time, plan.wishes.label, plan.windows
    numbers, categories = with_role(plan.roles, "number"), with_role(plan.roles, "category")
    made = "made by `evergreen init`" if plan.made_id else "no value comes twice"
    known = (
        f"known {plan.wishes.known_after} days after {time}, by --known-after"
        if plan.made_known
        else "taken as known at once; if it takes days: --known-after"
    )
    return f"""\
prepare:
  id: {_yaml(plan.row_id)}  # {made}
  event_time: {_yaml(time)}  # when the question is asked
  cluster: {_yaml(plan.cluster.column)}  # {_comment(plan.cluster.why)}
  # {_comment(plan.labelling.seen)}; {known}
  label: {{column: {_yaml(label)}, available_at: {_yaml(plan.known_at)}}}
  sources:
    # Taken as known at {_comment(time)}. A column that is filled in later tells the future: take it out.
    - name: table
      available_at: {_yaml(time)}
      numeric: {_yaml(numbers)}
      categorical: {_yaml(categories)}
  slices: {_yaml(list(plan.slices))}  # categories of ten values and less, which the page tells apart
  max_periods: {of.max_periods}  # the newest that many learn; older rows are of another time
  min_periods: {of.min_periods}  # the fewest that leave rows to learn from, to select on and to be judged on
  holdout_periods: {of.holdout_periods}  # {_holdout(plan)}
  selection_days: {of.selection_days}  # {of.because}
  label_lag_days: {plan.wishes.known_after}
"""


def _holdout(plan: Plan) -> str:
    if plan.calendar.period == "month":
        return "the newest month judges, and is not learned from"
    return (
        f"the newest {plan.windows.holdout_periods} {plan.calendar.period}s judge, and are not learned from"
    )


def _train(plan: Plan, rows: int) -> str:
    depth = _DEEP if rows >= _MANY else _SHALLOW
    why = "enough for deep trees" if depth == _DEEP else "deeper trees would learn them by heart"
    return f"""\
train:
  objective: {plan.labelling.objective}  # {_comment(plan.labelling.seen)}
  seed: 1
  rounds: 200  # trees at the most; the selection days say when it is enough
  early_stopping_rounds: 20
  max_depth: {depth}  # {rows:,} rows: {why}
  learning_rate: 0.1
"""


def _evaluate(plan: Plan) -> str:
    if plan.labelling.objective != "binary":
        return f"evaluate:\n  min_slice_rows: 200  # below which slices are told together\n{_MEASURE}"
    return f"""\
evaluate:
  # A guess: an alarm that is right is worth what a wrong one costs. Put in your own money: alarms follow it.
  costs: {{currency: points, true_positive: 1, false_positive: -1, false_negative: 0, true_negative: 0}}
{_MEASURE}"""


def _yaml(value: Any) -> str:
    """As YAML reads it back, also inside of braces."""
    return yaml.safe_dump([value], default_flow_style=True, width=_WIDTH).strip()[1:-1]


def _comment(text: str) -> str:
    """Text that ends no comment and hides nothing."""
    return "".join(one if one.isprintable() else "?" for one in text)[:300]
