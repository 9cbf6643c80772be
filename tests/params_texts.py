"""Texts of params.yaml with one setting changed, and what is said of them."""

from copy import deepcopy
from typing import Any

import pytest
import yaml
from factories import PARAMS

from tasks.errors import BadInput
from tasks.params import parse_params

GOOD = yaml.safe_load(PARAMS)


def changed(path: str, value: Any) -> str:
    """The small folder's params with the setting at `path` (dots, indices) set to `value`."""
    document = deepcopy(GOOD)
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    inner = document
    for part in parents:
        inner = inner[part]
    inner[last] = value
    return yaml.safe_dump(document)


def without(path: str) -> str:
    """The small folder's params without the setting at `path`."""
    document = deepcopy(GOOD)
    *parents, last = path.split(".")
    inner = document
    for part in parents:
        inner = inner[part]
    del inner[last]
    return yaml.safe_dump(document)


def complaint(text: str) -> str:
    """The message that `text` gets; it has to get one."""
    with pytest.raises(BadInput) as caught:
        parse_params(text)
    return str(caught.value)


CLAUSES: dict[str, dict[str, Any]] = {
    "not_worse": {"metric": "log_loss", "margin": 0.01},
    "slice": {"metric": "brier", "column": "colour", "margin": 0.1},
    "fairness": {"measure": "selection_rate", "column": "colour", "margin": 0.1},
    "representation": {"column": "colour", "values": ["red"], "threshold": 0.2},
    "calibration": {"margin": 0.05},
    "churn": {"threshold": 0.1},
    "abstention": {"risk": 0.1, "answered": 0.5},
    "coverage": {"threshold": 0.88},
    "net_value": {"horizon_rows": 1000},
    "latency": {"milliseconds": 5},
    "size": {"bytes": 1000},
    "training_cost": {"price_per_hour": 3.5, "currency": "USD", "threshold": 20},
}


def with_clause(kind: str, **settings: Any) -> str:
    """The small folder's params with a fourth clause, of this kind."""
    document = deepcopy(GOOD)
    clause = {"name": "fourth", "kind": kind, "owner": "somebody", "reason": "Because."}
    document["contract"]["clauses"].append({**clause, **CLAUSES.get(kind, {}), **settings})
    return yaml.safe_dump(document)
