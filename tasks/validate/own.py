"""A suite of the user's own, as expectations to execute, and as a file that DVC must know of."""

from datetime import datetime
from typing import Any

import yaml

from tasks.errors import BadInput
from tasks.params import Params
from tasks.validate.found import Expectation
from tasks.workspace import Workspace

_SPELT = {"kl": "KL"}
_INSTANTS = ("min_value", "max_value")


def own_expectations(params: Params) -> list[Expectation]:
    """What the suite asks for, each by its Great Expectations type and arguments; instants are instants."""
    suite = params.validation.suite
    return [
        (camel(one.type), _with_instants(_of_all(one.kwargs), params))
        for one in (suite.expectations if suite else ())
    ]


def _of_all(arguments: dict[str, Any]) -> dict[str, Any]:
    """Without a `mostly` of null, which asks of every row as none does."""
    return {name: value for name, value in arguments.items() if name != "mostly" or value is not None}


def camel(kind: str) -> str:
    """`expect_column_to_exist` as `ExpectColumnToExist`."""
    return "".join(_SPELT.get(word, word.capitalize()) for word in kind.split("_"))


def refuse_if_unseen(workspace: Workspace) -> None:
    """Raise `BadInput` where the stage in dvc.yaml does not depend on the suite: `dvc repro` is blind."""
    suite = workspace.params.validation.suite
    if suite is None:
        return
    try:
        stages = yaml.safe_load(workspace.dvc_yaml.read_bytes())["stages"]
        deps = [one if isinstance(one, str) else next(iter(one)) for one in stages["validate"]["deps"]]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise BadInput(f"dvc.yaml: expected a stage validate with deps: {error}") from error
    if suite.file not in deps:
        raise BadInput(
            f"dvc.yaml: stage validate: expected {suite.file} among its deps, since validate.suite names it; "
            f"found {', '.join(deps)}"
        )


def _with_instants(arguments: dict[str, Any], params: Params) -> dict[str, Any]:
    """Text that bounds a column of instants, as instants; raises `BadInput` for text that is none."""
    declared = params.validation.columns.get(str(arguments.get("column")))
    if declared is None or declared.type != "timestamp":
        return arguments
    return {name: _instant(value) if name in _INSTANTS else value for name, value in arguments.items()}


def _instant(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        instant = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        instant = None
    if instant is None or instant.tzinfo is None:
        raise BadInput(
            f"validate.suite: a bound of a timestamp: expected an instant with its offset, such as "
            f"2024-01-01T00:00:00+00:00, found {str(value)[:40]!r}"
        )
    return instant
