"""`kill -9` of flow, worker, Prefect server and object store, and of each two, before each step, for real.

Ninety cases on one stack, and one in which three die. A fifth is played, another one each day:
`EVERGREEN_BOUNDARIES=all` plays all, and a number from 0 to 4 one fifth. supervisord starts the services
again; the flow's process is started by nobody but the next run.
"""

import os
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from benchmarks.figures import Figure, publish
from faults.boundaries import NOBODY_LEFT, SHARES, VICTIMS, all_cases, interrupted, share
from faults.storms import STEPS
from faults.world import DEPLOYMENT, ROWS, World

from tasks.ledger.audit import audit

ASKED = os.environ.get("EVERGREEN_BOUNDARIES") or str(datetime.now(UTC).toordinal() % SHARES)
CASES = (all_cases() if ASKED == "all" else share(int(ASKED))) | NOBODY_LEFT


class TestShares:
    """Which cases are played on which day."""

    def test_five_of_them_are_all_cases(self):
        """Each case is in one of them, and in no other."""
        found = Counter(name for number in range(SHARES) for name in share(number))
        assert found == dict.fromkeys(all_cases(), 1)
        assert len(found) == 90

    @pytest.mark.parametrize("number", range(SHARES))
    def test_each_has_every_step_and_everyone_who_may_die(self, number):
        """Two cases before each step, and one or two of each of the four and of their six pairs."""
        cases = share(number).values()
        assert Counter(step for step, _ in cases) == dict.fromkeys(STEPS, 2)
        assert set(Counter(who for _, who in cases)) == set(VICTIMS)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """One stack for all cases."""
    with World(tmp_path_factory.mktemp("boundaries")) as made:
        yield made


@pytest.fixture(scope="module")
def played():
    """What came of each case so far."""
    return {}


@pytest.mark.real
@pytest.mark.long
@pytest.mark.timeout(900)
class TestBoundaries:
    """The run that was interrupted, and the one after it."""

    @pytest.mark.parametrize("name", CASES)
    def test_converges_to_the_decision_of_an_undisturbed_run(self, world, undisturbed, played, say, name):
        """Once; nothing that was acknowledged is lost, and readers meet a whole champion or no store."""
        case = played[name] = interrupted(world, name, *CASES[name])
        say(
            f"\n{name:28} {case.state:9} then {case.result['verdict']:12} back {case.back:5.1f} s, "
            f"held {case.held:5.1f} s, {case.watch.looks:3} looks, {case.seconds:5.1f} s in all"
        )
        assert case.decisions == [undisturbed[0]]
        assert case.ledger.state().champion.candidate == undisturbed[1]
        assert audit(case.ledger).wrong is None
        assert (case.forgotten, case.lost, case.watch.dangling) == ([], [], [])
        assert case.watch.looks > 5
        assert len(case.watch.champions - {undisturbed[1]}) <= 1
        assert case.watch.away == 0 or "store" in CASES[name][1]
        assert list(case.folder.runs.iterdir()) == []

    def test_a_dead_run_that_nobody_reported_is_found_beside_the_worker(self, world):
        """As when the server was away for longer than the worker tries to tell it."""
        from prefect.states import Running, Scheduled

        with world.stack.client() as client:
            found = client.read_deployment_by_name(DEPLOYMENT)
            later = Scheduled(scheduled_time=datetime.now(UTC) + timedelta(days=1))
            run = client.create_flow_run_from_deployment(found.id, state=later)
            client.set_flow_run_state(run.id, Running(), force=True)
            run = client.read_flow_run(run.id)
        assert run.state.is_running()
        assert world.stack.ended(run).state_name == "Crashed"

    def test_reaches_every_goal(self, played, undisturbed, say):
        """build/figures/boundaries-kill.json: over all cases, nothing lost and nothing dangling."""
        cases = played.values()
        rows, seconds = sum(ROWS.values()) * len(cases), round(sum(case.seconds for case in cases), 1)
        other = sum(case.decisions != [undisturbed[0]] for case in cases)
        counts = {
            "not_played": (len(CASES) - len(cases), f"of {len(CASES)} cases"),
            "other_decisions": (other, f"of {len(cases)} cases"),
            "lost_entries": (sum(len(case.forgotten) for case in cases), "entries"),
            "lost_batches": (sum(len(case.lost) for case in cases), "batches"),
            "dangling_champions": (
                sum(len(case.watch.dangling) for case in cases),
                f"of {sum(case.watch.looks for case in cases)} looks",
            ),
            "longest_held": (round(max(case.held for case in cases), 1), "s"),
        }
        figures = [Figure(name, value, unit, rows, seconds) for name, (value, unit) in counts.items()]
        records = publish("boundaries", {"kill": figures}, ("prefect", "dvc", "xgboost"))
        for record in records:
            say(f"  {record['name']:45} {record['value']:>6} {record['unit']:15} goal {record['goal']}")
        assert [record["name"] for record in records if not record["holds"]] == []
