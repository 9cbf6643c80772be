"""Every accident on the road to a real S3: the store settles it, and tells no lie."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import pytest
from embedded import Seaweed
from faults.proxy import ACCIDENTS, Proxy
from ledgers import sha

from tasks.errors import StoreUnavailable
from tasks.store import Precondition, Store, open_store


def through(seaweed: Seaweed, monkeypatch: pytest.MonkeyPatch, rates: dict[str, float], seed: int) -> Proxy:
    """A road for every store that is opened from here on."""
    proxy = Proxy(seaweed.endpoint, rates, seed)
    for name in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"):
        monkeypatch.setenv(name, proxy.endpoint)
    return proxy


Result = TypeVar("Result")
NOWHERE = "http://127.0.0.1:9"


def asked(call: Callable[[], Result]) -> Result:
    """The answer to a call that is made again while the store does not serve, as `Store` says."""
    for _ in range(5):
        with suppress(StoreUnavailable):
            return call()
    return call()


def created(store: Store, key: str, data: bytes) -> bool:
    """Whether `key` was created, where nobody else wants it and the store may refuse falsely."""
    for _ in range(20):
        with suppress(Precondition):
            asked(lambda: store.create(key, data))
            return True
    return False


class TestAccidents:
    """One kind at a time, at two requests of five."""

    @pytest.mark.real
    @pytest.mark.long
    @pytest.mark.parametrize("accident", ACCIDENTS)
    def test_leaves_the_store_as_good_as_before(
        self, s3_url: str, seaweed: Seaweed, monkeypatch: pytest.MonkeyPatch, accident: str
    ) -> None:
        """What was created is there once, with its bytes, and a second creator is refused."""
        direct, keys = open_store(s3_url), [f"k/{number}" for number in range(4)]
        with through(seaweed, monkeypatch, {accident: 0.4}, seed=7) as proxy:
            store = open_store(s3_url)
            for key in keys:
                data = sha(key).encode() * 50
                assert created(store, key, data)
                assert asked(lambda key=key: store.get(key)) == direct.get(key)
                with pytest.raises(Precondition):
                    asked(lambda key=key: store.create(key, b"another"))
                asked(lambda: list(store.list("k/")))
            assert proxy.happened[accident] > 0
        assert [one.key for one in direct.list("")] == keys

    def test_of_a_seed_are_the_same_again(self) -> None:
        """The n-th request meets with the same."""
        drawn = []
        for _ in range(2):
            with Proxy(NOWHERE, {"delayed": 0.3, "reset_before": 0.3}, seed=1) as proxy:
                drawn.append([proxy.drawn(set(ACCIDENTS)) for _ in range(50)])
        assert drawn[0] == drawn[1]
        assert {accident for accident, _ in drawn[0]} == {None, "delayed", "reset_before"}

    def test_of_no_kind_are_refused(self) -> None:
        """A rate for what cannot happen would be a campaign that shows less than it says."""
        with pytest.raises(ValueError, match="no such accidents"):
            Proxy(NOWHERE, {"flood": 1}, seed=1)
