"""Invariant 3 for every kind of clause, quickly: what is exactly at its bar seldom passes."""

from unittest.mock import patch

import numpy as np
import pytest
from simulations.bars import truths
from simulations.boundaries import LEVEL, Boundary, grouped_once, others_pass, passed
from simulations.cases import DAYS, LONG_DAYS, MANY_ROWS, REGIMES, ROWS, boundaries
from simulations.draws import Draws, Layout
from simulations.nulls import bound

from tasks.evaluate.clauses import clause_evidence

NULLS = 400
SEED = 11
CASES = {(case.key, case.layout): case for case in boundaries()}
WORLDS = {case.key: case for case in CASES.values()}


def proves_more_than_allowed(case: Boundary) -> bool:
    """Whether the lower 99% bound of the rate is above 1.2 times the level."""
    rate = passed(case, NULLS, np.random.default_rng(SEED)).ours
    return bound(rate, NULLS, 0.01) > 1.2 * LEVEL


class TestNulls:
    """Each is at the bar of one clause, and of no other."""

    @pytest.mark.parametrize("case", WORLDS.values(), ids=WORLDS)
    def test_the_worst_part_is_exactly_what_is_required(self, case):
        """Computed by the product on the whole population, to the last digit but rounding."""
        found = truths(case.clause, case.world.population)
        assert min(found) == pytest.approx(case.clause.required, abs=1e-9)
        others = sorted(found)[1:]
        assert all(one > case.clause.required + 0.02 for one in others)

    @pytest.mark.parametrize(
        "key",
        [
            "slice",
            "net_value",
            "rare_floor_recall",
            "heavy_losses",
            "number_floor_rmse",
            "number_lead_pinball",
            "class_abstention",
            pytest.param("class_value", marks=pytest.mark.long),
            pytest.param("class_calibration", marks=pytest.mark.long),
        ],
    )
    def test_the_other_clauses_pass(self, key):
        """The baseline is beaten and the champion not missed in at least nine draws of ten."""
        assert others_pass(WORLDS[key], 20, np.random.default_rng(SEED)) >= 0.9


class TestPassed:
    """How often what is at the bar passes."""

    @pytest.mark.parametrize(
        ("key", "layout"),
        [
            ("floor_recall", ROWS),
            pytest.param("fairness_true_positive_rate", REGIMES, marks=pytest.mark.long),
            ("net_value", DAYS),
            ("abstention", DAYS),
            pytest.param("coverage", DAYS, marks=pytest.mark.long),
            pytest.param("class_abstention", DAYS, marks=pytest.mark.long),
            pytest.param("class_coverage", DAYS, marks=pytest.mark.long),
            pytest.param("class_calibration", DAYS, marks=pytest.mark.long),
            pytest.param("class_value", DAYS, marks=pytest.mark.long),
            pytest.param("class_fairness_error_rate", REGIMES, marks=pytest.mark.long),
            pytest.param("number_floor_rmse", REGIMES, marks=pytest.mark.long),
            pytest.param("number_lead_mse", ROWS, marks=pytest.mark.long),
            pytest.param("number_lead_mae", DAYS, marks=pytest.mark.long),
            pytest.param("number_lead_pinball", LONG_DAYS, marks=pytest.mark.long),
        ],
    )
    def test_stays_at_the_level(self, key, layout):
        """400 nulls do not show more than 1.2 times the level."""
        assert not proves_more_than_allowed(CASES[key, layout])

    @pytest.mark.parametrize(
        ("key", "layout"),
        [
            pytest.param("rare_floor_auc", LONG_DAYS, marks=pytest.mark.long),
            pytest.param("rare_floor_recall", MANY_ROWS, marks=pytest.mark.long),
            ("heavy_losses", LONG_DAYS),
            pytest.param("rare_errors_rmse", MANY_ROWS, marks=pytest.mark.long),
        ],
    )
    def test_rare_labels_and_rare_losses(self, key, layout):
        """The same where rows that speak against it are few: by Student's t alone too many pass."""
        assert not proves_more_than_allowed(CASES[key, layout])

    def test_students_interval_would_be_caught(self):
        """Without the bootstrap-t, and believing what nothing speaks against, most rare losses pass."""
        case = CASES["heavy_losses", LONG_DAYS]
        with (
            patch("tasks.evaluate.evidence.critical_value", lambda *_: 0.0),
            patch("tasks.decide.ruling.MIN_OPPOSING", 0),
        ):
            assert proves_more_than_allowed(case)

    def test_row_level_statistics_would_be_caught(self):
        """Rows taken for independent pass more than twice as often as the level, in the same nulls."""
        found = passed(CASES["floor_recall", DAYS], NULLS, np.random.default_rng(SEED))
        assert found.rows > 2 * LEVEL > 1.2 * found.ours


class TestGroupedOnce:
    """What makes the simulation fast changes nothing."""

    @pytest.mark.parametrize("key", ["slice", "fairness_true_positive_rate"])
    def test_gives_the_same_evidence(self, key):
        """Evidence from a remembered grouping equals evidence from a new one, draw after draw."""
        case = WORLDS[key]
        draws, rng = Draws(case.world, DAYS), np.random.default_rng(SEED)
        seen = [draws.draw(rng) for _ in range(5)]
        slow = [clause_evidence(case.clause, case.contract, one) for one in seen]
        with grouped_once():
            assert [clause_evidence(case.clause, case.contract, one) for one in seen] == slow

    def test_knows_columns_apart(self):
        """Another layout is grouped anew."""
        case = WORLDS["slice"]
        seen = [Draws(case.world, layout).draw(np.random.default_rng(SEED)) for layout in (DAYS, Layout(900))]
        slow = [clause_evidence(case.clause, case.contract, one) for one in seen]
        with grouped_once():
            assert [clause_evidence(case.clause, case.contract, one) for one in seen] == slow
