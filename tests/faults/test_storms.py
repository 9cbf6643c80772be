"""A full disk, a lost bucket, revoked keys, a wrong clock, a store that is slow, silent, mad or dead.

Each begins in the middle of `evergreen run`: one clear line, nothing that was acknowledged is lost, and the
next run goes on.
"""

import errno
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from commands import Said, evergreen
from data_factories import on_paper
from embedded import Seaweed
from factories import MODEL
from faults.storms import STEPS, Weather, before, entries, folder_on, kinds

from tasks.ledger import Ledger
from tasks.store import Store
from tasks.store.s3 import S3Store

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
WHOLE = ["contract", "look", "registered", "decision", "promotion"]
BUCKET = "in-a-storm"


@pytest.fixture
def paper(monkeypatch: pytest.MonkeyPatch) -> None:
    """DVC on paper, where the storm is not about it."""
    monkeypatch.delenv("EVERGREEN_STORE", raising=False)
    on_paper(monkeypatch)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seaweed]:
    """An object store of one's own, to be killed."""
    with Seaweed(tmp_path_factory.mktemp("storm")) as made:
        made.make_bucket(BUCKET)
        yield made


def at(endpoint: str, server: Seaweed, patch: pytest.MonkeyPatch, url: str) -> None:
    """Make this environment one in which the store is at `url`, seen through `endpoint`."""
    for name, value in server.env.items():
        patch.setenv(name, value)
    patch.setenv("AWS_ENDPOINT_URL_S3", endpoint)
    patch.setenv("EVERGREEN_STORE", url)


def told(said: Said) -> str:
    """The one line that says what went wrong, beside warnings."""
    lines = [line for line in said.err.splitlines() if line.startswith("evergreen: ")]
    assert len(lines) == 1, said.err
    assert "Traceback" not in said.err
    assert "defect" not in lines[0]
    return lines[0]


def goes_on(folder: Path, store: Store, known: dict[str, str]) -> None:
    """The next run finishes the cycle, and what the ledger said before is there still."""
    assert known.items() <= entries(store).items()
    said = evergreen("run", "-C", folder, "--json")
    assert said.status == 0, said.err
    found = kinds(store)
    assert [found.count(kind) for kind in WHOLE] == [1, 1, found.count("registered"), 1, 1]
    assert Ledger(store, MODEL).state().champion is not None
    assert list((folder / ".evergreen" / "runs").iterdir()) == []


@pytest.mark.usefixtures("paper")
class TestDiskFull:
    """No room for another byte, from some write of a run on."""

    @pytest.mark.parametrize("nth", [1, 3, 8, 15, 25, 35, 45, 55, 65, 75])
    def test_ends_in_one_line_and_the_next_run_goes_on(self, tmp_path: Path, nth: int) -> None:
        """Wherever it strikes: in the store, in the workspace, or in what is only a cache."""
        folder, store = folder_on(tmp_path, str(tmp_path / "model" / "store"))
        writes, sync = iter(range(1, 10_000)), os.fsync

        def full(descriptor: int) -> None:
            if next(writes) >= nth:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            sync(descriptor)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "fsync", full)
            said = evergreen("run", "-C", folder)
        assert said.status == 3
        assert "No space left on device" in told(said)
        goes_on(folder, store, entries(store))


