"""The figures of evidence answer their goals, and what they are measured against is the same number."""

import tomllib

import numpy as np
import pytest
from benchmarks.evidence import CLAUSES, _resampled_lead, measure_evidence
from benchmarks.figures import GOALS
from rich.console import Console

from tasks.evaluate.answers import Answers
from tasks.evaluate.leads import paired
from tasks.evaluate.metrics import AUC
from tasks.params.contract import KINDS, KINDS_MEASURED


class TestMeasureEvidence:
    """`make bench` on a thousandth of the rows."""

    def test_answers_its_goals(self):
        """Each figure with a goal is measured, and says against what."""
        found = {one.name: one for one in measure_evidence(1, Console(quiet=True), rows=3_000)}
        goals = tomllib.loads(GOALS.read_text())["bench"]
        for name in ("auc_interval_faster", "evidence_per_prediction"):
            assert name in goals
            assert found[name].value > 0
            assert found[name].against

    def test_every_kind_that_rows_decide_is_there(self):
        """A contract with a clause of each kind."""
        assert {one["kind"] for one in CLAUSES} == set(KINDS) - set(KINDS_MEASURED)


class TestTheBootstrap:
    """What the interval is measured against."""

    def test_estimates_the_same(self):
        """Drawn once each, clusters give the interval's own estimate; drawn at random, its error."""
        rng = np.random.default_rng(1)
        labels = (rng.random(2_000) < 0.4).astype(float)
        said = tuple((labels + rng.normal(0, spread, 2_000)).round(1) / 20 + 0.5 for spread in (1.0, 1.2))
        clusters = rng.integers(0, 100, 2_000)
        members = [np.flatnonzero(clusters == one) for one in range(100)]
        ours = paired(AUC, labels, Answers(said[1]), Answers(said[0]), clusters)

        class Each:
            def integers(self, low: int, high: int, size: int) -> np.ndarray:
                return np.arange(low, high)[:size]

        assert _resampled_lead(labels, said, members, Each()) == pytest.approx(ours.estimate)
        leads = [_resampled_lead(labels, said, members, rng) for _ in range(300)]
        assert np.std(leads) == pytest.approx(ours.standard_error, rel=0.15)
