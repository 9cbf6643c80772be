"""ease.ml/ci's published sample sizes come out of the formula that is documented here."""

import pytest
from simulations.sample_sizes import easeml_ci


class TestEasemlCi:
    """n - o to within a point, one answer in ten differs at most, 32 looks, reliability 0.9999."""

    @pytest.mark.parametrize(("adaptive", "published"), [(False, 29), (True, 67)])
    def test_gives_the_published_thousands(self, adaptive, published):
        """29K labels if answers are not told, 67K if they are: 29,047 and 67,705, cut to thousands."""
        labels = easeml_ci(
            disagreement=0.1, tolerance=0.01, unreliability=0.0001, looks=32, adaptive=adaptive
        )
        assert int(labels / 1_000) == published

    @pytest.mark.parametrize(("adaptive", "formula"), [(False, 29_047), (True, 67_705)])
    def test_is_within_a_per_cent_of_the_formula_by_hand(self, adaptive, formula):
        """0.1 h(0.1) is 0.00048412; ln(128 / 0.0001) is 14.0624, and 32 ln 2 + ln 40,000 is 32.7773."""
        labels = easeml_ci(
            disagreement=0.1, tolerance=0.01, unreliability=0.0001, looks=32, adaptive=adaptive
        )
        assert labels == pytest.approx(formula, rel=0.01)
