"""`kill -9` of the worker, of the flow's process and of both, on the real stack.

Whatever dies, and when: readers see a whole champion, the next run finishes the job with the
decision of an undisturbed run, nothing that was acknowledged is lost, and the next run says how
long it had to wait.
"""

from functools import cache

import pytest
from benchmarks.figures import Figure, publish
from faults.disturbed import SLOW, disturbed
from faults.world import ROWS, World

pytestmark = [pytest.mark.real, pytest.mark.long, pytest.mark.timeout(1800)]

CASES = {
    "flow_in_train": {"kill": ("flow",)},
    "worker_in_train": {"kill": ("worker",)},
    "both_in_train": {"kill": ("worker", "flow")},
    "flow_between_upload_and_decision": {"dies_before": "decision"},
    "flow_between_decision_and_promotion": {"dies_before": "promotion"},
}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """One stack for all cases."""
    with World(tmp_path_factory.mktemp("kill"), SLOW) as made:
        yield made


@pytest.fixture(scope="module")
def play(world, say):
    """A function that plays the case of a name, once."""

    @cache
    def once(name):
        case = disturbed(world, name, **CASES[name])
        say(f"\n{name}: slot held {case.waited:.1f} s, {case.watch.looks} looks, {case.seconds:.0f} s in all")
        return case

    return once


@pytest.mark.parametrize("name", CASES)
class TestKill:
    """The run that was disturbed, and the one after it."""

    def test_the_next_run_finishes_with_the_decision_of_an_undisturbed_one(self, play, undisturbed, name):
        """One decision on the month, the same challenger in office, and no workspace left behind."""
        case = play(name)
        assert case.decisions == [undisturbed[0]]
        assert case.ledger.state().champion.candidate == undisturbed[1]
        assert list(case.folder.runs.iterdir()) == []

    def test_every_reader_sees_a_whole_champion_all_the_time(self, play, undisturbed, name):
        """The one before or the one after; the ledger's chain and every champion's bytes hold throughout."""
        watch = play(name).watch
        assert watch.dangling == []
        assert watch.away == 0
        assert watch.looks > 10
        assert len(watch.champions - {undisturbed[1]}) == 1

    def test_no_acknowledged_batch_is_lost(self, play, name):
        """Each month is accepted, with the bytes that arrived."""
        assert play(name).lost == []

    def test_the_next_run_says_how_long_it_waited(self, play, name):
        """In its log, as Prefect's own times have it."""
        case = play(name)
        assert case.said == pytest.approx(case.waited, abs=2)


class TestFinishing:
    """What the next run had to do."""

    def test_a_promotion_that_was_decided_needs_nothing_new(self, play):
        """The next run says that it finished it, and trains nothing."""
        case = play("flow_between_decision_and_promotion")
        assert case.result["verdict"] == "nothing new"
        assert "left by an interrupted run" in case.result["finished"]

    def test_a_decision_that_was_not_written_is_made_again(self, play, undisturbed):
        """From the start, to the same digest; the look that was taken counts once."""
        case = play("flow_between_upload_and_decision")
        assert (case.result["verdict"], case.result["decision"]) == ("promote", undisturbed[0])
        assert len(case.ledger.looks_at(case.ledger.state(), ("2024-03",))) == 1


class TestFigures:
    """build/figures/faults-kill.json."""

    def test_every_goal_is_reached(self, play, say):
        """Seconds that the slot was held, for each case; nothing lost and nothing dangling in any."""
        cases = {name: play(name) for name in CASES}
        rows, seconds = sum(ROWS.values()), round(sum(case.seconds for case in cases.values()), 1)
        figures = [
            Figure(f"slot_held_{name}", round(case.waited, 1), "s", rows, round(case.seconds, 1))
            for name, case in cases.items()
        ]
        lost = sum(len(case.lost) for case in cases.values())
        dangling = sum(len(case.watch.dangling) for case in cases.values())
        looks = sum(case.watch.looks for case in cases.values())
        figures += [
            Figure("lost_batches", lost, "batches", rows * len(cases), seconds),
            Figure("dangling_champions", dangling, f"of {looks} looks", rows * len(cases), seconds),
        ]
        records = publish("faults", {"kill": figures}, ("prefect", "dvc", "xgboost"))
        say("")
        for record in records:
            say(f"  {record['name']:45} {record['value']:>6} {record['unit']:15} goal {record['goal']}")
        assert [record["name"] for record in records if not record["holds"]] == []
