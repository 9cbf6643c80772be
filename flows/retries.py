"""What is tried again: a step that touches the network, when the network was the reason. Nothing else.

Bad data does not get better by being looked at twice.
"""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from prefect import Task, task
from prefect.cache_policies import NO_CACHE

from tasks.errors import Conflict, StoreUnavailable

P = ParamSpec("P")
R = TypeVar("R")


def once(function: Callable[P, R]) -> Task[P, R]:
    """A task that runs once, under the function's own name."""
    return task(name=function.__name__, cache_policy=NO_CACHE)(function)


def with_back_off(function: Callable[P, R]) -> Task[P, R]:
    """A task that is tried again after 2, 5, 15 and 45 seconds, if the store was away."""
    return task(
        name=function.__name__,
        cache_policy=NO_CACHE,
        retries=4,
        retry_delay_seconds=[2, 5, 15, 45],
        retry_jitter_factor=0.5,
        retry_condition_fn=_was_away,
    )(function)


def _was_away(_task: Any, _run: Any, state: Any) -> bool:
    return isinstance(state.result(raise_on_failure=False), StoreUnavailable | Conflict)
