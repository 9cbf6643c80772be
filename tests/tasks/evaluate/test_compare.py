"""Three models on the same rows: equal ones are equal, better is positive, the order of rows is nothing."""

import numpy as np
import pandas as pd
import pytest
from data_factories import answers, contender, declared, small_params
from factories import small_frame
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.decide.contract import judge
from tasks.evaluate.answers import NO_ALARM, Answers, Costs
from tasks.evaluate.clauses import clause_evidence
from tasks.evaluate.compare import alarms, calibration, metric_evidence, naive, slice_evidence
from tasks.evaluate.comparison import Comparison
from tasks.evaluate.findings import Evidence
from tasks.evaluate.metrics import AUC, LOG_LOSS, METRICS, VALUE, shown
from tasks.evaluate.step import compare
from tasks.objectives import BINARY
from tasks.params import EvaluateParams

PARAMS = small_params()
CONTRACT = PARAMS.contract
COSTS = Costs(10, -4, 0, 0)


def holdout(seed: int = 0, rows: int = 400) -> pd.DataFrame:
    """A month as `prepare` leaves a holdout: every row labelled."""
    frame = small_frame("2024-02", seed, rows=rows)
    kept = frame[frame["label"].notna()].reset_index(drop=True)
    return kept.astype({"label": "int8"})


def good(labels: np.ndarray, seed: int, skill: float) -> list[float]:
    """Probabilities that know the labels by `skill` log odds, beside noise."""
    noise = np.random.default_rng(seed).normal(0, 1, len(labels))
    return list(1 / (1 + np.exp(-(skill * (2 * labels - 1) + noise))))


def seen(
    champion: list[float] | None,
    challenger: list[float],
    rows: pd.DataFrame,
    columns: dict[str, pd.Series] | None = None,
    settings: EvaluateParams = PARAMS.evaluate,
) -> Comparison:
    labels = rows["label"].to_numpy(dtype="float64")
    return Comparison(
        labels=labels,
        clusters=pd.factorize(rows["day"], sort=True)[0].astype(np.int64),
        costs=COSTS,
        challenger=answers(challenger),
        champion=None if champion is None else answers(champion),
        baseline=naive(float(labels.mean()), len(labels), COSTS),
        columns={} if columns is None else columns,
        settings=settings,
    )


def evidence(champion_skill: float | None, challenger_skill: float) -> Evidence:
    rows = holdout()
    labels = rows["label"].to_numpy()
    champion = None if champion_skill is None else contender("champion", good(labels, 1, champion_skill))
    return compare(
        rows, contender("challenger", good(labels, 2, challenger_skill)), champion, PARAMS, ("2024-02",)
    )


class TestEqualModels:
    """A challenger that says what the champion says has not beaten it."""

    def test_no_clause_against_the_champion_passes(self):
        """The paired difference is exactly zero, which is above no margin: undecided."""
        rows = holdout()
        says = good(rows["label"].to_numpy(), 1, 2.0)
        found = compare(rows, contender("a", says), contender("b", says), PARAMS, ("2024-02",))
        clause = next(one for one in CONTRACT.clauses if one.kind == "beats_champion")
        told = found.clauses[clause.name]
        assert told.parts[0].interval.estimate == 0.0
        assert judge(clause, CONTRACT, told).verdict == "undecided"
        assert found.metrics["log_loss"].challenger == found.metrics["log_loss"].champion


class TestSign:
    """Every advantage is positive when the challenger is better, whatever the metric's direction."""

    @pytest.mark.parametrize("name", sorted(BINARY.shown))
    def test_better_is_positive(self, name):
        """A challenger that knows more leads in every metric, and trails in every one when it knows less."""
        ahead = evidence(0.5, 3.0).metrics[name]
        behind = evidence(3.0, 0.5).metrics[name]
        assert ahead.challenger_over_champion.low > 0
        assert behind.challenger_over_champion.high < 0
        assert ahead.challenger_over_baseline.estimate > 0
        better = ahead.challenger > ahead.champion
        assert better is METRICS[name].bigger_is_better

    @pytest.mark.parametrize("metric", ["log_loss", "auc", "value"])
    def test_the_lead_is_the_difference(self, metric):
        """The advantage's estimate is the difference of the two metrics, in its direction."""
        found = evidence(1.0, 2.0).metrics[metric]
        sign = 1 if found.bigger_is_better else -1
        difference = sign * (found.challenger - found.champion)
        assert found.challenger_over_champion.estimate == pytest.approx(difference)

    def test_a_ceiling_on_a_loss_is_a_floor_under_its_negative(self):
        """A log loss surely below the threshold passes, and one surely above fails."""
        rows = holdout()
        labels = rows["label"].to_numpy()
        compared = seen(None, good(labels, 1, 1.0), rows)
        loss = float(LOG_LOSS.rows(compared.labels, compared.challenger, None).mean())
        for threshold, verdict in ((loss * 2, "pass"), (loss / 2, "fail"), (loss, "undecided")):
            clause = declared(kind="floor", metric="log_loss", threshold=threshold)
            told = clause_evidence(clause, CONTRACT, compared)
            assert told.parts[0].interval.low <= -loss <= told.parts[0].interval.high
            assert judge(clause, CONTRACT, told).verdict == verdict


