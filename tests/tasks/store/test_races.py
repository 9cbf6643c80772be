"""One winner per key and no lost update, with as many writers as a busy installation has."""

import json
import multiprocessing
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

from tasks.store import Precondition, Store, open_store

CREATORS, ROUNDS = 12, 10
WRITERS, INCREMENTS = 8, 10


def claim(url: str, key: str, who: int) -> int | None:
    """Try to be the creator of `key`: who won, else None."""
    try:
        open_store(url).create(key, str(who).encode())
    except Precondition:
        return None
    return who


def increment(store: Store, times: int) -> int:
    """Add 1 to the counter `times` times, by compare and swap; how often it had to be tried again."""
    again = 0
    for _ in range(times):
        while True:
            data, etag = store.get("counter")  # type: ignore[misc]
            mine = {"count": json.loads(data)["count"] + 1, "transaction": uuid.uuid4().hex}
            try:
                store.replace("counter", json.dumps(mine).encode(), etag=etag)
            except Precondition:
                again += 1
            else:
                break
    return again


def increment_at(url: str, times: int) -> int:
    return increment(open_store(url), times)


def check_creators(pool: Executor, url: str, claim: Callable[[str, str, int], int | None]) -> None:
    rounds = [f"race/{number}" for number in range(ROUNDS)]
    asked = {key: [pool.submit(claim, url, key, who) for who in range(CREATORS)] for key in rounds}
    for key, claims in asked.items():
        winners = [who for who in (each.result() for each in claims) if who is not None]
        assert len(winners) == 1, f"{key}: {winners}"
        assert open_store(url).get(key)[0] == str(winners[0]).encode()  # type: ignore[index]


def check_counter(pool: Executor, store: Store) -> None:
    store.create("counter", json.dumps({"count": 0, "transaction": ""}).encode())
    again = sum(pool.map(increment_at, [store.url] * WRITERS, [INCREMENTS] * WRITERS))
    assert json.loads(store.get("counter")[0])["count"] == WRITERS * INCREMENTS  # type: ignore[index]
    assert again > 0, "the writers never met: this run has shown nothing"


class TestDirectoryBetweenProcesses:
    """Processes, because that is what a lock file is for."""

    def test_one_creator_wins(self, tmp_path: Path):
        """12 processes create one key, 20 times: one winner each, and its bytes are there."""
        with _processes(CREATORS) as pool:
            check_creators(pool, str(tmp_path / "store"), claim)

    def test_no_increment_is_lost(self, tmp_path: Path):
        """8 processes add 1 ten times each: 80."""
        with _processes(WRITERS) as pool:
            check_counter(pool, open_store(str(tmp_path / "store")))


@pytest.mark.real
class TestS3BetweenThreads:
    def test_one_creator_wins(self, s3_url: str):
        """12 creators at a real S3, 20 rounds: one winner each, and its bytes are there."""
        store = open_store(s3_url)
        starts = {f"race/{number}": threading.Barrier(CREATORS) for number in range(ROUNDS)}

        def claim_together(_: str, key: str, who: int) -> int | None:
            starts[key].wait(60)
            try:
                store.create(key, str(who).encode())
            except Precondition:
                return None
            return who

        # Six rounds at a time: SeaweedFS makes losers of a close race wait in line, a second each.
        with ThreadPoolExecutor(6 * CREATORS) as pool:
            check_creators(pool, s3_url, claim_together)

    def test_no_increment_is_lost(self, s3_url: str):
        """8 writers add 1 ten times each at a real S3: 80."""
        with ThreadPoolExecutor(WRITERS) as pool:
            check_counter(pool, open_store(s3_url))


def _processes(count: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"))
