"""The whole of it, as its user has it: SeaweedFS, a Prefect server, a worker, and the commands."""

import io
import re
import time

import pyarrow.parquet as pq
import pytest
from factories import MODEL, parquet, small_batch, small_folder, small_frame
from roads import Agreement, walk
from stacks import Stack

from tasks.ledger import Ledger
from tasks.ledger.audit import audit
from tasks.run import retrain
from tasks.score import score
from tasks.store import open_store

pytestmark = [pytest.mark.real, pytest.mark.timeout(280)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The model folder that is deployed."""
    return small_folder(tmp_path_factory.mktemp("e2e"))


@pytest.fixture(scope="module")
def stack(folder):
    """A stack of this module's own."""
    with Stack(folder.parent / "stack", folder) as running:
        yield running


@pytest.fixture(scope="module")
def ledger(stack):
    """The model's ledger in the stack's store."""
    return Ledger(open_store(stack.environment["EVERGREEN_STORE"]), MODEL)


def deliver(ledger, period, data):
    """Put a batch where producers do."""
    ledger.store.put(f"incoming/{MODEL}/{period}.parquet", data)


@pytest.fixture(scope="module")
def first(folder, ledger):
    """The first champion, made in this process from a month with few rows: its entry's number."""
    deliver(ledger, "2024-01", small_batch("2024-01", rows=200))
    deliver(ledger, "2024-02", small_batch("2024-02", rows=2000))
    outcome = retrain(folder)
    assert outcome.verdict == "promote"
    return outcome.champion


@pytest.fixture(scope="module")
def roads(stack, first, ledger):
    """The third month on the three roads; on the first one, a corrupted fourth month arrives too."""
    assert ledger.state().champion.number == first
    deliver(ledger, "2024-03", small_batch("2024-03", rows=2000))
    corrupted = parquet(small_frame("2024-04").assign(x=9999.0))
    return walk(
        stack,
        lambda name: small_folder(stack.base.parent, name=name),
        before=lambda: deliver(ledger, "2024-04", corrupted),
    )


class TestRetrain:
    """`prefect deployment run retrain/flights --watch`."""

    def test_a_better_challenger_is_promoted(self, roads, first, ledger):
        """The flow's result names the decision, and the entry that put the challenger into office."""
        result = roads.result
        assert (result["verdict"], result["holdout"]) == ("promote", ["2024-03"])
        promotion = ledger.entry(result["champion"]).body
        assert (promotion.kind, promotion.decision, promotion.before) == ("promotion", result["entry"], first)
        assert ledger.entry(result["entry"]).body.decision == result["decision"]

    def test_a_corrupted_month_is_blocked_and_the_result_says_why(self, roads):
        """With the column, the rule and the rows; the good month is handled all the same."""
        assert roads.result["arrived"] == ["2024-03", "2024-04"]
        (reason,) = roads.result["blocked"]
        assert all(words in reason for words in ("2024-04", "x", "400 of 400 rows", "-10", "10")), reason

    def test_decision_and_clauses_are_artifacts_in_prefect(self, stack, roads):
        """Markdown with the headline and where the report lies; a table with a row for each clause."""
        with stack.client() as client:
            found = {one.key: one for one in client.read_artifacts()}
        decision, clauses = found[f"decision-{MODEL}"], found[f"clauses-{MODEL}"]
        assert (decision.type, clauses.type) == ("markdown", "table")
        assert roads.result["headline"] in decision.data
        assert f"Report: `artifacts/{MODEL}/" in decision.data
        assert all(name in clauses.data for name in ("beats-base-rate", "useful-ranking", "beats-champion"))

    def test_the_run_says_how_late_it_began(self, stack, roads):
        """In its log in Prefect, with what its steps said; a dead run may have held the slot."""
        (run,) = [run for run in stack.flow_runs() if run.name.startswith("watched-")]
        logged = stack.logged(run)
        assert any(re.match(r"started \d+ s after it was due", message) for message in logged), logged
        assert any(roads.result["headline"] in message for message in logged)

    def test_the_daily_schedule_plans_its_runs(self, stack):
        """The scheduler works: it plans to retrain each morning, and to reconcile each evening."""
        due, planned = {(6, 30), (18, 30)}, set()
        # It plans one deployment after the other, once a minute.
        deadline = time.monotonic() + 90
        while planned != due and time.monotonic() < deadline:
            found = [run.expected_start_time for run in stack.flow_runs() if run.auto_scheduled]
            planned = {(one.hour, one.minute) for one in found}
            time.sleep(1)
        assert planned == due


class TestThreeRoads(Agreement):
    """On a tiny model folder; tests/end_to_end/test_flights.py walks them on real flights."""


class TestScoreAndRollback:
    """The other two deployments."""

    def test_rows_are_scored_by_the_champion_and_a_rollback_returns_the_one_before(
        self, stack, roads, first, ledger
    ):
        """The object scored is what this process scores; the ledger and every champion's bytes hold."""
        asked = small_batch("2024-05")
        ledger.store.put("ask.parquet", asked)
        expected = score(ledger, asked, name="ask.parquet", key="row_id")[0]
        scored = stack.run("score/flights", source="ask.parquet", target="scores/told.parquet")
        told = ledger.store.get("scores/told.parquet")[0]
        assert told == expected
        assert scored["rows"] == 400
        champions = pq.read_table(io.BytesIO(told)).column("champion").unique().to_pylist()
        assert champions == [roads.result["champion"]]

        returned = stack.run("rollback/flights", reason="the test says so")
        assert ledger.state().champion.number == returned["entry"]
        assert returned["champion"]["candidate"] == ledger.entry(first).body.candidate
        assert ledger.entry(returned["entry"]).body.reason == "the test says so"
        checked = audit(ledger)
        assert (checked.wrong, checked.champions) == (None, 3)