class TestTheIncumbent:
    """Who has to be beaten."""

    def test_without_a_champion_it_is_the_base_rate(self):
        """The beats_champion clause compares with the base rate, and says so."""
        found = evidence(None, 2.0)
        clause = next(one for one in CONTRACT.clauses if one.kind == "beats_champion")
        told = found.clauses[clause.name]
        assert told.against == "the base rate (there is no champion yet)"
        assert told.parts == found.clauses["beats-base-rate"].parts
        assert found.incumbent == "base rate"
        assert found.champion is None
        assert found.metrics["log_loss"].challenger_over_champion is None

    def test_the_level_is_divided_by_the_looks(self):
        """With three looks allowed, each interval is at a third of the clause's level."""
        rows = holdout()
        compared = seen(None, good(rows["label"].to_numpy(), 1, 2.0), rows)
        contract = CONTRACT.model_copy(update={"looks_per_holdout": 3})
        one = clause_evidence(CONTRACT.clauses[0], CONTRACT, compared).parts[0].interval
        third = clause_evidence(contract.clauses[0], contract, compared).parts[0].interval
        assert third.level == pytest.approx(one.level / 3)
        assert third.low < one.low

    @pytest.mark.parametrize(
        ("rate", "costs", "threshold"),
        [(0.5, COSTS, 0.0), (0.1, COSTS, NO_ALARM), (0.5, Costs(1, -1, 0, 0), NO_ALARM)],
    )
    def test_the_baseline_alarms_for_all_or_none(self, rate, costs, threshold):
        """The naive baseline warns everybody only where that pays more than warning nobody."""
        told = naive(rate, 3, costs)
        assert told.threshold == threshold
        assert told.probabilities.tolist() == [rate] * 3


class TestOrder:
    """Rows in another order are the same evidence."""

    @settings(max_examples=5)
    @given(st.integers(0, 2**32 - 1))
    def test_permuted_rows(self, seed):
        """All estimates and bounds agree to rounding, and everything counted or named exactly."""
        rows = holdout()
        labels = rows["label"].to_numpy()
        says = {name: np.array(good(labels, n, 1.5)) for n, name in enumerate(("challenger", "champion"))}
        order = np.random.default_rng(seed).permutation(len(rows))

        def of(index: np.ndarray) -> Evidence:
            models = {name: contender(name, list(told[index])) for name, told in says.items()}
            return compare(rows.iloc[index], models["challenger"], models["champion"], PARAMS, ("2024-02",))

        first, second = of(np.arange(len(rows))), of(order)
        expected, found = flattened(first.model_dump()), flattened(second.model_dump())
        numbers = [name for name, value in expected.items() if isinstance(value, float)]
        assert [found.pop(name) for name in numbers] == pytest.approx(
            [expected.pop(name) for name in numbers], rel=1e-7, abs=1e-10
        )
        assert found == expected


def flattened(document: object, path: str = "") -> dict[str, object]:
    """A document's leaves by their path."""
    if isinstance(document, dict):
        parts = {f"{path}.{key}": value for key, value in document.items()}
    elif isinstance(document, list | tuple):
        parts = {f"{path}[{n}]": value for n, value in enumerate(document)}
    else:
        return {path: document}
    return {key: leaf for name, value in parts.items() for key, leaf in flattened(value, name).items()}


