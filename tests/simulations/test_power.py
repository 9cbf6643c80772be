"""As many clusters as are advertised are enough, and not far too many; quickly."""

from dataclasses import replace

import numpy as np
import pytest
from simulations.draws import Draws
from simulations.nulls import bound
from simulations.power import POWER, asked, for_a_declared_lead, found, leads, verdict, written

PILOTS = 200
CASES = list(leads())


class TestOracle:
    """What the advertised number is compared with."""

    @pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
    def test_the_true_standard_error_is_that_of_samples(self, case):
        """The spread of 150 estimates is the formula's, within 20%."""
        draws, rng = Draws(case.world, case.layout), np.random.default_rng(1)
        estimates = [found(case, draws, rng).interval.estimate for _ in range(150)]
        assert np.std(estimates) == pytest.approx(case.error, rel=0.2)


class TestDeclaredLead:
    """As `plan` asks."""

    def test_the_advertised_clusters_give_the_power(self):
        """200 pilots and samples do not show less than 80%, nor more than 1.3 times the fewest clusters."""
        got = for_a_declared_lead(CASES[0], PILOTS, np.random.default_rng(2))
        assert bound(got.power, PILOTS, 0.99) >= POWER
        assert 0.95 < got.against_smallest < 1.3

    def test_without_a_lead_nothing_is_promised(self):
        """A pilot's own clusters, a third of what is needed, have about half that power."""
        case, rng = CASES[0], np.random.default_rng(3)
        draws = Draws(case.world, case.layout)
        share = np.mean([verdict(case, draws, rng).verdict == "pass" for _ in range(PILOTS)])
        assert 0.3 < share < 0.55


class TestDocument:
    """The plan as it is written asks for what the lead beyond the margin takes."""

    @pytest.mark.parametrize(("room", "sign"), [(6.0, 1), (0.3, -1)])
    def test_asks_for_the_gap_and_not_for_the_lead(self, room, sign):
        """With a margin to exceed, and with one to stay within: what the gap takes, in whole batches."""
        case = replace(CASES[0], room=room)
        assert np.sign(case.contract.clauses[-1].required) == sign
        draws, rng = Draws(case.world, case.layout), np.random.default_rng(4)
        for _ in range(5):
            pilot = found(case, draws, rng)
            assert 0 <= written(case, pilot) - asked(case, pilot) <= case.layout.clusters / 25

    @pytest.mark.long
    def test_its_clusters_give_the_power(self):
        """With a margin of 30% of the lead: at least 80%, at most 1.3 times the fewest clusters."""
        case = replace(CASES[0], room=6.0)
        assert case.contract.clauses[-1].required > 0.3 * case.lead
        got = for_a_declared_lead(case, PILOTS, np.random.default_rng(2), written)
        assert bound(got.power, PILOTS, 0.99) >= POWER
        assert 0.95 < got.against_smallest < 1.3