@pytest.mark.usefixtures("paper")
@pytest.mark.real
class TestWeather:
    """A real store, and something between it and a run."""

    @pytest.fixture
    def road(
        self, server: Seaweed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> Iterator[tuple[Weather, Path, Store]]:
        """A road to the store, and a folder whose runs take it."""
        with Weather(server.endpoint) as weather:
            url = f"s3://{BUCKET}/{tmp_path.name}"
            at(weather.endpoint, server, monkeypatch, url)
            folder, store = folder_on(tmp_path, url)
            yield weather, folder, store

    @pytest.mark.parametrize("step", ["intake", "version", "train", "evaluate", "promote"])
    @pytest.mark.parametrize(
        ("weather", "words"),
        [("revoked", "refused the credentials (InvalidAccessKeyId)"), ("garbage", "none of S3's")],
    )
    def test_that_makes_it_useless(
        self, road: tuple[Weather, Path, Store], step: str, weather: str, words: str
    ) -> None:
        """Revoked credentials, and a page that asks to sign in: status 3, and then it goes on."""
        between, folder, store = road
        with before(step, between.turns(weather)):
            said = evergreen("run", "-C", folder)
        between.weather = "fair"
        assert (said.status, words in told(said)) == (3, True), said.err
        goes_on(folder, store, entries(store))

    def test_that_makes_it_slow(self, road: tuple[Weather, Path, Store]) -> None:
        """Answers that come late are waited for."""
        between, folder, store = road
        with before("train", between.turns("late")):
            assert evergreen("run", "-C", folder).status == 0
        between.weather = "fair"
        assert kinds(store) == WHOLE

    def test_that_makes_it_silent(
        self, road: tuple[Weather, Path, Store], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Who does not answer in time is not waited for without end."""
        between, folder, store = road
        patience: dict[str, Any] = S3Store.__init__.__kwdefaults__
        monkeypatch.setitem(patience, "read_seconds", 0.5)
        with before("evaluate", between.turns("silent")):
            said = evergreen("run", "-C", folder)
        between.weather = "fair"
        assert (said.status, "did not answer" in told(said)) == (3, True)
        goes_on(folder, store, entries(store))

    def test_that_takes_the_bucket(self, road: tuple[Weather, Path, Store], server: Seaweed) -> None:
        """It is named as missing, and nothing is begun anew in its place; put back, the run goes on."""
        _, folder, store = road
        client = boto3.client(
            "s3",
            endpoint_url=server.endpoint,
            aws_access_key_id=server.env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=server.env["AWS_SECRET_ACCESS_KEY"],
            region_name="us-east-1",
        )
        kept: dict[str, bytes] = {}

        def deleted() -> None:
            for page in client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
                for one in page.get("Contents", []):
                    kept[one["Key"]] = client.get_object(Bucket=BUCKET, Key=one["Key"])["Body"].read()
                    client.delete_object(Bucket=BUCKET, Key=one["Key"])
            client.delete_bucket(Bucket=BUCKET)

        with before("train", deleted):
            said = evergreen("run", "-C", folder)
        try:
            assert (said.status, f"has no bucket '{BUCKET}'" in told(said)) == (3, True), said.err
        finally:
            client.create_bucket(Bucket=BUCKET)
            for key, data in kept.items():
                client.put_object(Bucket=BUCKET, Key=key, Body=data)
        goes_on(folder, store, entries(store))


class TestClock:
    """This machine's clock is an hour off."""

    @pytest.mark.usefixtures("paper")
    @pytest.mark.parametrize("hours", [-1, 1])
    def test_times_are_told_and_decide_nothing(self, tmp_path: Path, hours: int) -> None:
        """Entries carry what the clock said; the run with the right clock goes on from there."""
        folder, store = folder_on(tmp_path, str(tmp_path / "model" / "store"))
        wrong = timedelta(hours=hours)

        class Off(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> datetime:
                return datetime.now(tz) + wrong

        with pytest.MonkeyPatch.context() as patch:
            for place in ("tasks.ledger.log.datetime", "tasks.intake.step.datetime"):
                patch.setattr(place, Off)
            assert evergreen("run", "-C", folder).status == 0
        first = Ledger(store, MODEL).entry(1)
        off = datetime.fromisoformat(first.time) - datetime.now(UTC)
        assert abs(off - wrong) < timedelta(minutes=5)
        assert evergreen("hold", "--reason", "an incident", "-C", folder).status == 0
        assert kinds(store) == [*WHOLE, "hold"]
        assert evergreen("reconcile", "-C", folder).status == 0
        assert kinds(store) == [*WHOLE, "hold"]


@pytest.mark.real
class TestDeadStore:
    """The object store is killed at a step's boundary, DVC's transfers included, and started again."""

    @pytest.mark.parametrize("step", STEPS)
    def test_ends_in_one_line_and_the_next_run_goes_on(
        self, server: Seaweed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, step: str
    ) -> None:
        """Nothing that was acknowledged is lost, and the audit holds."""
        url = f"s3://{BUCKET}/{step}"
        at(server.endpoint, server, monkeypatch, url)
        folder, store = folder_on(tmp_path, url)
        known: dict[str, str] = {}

        def killed() -> None:
            known.update(entries(store))
            server.kill()

        with before(step, killed):
            said = evergreen("run", "-C", folder)
        server.restart()
        assert said.status == 3, said.err
        told(said)
        goes_on(folder, store, known)
