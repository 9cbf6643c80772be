"""`validate:` from the written files: what `evergreen propose` says, of the columns that are read. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tasks.begin.plan import Plan
from tasks.propose.rules import Rule

_RANGE = ("min", "max", "max_bad")


def declared_rules(plan: Plan, rules: Sequence[Rule]) -> list[Rule]:
    """A rule for each column that is read, the others with the reason why not.

    An id grows, a household is whoever comes: they have no range. Only the id is unique for sure.
    """
    left_out = {one.column: one.why for one in plan.roles if one.taken == "left out"}
    return [
        Rule(one.column, None, (f"{left_out[one.column]}: not read",))
        if one.column in left_out
        else _kept(plan, one)
        for one in rules
    ]


def _kept(plan: Plan, rule: Rule) -> Rule:
    settings: dict[str, Any] = dict(rule.settings or {})
    evidence = tuple(one for one in rule.evidence if not one.startswith("no value twice"))
    settings.pop("unique", None)
    if rule.column in (plan.row_id, plan.cluster.column):
        settings = {key: value for key, value in settings.items() if key not in _RANGE}
    if rule.column == plan.row_id:
        settings["unique"] = True
        evidence += ("no value twice in the table",)
    if rule.column == plan.wishes.label and plan.labelling.classes:
        settings = {key: value for key, value in settings.items() if key not in _RANGE}
        settings["values"] = list(plan.labelling.classes)
        evidence = (*evidence[:1], plan.labelling.seen)
    return replace(rule, settings=settings, evidence=evidence)
