"""One promoted model, once for all tests here."""

import pytest
from pasts import Past, judged_once

from tasks.card import FullCard, read_full_card


@pytest.fixture(scope="session")
def past(tmp_path_factory: pytest.TempPathFactory) -> Past:
    """A decision to promote, and its promotion."""
    return judged_once(tmp_path_factory.mktemp("promoted"))


@pytest.fixture(scope="session")
def full(past: Past) -> FullCard:
    """Its card."""
    return read_full_card(past.ledger, past.decisions["promote"])
