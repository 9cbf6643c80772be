"""A ledger in memory, to be spoiled, and what campaigns on a real stack share."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from faults.memory import MemoryStore
from ledgers import enthroned, frozen

if TYPE_CHECKING:
    from faults.world import World


@pytest.fixture(scope="module")
def reigned(tmp_path_factory: pytest.TempPathFactory) -> MemoryStore:
    """A store after two promotions."""
    store = MemoryStore()
    ledger = frozen(store)
    for name in ("a", "b"):
        enthroned(tmp_path_factory.mktemp(name), ledger, name)
    return store


@pytest.fixture(scope="module")
def undisturbed(world: "World") -> tuple[str, str]:
    """The decision's digest and the champion after it, where nothing went wrong in this module's `world`."""
    return world.undisturbed()


@pytest.fixture(scope="module")
def say(pytestconfig: pytest.Config) -> Callable[[str], None]:
    """A function that prints a line while tests run, although pytest keeps what they print."""
    keeper = pytestconfig.pluginmanager.getplugin("capturemanager")
    assert keeper is not None

    def line(text: str) -> None:
        with keeper.global_and_fixture_disabled():
            print(text, flush=True)  # noqa: T201 - progress

    return line
