"""A plan from labels alone: its formula, what it refuses, and that it promises what samples keep."""

import numpy as np
import pytest
from data_factories import small_params
from scipy.special import expit

from tasks.errors import Refused
from tasks.evaluate.binary import log_loss_rows
from tasks.evaluate.evidence import clustered_mean
from tasks.plan.assumed import DIFFER, Traffic, assume, foreseen, lead_error

CONTRACT = small_params().contract
DAYS, SAMPLES = 30, 200


def month(draw: np.random.Generator, months: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels, the champion's log odds and days: rows of a day share a shock that no model sees."""
    sizes = draw.integers(10, 40, months * DAYS)
    days = np.repeat(np.arange(len(sizes)), sizes)
    champion = -1 + 0.5 * draw.normal(size=len(days))
    odds = champion + 0.8 * draw.normal(size=len(sizes))[days]
    return (draw.random(len(days)) < expit(odds)).astype(float), champion, days


def traffic(months: int = 6, seed: int = 1) -> Traffic:
    """Months of labels."""
    labels, _, days = month(np.random.default_rng(seed), months)
    return Traffic(tuple(f"2024-{n + 1:02d}" for n in range(months)), labels, days)


def power(lead: float, months: int, signs: str) -> float:
    """How often samples of so many months show a lead of this size, of models that differ by DIFFER.

    They differ in one direction everywhere, or row by row in either. The margin is what the true lead
    leaves beyond `lead`.
    """
    draw = np.random.default_rng(7)

    def leads(labels: np.ndarray, champion: np.ndarray) -> np.ndarray:
        sign = 1.0 if signs == "one" else draw.choice([-1.0, 1.0], len(labels))
        challenger = champion + DIFFER * sign
        return log_loss_rows(labels, expit(champion)) - log_loss_rows(labels, expit(challenger))

    labels, champion, _ = month(draw, 2_000)
    margin = leads(labels, champion).mean() - lead
    shown = 0
    for _ in range(SAMPLES):
        labels, champion, days = month(draw, months)
        low = clustered_mean(leads(labels, champion), days).low
        shown += low is not None and low > margin
    return shown / SAMPLES


class TestPower:
    """What a plan promises, kept by samples that are judged as decisions are."""

    def test_models_that_differ_in_level_show_it_as_often_as_declared(self):
        """All of a day's rows move together: 80%, to within what 200 samples and the guess allow."""
        (clause,) = foreseen(traffic(), CONTRACT, "small").clauses
        (found,) = [one for one in clause.detectable if one.batches == 2]
        assert 0.72 < power(found.lead, 2, "one") < 0.9

    def test_models_that_differ_in_either_direction_show_it_more_often(self):
        """Their leads are hardly alike within a day: the guess is an upper one."""
        (clause,) = foreseen(traffic(), CONTRACT, "small").clauses
        (found,) = [one for one in clause.detectable if one.batches == 2]
        assert power(found.lead, 2, "either") > 0.95

    def test_half_of_that_lead_is_not_promised(self):
        """A lead half as large is seen in less than half of the samples: the test above can fail."""
        (clause,) = foreseen(traffic(), CONTRACT, "small").clauses
        (found,) = [one for one in clause.detectable if one.batches == 2]
        assert power(found.lead / 2, 2, "one") < 0.5


class TestLeadError:
    """The formula."""

    def test_by_hand(self):
        """4 clusters of 2 rows, 2 of 8 labels are 1, in one cluster: correlation 1, so 4 draws of 25%."""
        assumed = assume(Traffic(("a",), np.array([1.0, 1, 0, 0, 0, 0, 0, 0]), np.arange(8) // 2), 0.4)
        assert (assumed.correlation, assumed.design_effect) == pytest.approx((1, 2))
        assert lead_error(assumed) == pytest.approx(0.4 * (0.25 * 0.75 / 4) ** 0.5)

    def test_grows_with_the_guess(self):
        """Twice the difference is twice the error, and four times the batches for one gain."""
        plans = (foreseen(traffic(), CONTRACT, "s", (0.005,), differ) for differ in (0.3, 0.6))
        once, twice = (plan.clauses[0] for plan in plans)
        assert twice.standard_error == pytest.approx(2 * once.standard_error)
        assert twice.gains[0].batches == pytest.approx(4 * once.gains[0].batches, rel=0.1)


class TestForeseen:
    """What is told, and what is left to the first decision."""

    def test_only_leads_over_the_champion_in_log_loss(self):
        """The base rate's clause is named as told later; a floor has no lead and is in neither list."""
        plan = foreseen(traffic(), CONTRACT, "small")
        assert [one.clause for one in plan.clauses] == ["beats-champion"]
        assert [one.clause for one in plan.later] == ["beats-base-rate"]
        assert (plan.decision, plan.assumed.differ, plan.assumed.periods[-1]) == (None, DIFFER, "2024-06")

    def test_shares_are_of_the_base_rates_loss(self):
        """It is the entropy of the share of label 1, which the labels tell."""
        plan = foreseen(traffic(), CONTRACT, "small", (0.01,))
        rate = traffic().labels.mean()
        entropy = -rate * np.log(rate) - (1 - rate) * np.log(1 - rate)
        assert plan.assumed.base_loss == pytest.approx(entropy)
        assert plan.clauses[0].gains[0].lead == pytest.approx(0.01 * entropy)
        first = plan.clauses[0].detectable[0]
        assert first.share == pytest.approx(first.lead / entropy)

    def test_batches_that_show_a_gain_show_it(self):
        """Fewer batches of those that are told show only larger leads, more of them smaller ones."""
        plan = foreseen(traffic(), CONTRACT, "small", (0.02,)).clauses[0]
        batches = plan.gains[0].batches
        leads = {one.batches: one.lead for one in plan.detectable}
        assert leads[12] < leads[6] < leads[1]
        assert 1 < batches < 12
        assert min(lead for n, lead in leads.items() if n < batches) > plan.gains[0].lead
        assert max(lead for n, lead in leads.items() if n >= batches) <= plan.gains[0].lead

    @pytest.mark.parametrize(
        ("labels", "clusters", "found"),
        [
            ([], [], "0 labelled rows in 0 clusters"),
            ([0.0] * 9, list(range(9)), "9 labelled rows in 9 clusters, of which 0%"),
            ([1.0] * 9, list(range(9)), "9 labelled rows in 9 clusters, of which 100%"),
            ([1.0, 0.0], [5, 5], "2 labelled rows in 1 clusters, of which 50%"),
        ],
    )
    def test_labels_that_tell_nothing(self, labels, clusters, found):
        """No rows, one label only or one cluster only: one line says so."""
        with pytest.raises(Refused, match=found):
            foreseen(Traffic(("a",), np.array(labels), np.array(clusters, int)), CONTRACT, "small")
