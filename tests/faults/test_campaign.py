"""A thousand operations in eight processes with kill -9, through a road full of accidents, on a real S3."""

import os
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from benchmarks.figures import Figure, publish
from embedded import Seaweed
from faults.broken import no_condition_on_create
from faults.campaign import OPERATIONS, RATES, Campaign
from faults.history import Operation, read_history
from faults.judges import prepared, wrongs
from faults.proxy import Proxy
from ledgers import MODEL

from tasks.ledger import Ledger
from tasks.ledger.audit import Audit, audit
from tasks.store import open_store

pytestmark = [pytest.mark.real, pytest.mark.long, pytest.mark.timeout(2400)]

SEED, PATIENCE = 1, 1800.0
Say = Callable[[str], None]


@dataclass(frozen=True)
class Played:
    """A campaign that is over, what was told in it, and what is wrong with that."""

    campaign: Campaign
    operations: list[Operation]
    audit: Audit
    wrong: list[str]
    accidents: int
    seconds: float


def played(seaweed: Seaweed, root: Path, wanted: int, say: Say, broken: str | None = None) -> Played:
    """Prepare, play, and judge without the road."""
    bucket = f"campaign-{uuid.uuid4().hex}"
    seaweed.make_bucket(bucket)
    with pytest.MonkeyPatch.context() as patch, Proxy(seaweed.endpoint, RATES, SEED) as proxy:
        for name, value in seaweed.env.items():
            patch.setenv(name, value)
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
            patch.delenv(name, raising=False)
        store, started = open_store(f"s3://{bucket}"), time.monotonic()
        start = prepared(store, root)
        road = dict.fromkeys(("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"), proxy.endpoint)
        campaign = Campaign(store.url, root, SEED, {**os.environ, **road}, broken)
        campaign.run(wanted, say, PATIENCE)
        operations, seconds = read_history(campaign.histories), time.monotonic() - started
        wrong = wrongs(store, operations, start)
        accidents = proxy.happened.total() - proxy.happened["none"]
        return Played(campaign, operations, audit(Ledger(store, MODEL)), wrong, accidents, round(seconds, 1))


@pytest.fixture(scope="module")
def say(pytestconfig: pytest.Config) -> Say:
    """A function that prints a line while tests run, although pytest keeps what they print."""
    keeper = pytestconfig.pluginmanager.getplugin("capturemanager")

    def line(text: str) -> None:
        with keeper.global_and_fixture_disabled():  # type: ignore[union-attr]
            print(text, flush=True)  # noqa: T201 - progress

    return line


@pytest.fixture(scope="module")
def sound(seaweed: Seaweed, tmp_path_factory: pytest.TempPathFactory, say: Say) -> Played:
    """The campaign on the protocol as it is, once."""
    say("")
    return played(seaweed, tmp_path_factory.mktemp("campaign"), OPERATIONS, say)


class TestCampaign:
    """On the protocol as it is."""

    def test_the_judges_find_nothing(self, sound: Played) -> None:
        """The chain holds, the log holds what was told, and one order explains what everybody saw."""
        assert sound.wrong == []

    def test_it_was_hard_enough(self, sound: Played) -> None:
        """Many were killed, at named points and at any instant; every kind of operation took effect."""
        campaign = sound.campaign
        assert len(sound.operations) >= OPERATIONS
        assert campaign.failed == []
        assert campaign.died_at["any instant"] >= 10
        assert len(campaign.died_at) >= 10
        assert sound.accidents >= 200
        done = {one.kind for one in sound.operations if one.told is not None and one.told["number"]}
        assert done >= {"promote", "approve", "rollback", "hold", "release", "freeze", "reject", "read"}


class TestBroken:
    """With one part of the protocol left out."""

    def test_is_found(self, seaweed: Seaweed, tmp_path: Path, say: Say) -> None:
        """Entries that are created without a condition lose updates, and the same judges say so."""
        found = played(seaweed, tmp_path, 100, say, no_condition_on_create.__name__)
        assert found.wrong != []


class TestFigures:
    """build/figures/fire-campaign.json."""

    def test_every_goal_is_reached(self, sound: Played, say: Say) -> None:
        """Nothing lost, twice or dangling."""
        rows, seconds = len(sound.operations), sound.seconds
        counts = {
            "operations": rows,
            "killed": sound.campaign.died_at.total(),
            "accidents": sound.accidents,
            "entries": sound.audit.entries,
            "lost_updates": _count(sound, "log: lost") + _count(sound, "log: refused"),
            "written_twice": _count(sound, "log: twice") + _count(sound, "log: of nobody"),
            "dangling_champions": sum(
                one.told is not None and one.told.get("whole") is False for one in sound.operations
            ),
            "broken_chains": _count(sound, "audit"),
            "unexplained_histories": _count(sound, "history"),
        }
        figures = [Figure(name, value, "", rows, seconds) for name, value in counts.items()]
        records = publish("fire", {"campaign": figures}, ("boto3",))
        for record in records:
            say(f"  {record['name']:25} {record['value']:>7} goal {record['goal'] or '-'}")
        assert [record["name"] for record in records if record["holds"] is False] == []


def _count(sound: Played, judge: str) -> int:
    return sum(line.startswith(judge) for line in sound.wrong)