class TestSlices:
    """Every row is in one slice of a column; what has too few rows or clusters is pooled by name."""

    def slices(self, values: list[object], clusters: list[int], rows: int = 3, groups: int = 2):
        """The slices of a column with these values, on rows of these clusters."""
        frame = pd.DataFrame({"label": [0, 1] * (len(values) // 2), "day": clusters})
        support = PARAMS.evaluate.model_copy(update={"min_slice_rows": rows, "min_slice_clusters": groups})
        better = [0.4, 0.6] * (len(values) // 2)
        compared = seen([0.5] * len(values), better, frame, {"kind": pd.Series(values)}, support)
        return list(slice_evidence("kind", compared))

    def test_rare_values_are_pooled(self):
        """Widest support first, then the rest, whose values are named."""
        found = self.slices(["b"] * 4 + ["a"] * 6 + ["c", "d"], [0, 1] * 6)
        assert [(one.value, one.rows, one.pooled) for one in found] == [
            ("a", 6, ()),
            ("b", 4, ()),
            ("rest", 2, ("c", "d")),
        ]

    def test_one_cluster_is_too_few(self):
        """A value with rows enough but on one day only is pooled."""
        found = self.slices(["a"] * 6 + ["b"] * 6, [0, 1, 2] * 2 + [5] * 6)
        assert [(one.value, one.pooled) for one in found] == [("a", ()), ("rest", ("b",))]

    @pytest.mark.parametrize("values", [[1.0, None] * 6, [True, None] * 6, ["x", None] * 6])
    def test_missing_is_a_value(self, values):
        """Rows without a value are a slice of their own, in columns of every type."""
        found = self.slices(values, [0, 0, 1, 1] * 3)
        assert [one.rows for one in found] == [6, 6]
        assert "(missing)" in {one.value for one in found}

    @settings(max_examples=15)
    @given(st.lists(st.sampled_from("abcd"), min_size=2, max_size=40), st.integers(1, 10), st.integers(2, 5))
    def test_nothing_is_lost(self, values, rows, groups):
        """Rows and positives of the slices add up to those of the holdout."""
        values += values[: len(values) % 2]
        found = self.slices(list(values), [n % 7 for n in range(len(values))], rows, groups)
        assert sum(one.rows for one in found) == len(values)
        assert sum(one.positives for one in found) == len(values) // 2


class TestAlarms:
    """A champion below the naive baseline is said loudly, in log loss and in value."""

    def of(self, champion: list[float] | None, rows: pd.DataFrame, threshold: float = 0.5) -> tuple[str, ...]:
        """What is said of a champion with these probabilities."""
        compared = seen(champion, good(rows["label"].to_numpy(), 1, 2.0), rows)
        if champion is not None:
            compared = Comparison(**{**vars(compared), "champion": Answers(np.array(champion), threshold)})
        told = {name: metric_evidence(metric, compared) for name, metric in shown(BINARY).items()}
        return alarms(told, "EUR")

    def test_a_good_champion_is_quiet(self):
        """Nothing is said of a champion that is better than the base rate."""
        rows = holdout()
        assert self.of(good(rows["label"].to_numpy(), 3, 2.0), rows) == ()

    def test_no_champion_no_alarm(self):
        """Where there is no champion there is nothing to be alarmed about."""
        assert self.of(None, holdout()) == ()

    def test_a_champion_that_is_surely_worse(self):
        """A champion that says the opposite is below the base rate in both, surely."""
        rows = holdout()
        told = self.of(good(1 - rows["label"].to_numpy(), 3, 2.0), rows)
        assert len(told) == 2
        assert told[0].startswith("THE CHAMPION IS BELOW THE NAIVE BASELINE IN LOG LOSS (surely): ")
        assert told[1].startswith("THE CHAMPION IS BELOW THE NAIVE BASELINE IN VALUE (surely): ")

    def test_worse_in_value_alone(self):
        """A champion that never warns loses money though its probabilities are good."""
        rows = holdout()
        told = self.of(good(rows["label"].to_numpy(), 3, 2.0), rows, threshold=NO_ALARM)
        assert len(told) == 1
        assert "IN VALUE" in told[0]

    def test_unsure_is_said_as_such(self):
        """A hair below the base rate, within its noise, is 'on these rows'."""
        rows = holdout()
        labels = rows["label"].to_numpy(dtype="float64")
        noise = np.random.default_rng(5).normal(0, 0.05, len(labels))
        told = self.of(list(np.clip(labels.mean() + noise - 0.01, 0.01, 0.99)), rows)
        assert told
        assert "(on these rows)" in told[0]


class TestCalibration:
    """Reliability of both models, or of the challenger alone."""

    def test_rows_are_all_in_bins(self):
        """Each model's bins hold every row once, from the lowest prediction to the highest."""
        rows = holdout()
        labels = rows["label"].to_numpy()
        bins = calibration(seen(good(labels, 1, 1.0), good(labels, 2, 1.0), rows))
        for name in ("challenger", "champion"):
            assert sum(one.rows for one in bins[name]) == len(rows)
            predicted = [one.predicted for one in bins[name]]
            assert predicted == sorted(predicted)
        assert set(calibration(seen(None, good(labels, 2, 1.0), rows))) == {"challenger"}


class TestOneClass:
    """Where a metric does not exist there is no interval, and no clause passes on it."""

    def test_auc_without_positives(self):
        """A holdout in which nothing happened has no AUC: the clause is undecided, and says why."""
        rows = holdout().assign(label=np.int8(0))
        found = compare(rows, contender("a", [0.2] * len(rows)), None, PARAMS, ("2024-02",))
        clause = next(one for one in CONTRACT.clauses if one.metric == AUC.name)
        verdict = judge(clause, CONTRACT, found.clauses[clause.name])
        assert verdict.verdict == "undecided"
        assert "AUC needs both classes" in verdict.words
        assert found.metrics[VALUE.name].challenger is not None
