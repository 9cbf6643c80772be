"""As many clusters as are advertised are enough, and not far too many; quickly."""

import numpy as np
import pytest
from simulations.draws import Draws
from simulations.nulls import bound
from simulations.power import POWER, for_a_declared_lead, found, leads, verdict

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
