"""The seal of a cached fold: whole it comes back, with any bit changed it does not."""

import json

import pytest
from ledgers import sha

from tasks.documents import digest
from tasks.ledger import Champion, State
from tasks.ledger.sealed import sealed, unsealed

STATE = State().model_copy(
    update={
        "number": 9,
        "head": sha("head"),
        "champion": Champion(number=9, registered=7, candidate=sha("a")),
    }
)


class TestSealed:
    """As pointer and snapshot are kept."""

    def test_comes_back(self) -> None:
        """The same fold, in a document that any reader of JSON can read."""
        assert unsealed(sealed(STATE)) == STATE
        fold = STATE.model_dump(mode="json")
        assert json.loads(sealed(STATE)) == {"sha256": digest(STATE.to_bytes()), "fold": fold}

    def test_with_any_bit_changed_is_nothing(self) -> None:
        """Every single one of them, also those that another champion would have."""
        whole = sealed(STATE)
        for place in range(len(whole) * 8):
            damaged = bytearray(whole)
            damaged[place // 8] ^= 1 << place % 8
            assert unsealed(bytes(damaged)) is None, f"bit {place}"

    @pytest.mark.parametrize("cut", [0, 1, 76, -1])
    def test_cut_short_is_nothing(self, cut: int) -> None:
        """A part of it says nothing."""
        assert unsealed(sealed(STATE)[:cut]) is None

    def test_without_a_seal_is_nothing(self) -> None:
        """As versions before this one kept it: readers go on without it, and the next entry renews it."""
        assert unsealed(STATE.to_bytes()) is None
