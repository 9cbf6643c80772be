"""A schedule of 20 seconds, left alone: what arrived is handled once, and then there is nothing new."""

import time

import pytest
import yaml
from factories import MODEL, small_batch, small_folder
from stacks import DEPLOYMENTS, PATIENCE, Stack

from tasks.ledger import Ledger
from tasks.store import open_store

pytestmark = [pytest.mark.real, pytest.mark.long, pytest.mark.timeout(900)]

SECONDS = 20


@pytest.fixture(scope="module")
def deployments(tmp_path_factory):
    """The tracked deployments, with retraining every 20 seconds instead of daily."""
    document = yaml.safe_load(DEPLOYMENTS.read_text())
    retrain = next(one for one in document["deployments"] if one["entrypoint"] == "flows.retrain.retrain")
    retrain["schedules"] = [{"slug": "often", "interval": SECONDS, "active": True}]
    path = tmp_path_factory.mktemp("deployments") / "prefect.yaml"
    path.write_text(yaml.safe_dump(document))
    return path


@pytest.fixture(scope="module")
def stack(tmp_path_factory, deployments):
    """A stack in which two months have arrived before the schedule begins."""
    base = tmp_path_factory.mktemp("schedule")
    with Stack(base / "stack", small_folder(base)) as running:
        store = open_store(running.environment["EVERGREEN_STORE"])
        for period in ("2024-01", "2024-02"):
            store.put(f"incoming/{MODEL}/{period}.parquet", small_batch(period))
        running.deploy(deployments)
        yield running


@pytest.fixture(scope="module")
def fired(stack):
    """The first two scheduled runs, over, in the order of their times; nobody asked for them."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        # The schedule makes its runs hours ahead: those that have begun are meant.
        runs = [run for run in stack.flow_runs() if run.start_time is not None]
        if len(runs) > 1:
            return [stack.ended(run) for run in runs[:2]]
        time.sleep(1)
    raise AssertionError(f"the schedule did not fire twice in {PATIENCE:.0f} s\n{stack.log_end()}")


class TestSchedule:
    """Two runs that the schedule made."""

    def test_nobody_asked_for_them(self, fired):
        """Both were made by the schedule, 20 seconds apart or a multiple of that."""
        assert [run.auto_scheduled for run in fired] == [True, True]
        apart = (fired[1].expected_start_time - fired[0].expected_start_time).total_seconds()
        assert apart > 0
        assert apart % SECONDS == pytest.approx(0, abs=0.001)

    def test_the_first_handles_what_arrived(self, stack, fired):
        """Both months, to a promotion."""
        result = stack.result(fired[0])
        assert (result["verdict"], result["arrived"]) == ("promote", ["2024-01", "2024-02"])

    def test_the_second_finds_nothing_new(self, stack, fired):
        """It says so, trains nothing, and leaves the ledger as it is."""
        first, second = (stack.result(run) for run in fired)
        assert (second["verdict"], second["arrived"]) == ("nothing new", [])
        assert "train" not in second["spent"]
        assert second["champion"] == first["champion"]
        entries = [entry.body.kind for entry, _ in Ledger(open_store("s3://evergreen"), MODEL).entries()]
        assert entries.count("decision") == 1
