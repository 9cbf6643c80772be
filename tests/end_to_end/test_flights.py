"""The three roads on the example itself: four months of real flights, and the champion of three."""

import shutil

import pytest
from example.flights import build_months
from roads import Agreement, walk
from services.layout import ROOT
from stacks import Stack

from tasks.ledger import Ledger
from tasks.run import retrain
from tasks.store import open_store

pytestmark = [pytest.mark.real, pytest.mark.long, pytest.mark.timeout(1200)]

MODEL = "flights"


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A function that makes a fresh clone of the example's model folder."""
    parent = tmp_path_factory.mktemp("flights")

    def make(name):
        (parent / name).mkdir()
        for file in ("params.yaml", "dvc.yaml"):
            shutil.copyfile(ROOT / file, parent / name / file)
        return parent / name

    return make


@pytest.fixture(scope="module")
def home(clone):
    """The clone that is deployed."""
    return clone("home")


@pytest.fixture(scope="module")
def stack(home):
    """A stack of this module's own."""
    with Stack(home.parent / "stack", home) as running:
        yield running


@pytest.fixture(scope="module")
def ledger(stack):
    """The example's ledger in the stack's store."""
    return Ledger(open_store(stack.environment["EVERGREEN_STORE"]), MODEL)


@pytest.fixture(scope="module")
def roads(stack, home, clone, ledger):
    """April on the three roads, against the champion that January to March gave."""
    months = build_months(ROOT / "build" / "flights")

    def deliver(period):
        ledger.store.put(f"incoming/{MODEL}/{period}.parquet", months[period].read_bytes())

    for period in ("2013-01", "2013-02", "2013-03"):
        deliver(period)
    assert retrain(home).verdict == "promote"
    deliver("2013-04")
    return walk(stack, clone)


class TestThreeRoads(Agreement):
    """The same bytes and digest from 109,119 flights."""

    def test_all_judged_the_same_month(self, roads):
        """April, whatever came of it."""
        assert roads.result["holdout"] == ["2013-04"]
        assert roads.result["verdict"] in ("promote", "keep", "undecided")
