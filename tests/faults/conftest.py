"""A ledger in memory, to be spoiled."""

import pytest
from faults.memory import MemoryStore
from ledgers import enthroned, frozen


@pytest.fixture(scope="module")
def reigned(tmp_path_factory: pytest.TempPathFactory) -> MemoryStore:
    """A store after two promotions."""
    store = MemoryStore()
    ledger = frozen(store)
    for name in ("a", "b"):
        enthroned(tmp_path_factory.mktemp(name), ledger, name)
    return store
