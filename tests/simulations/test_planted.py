"""Every bad challenger is refused by the clause that it violates, and better ones are promoted; quickly."""

import numpy as np
import pytest
from simulations.better import better, decisions, enough
from simulations.boundaries import grouped_once
from simulations.gate import decided
from simulations.planted import HOLDOUT
from simulations.violations import violations

from tasks.params.contract import KINDS

CASES = [pytest.param(number, case, id=f"{number}-{case.title}") for number, case in enumerate(violations())]


class TestViolations:
    """What is planted."""

    def test_are_at_least_thirty_and_of_every_kind(self):
        """All kinds but representation, which a challenger cannot violate: it is about the holdout."""
        cases = violations()
        assert len(cases) >= 30
        assert {case.clause["kind"] for case in cases} == set(KINDS) - {"representation"}

    @pytest.mark.parametrize(("number", "case"), CASES)
    def test_the_damage_violates_one_clause_and_no_other(self, number, case):  # noqa: ARG002 - it names the case
        """In the whole population the twin meets every clause, and the bad challenger all but this one."""
        assert case.title in [one.name for one in case.contract.clauses]
        with grouped_once():
            assert case.violated(case.twin) == []
            assert case.violated(case.bad) == ([case.title] if case.damage else [])


class TestRefused:
    """From rows to the decision."""

    @pytest.mark.parametrize(("number", "case"), CASES[::6])
    def test_by_that_clause_and_the_twin_is_promoted(self, number, case):
        """On the same rows, under the same contract."""
        stream = [1, number]
        bad = decided(case.bad, case.contract, HOLDOUT, np.random.default_rng(stream), case.measurements)
        twin = decided(case.twin, case.contract, HOLDOUT, np.random.default_rng(stream))
        assert (bad.verdict, bad.but_for) == ("keep", (case.title,))
        assert twin.verdict == "promote"


class TestBetter:
    """A challenger with room to every clause."""

    def test_is_promoted_at_the_size_for_all_clauses_and_seldom_at_a_tenth_of_it(self):
        """Six of six at the advertised number of clusters; at a tenth of it not all."""
        case, rng = better(), np.random.default_rng(2)
        layout = enough(case, rng)
        assert [one.verdict for one in decisions(case, layout, 6, rng)] == ["promote"] * 6
        small = type(layout)(
            layout.clusters // 10, layout.rows_per_cluster, layout.spread, layout.correlation
        )
        assert "undecided" in [one.verdict for one in decisions(case, small, 6, rng)]
