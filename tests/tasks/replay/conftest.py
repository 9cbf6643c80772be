"""A model with a past, once for all tests here: none may write to it."""

import pytest
from pasts import Past, lived


@pytest.fixture(scope="session")
def past(tmp_path_factory: pytest.TempPathFactory) -> Past:
    """Every kind of decision in one ledger."""
    return lived(tmp_path_factory.mktemp("past"))
