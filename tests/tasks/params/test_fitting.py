"""What the objective has no use for, or lacks, is refused in one line before anything runs."""

from copy import deepcopy
from typing import Any

import pytest
import yaml
from class_factories import CLASS_PARAMS, CLASSES, NUMBERED_PARAMS
from factories import PARAMS
from number_factories import NUMBER_PARAMS, QUANTILE_PARAMS

from tasks.errors import BadInput
from tasks.objectives import OBJECTIVES
from tasks.params import Params, parse_params

COSTS = {
    "currency": "EUR",
    "true_positive": 1,
    "false_positive": 0,
    "false_negative": 0,
    "true_negative": 0,
}
ASKED = {"name": "c", "owner": "o", "reason": "r"}


def refused(params: str, path: str, value: Any) -> str:
    """The one line that the settings get with `value` at `path` (None: without it)."""
    document = deepcopy(yaml.safe_load(params))
    *parents, last = path.split(".")
    inner = document
    for part in parents:
        inner = inner[part]
    if value is None:
        del inner[last]
    else:
        inner[last] = value
    with pytest.raises(BadInput) as caught:
        parse_params(yaml.safe_dump(document))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def with_clause(params: str, **settings: Any) -> tuple[str, Any]:
    """`contract.clauses` with one more."""
    return "contract.clauses", [*yaml.safe_load(params)["contract"]["clauses"], {**ASKED, **settings}]


class TestRegression:
    """A regression's settings."""

    def test_are_read(self):
        """Without costs, with metrics of numbers; there is no currency."""
        params = parse_params(NUMBER_PARAMS)
        assert params.train.objective == "regression"
        assert (params.evaluate.costs, params.evaluate.currency) == (None, "")

    def test_have_no_costs(self):
        """Nothing raises an alarm that could cost."""
        told = refused(NUMBER_PARAMS, "evaluate.costs", COSTS)
        assert "evaluate.costs say what alarms are worth, and a regression raises none" in told

    def test_say_nothing_of_probabilities(self):
        """To calibrate them has no meaning here; no setting does nothing."""
        told = refused(NUMBER_PARAMS, "train.calibrate", value=True)
        assert "train.calibrate is about probabilities, and a regression tells none" in told

    def test_may_ask_for_intervals(self):
        """There are none unless a coverage is set; a clause about them needs one, and then is read."""
        assert parse_params(NUMBER_PARAMS).train.coverage is None
        path, clauses = with_clause(NUMBER_PARAMS, kind="coverage", threshold=0.7)
        told = refused(NUMBER_PARAMS, path, clauses)
        assert "clause c asks about sets of possible labels: set train.coverage, found null" in told
        document = yaml.safe_load(NUMBER_PARAMS)
        document["train"]["coverage"] = 0.8
        document["contract"]["clauses"] = clauses
        assert parse_params(yaml.safe_dump(document)).train.coverage == 0.8

    @pytest.mark.parametrize("wrong", [0, 1, -0.1, "most"])
    def test_cover_a_share(self, wrong):
        """All, nothing and no number are refused."""
        assert "train.coverage: Input should be" in refused(NUMBER_PARAMS, "train.coverage", wrong)

    def test_label_a_number(self):
        """A label that is declared as text is no number."""
        told = refused(NUMBER_PARAMS, "validate.columns.label", {"type": "string"})
        assert "label is the label of a regression but declared as string: expected a number" in told

    @pytest.mark.parametrize("metric", ["log_loss", "brier", "auc", "value", "precision", "recall"])
    def test_are_not_judged_by_metrics_of_probabilities(self, metric):
        """Each is refused by name, with those that there are."""
        told = refused(NUMBER_PARAMS, *with_clause(NUMBER_PARAMS, kind="beats_champion", metric=metric))
        assert f"clause c: {metric} is no metric of a regression model" in told
        assert "its metrics: mae, mse, rmse" in told

    @pytest.mark.parametrize(
        ("kind", "settings"),
        [
            ("fairness", {"measure": "selection_rate", "column": "colour", "margin": 0.1}),
            ("calibration", {"margin": 0.1}),
            ("churn", {"threshold": 0.1}),
            ("abstention", {"risk": 0.1, "answered": 0.5}),
            ("net_value", {"horizon_rows": 10}),
        ],
    )
    def test_have_no_clauses_of_alarms(self, kind, settings):
        """Kinds that need labels 0 and 1 are refused by name."""
        told = refused(NUMBER_PARAMS, *with_clause(NUMBER_PARAMS, kind=kind, **settings))
        assert f"clause c: {kind} is no kind for a regression model (train.objective); its kinds: " in told

    @pytest.mark.parametrize("metric", ["mae", "mse"])
    def test_may_be_judged_by_slice(self, metric):
        """A slice is judged by a metric that is a mean of the slice's own rows."""
        document = yaml.safe_load(NUMBER_PARAMS)
        clause = {**ASKED, "kind": "slice", "metric": metric, "column": "colour", "margin": 1.0}
        document["contract"]["clauses"].append(clause)
        assert parse_params(yaml.safe_dump(document)).contract.clauses[3].kind == "slice"

    def test_are_not_judged_by_the_root_of_a_slice(self):
        """RMSE is no mean of a row's numbers: of a slice it is refused, as AUC is."""
        settings = {"kind": "slice", "metric": "rmse", "column": "colour", "margin": 1.0}
        told = refused(NUMBER_PARAMS, *with_clause(NUMBER_PARAMS, **settings))
        assert "contract.clauses.3.metric: Input should be 'log_loss'" in told


class TestQuantile:
    """A quantile's settings."""

    def test_are_read(self):
        """With the share that shall not exceed the answer, and the metric of a quantile."""
        params = parse_params(QUANTILE_PARAMS)
        assert (params.train.objective, params.train.alpha, params.train.coverage) == ("quantile", 0.8, None)

    def test_say_which(self):
        """Without `alpha` no quantile is meant."""
        told = refused(QUANTILE_PARAMS, "train.alpha", None)
        assert (
            "train.alpha: a quantile needs it: the share of labels that shall not exceed the answer" in told
        )

    @pytest.mark.parametrize("wrong", [0, 1, -0.5, 90, float("nan"), "most"])
    def test_say_a_share(self, wrong):
        """Nothing, all, a percentage and no number are refused."""
        assert "train.alpha: Input should be" in refused(QUANTILE_PARAMS, "train.alpha", wrong)

    @pytest.mark.parametrize(("params", "name"), [(PARAMS, "binary"), (NUMBER_PARAMS, "regression")])
    def test_only_a_quantile_says_which(self, params, name):
        """No setting does nothing."""
        told = refused(params, "train.alpha", 0.9)
        assert (
            f"train.alpha says which quantile is meant, and train.objective is {name}: leave it out" in told
        )

    def test_have_no_possible_labels(self):
        """Neither an interval around the answer, nor a clause about it."""
        told = refused(QUANTILE_PARAMS, "train.coverage", 0.9)
        assert "train.coverage is about sets or intervals of possible labels, and a quantile has none" in told
        told = refused(QUANTILE_PARAMS, *with_clause(QUANTILE_PARAMS, kind="coverage", threshold=0.9))
        assert "clause c: coverage is no kind for a quantile model" in told

    def test_have_no_linear_baseline(self):
        """Least squares fit a mean, which is no quantile: to beat it would say nothing."""
        settings = {"kind": "beats_baseline", "metric": "pinball", "baseline": "linear"}
        told = refused(QUANTILE_PARAMS, *with_clause(QUANTILE_PARAMS, **settings))
        assert "clause c: there is no linear baseline of a quantile model: leave baseline out" in told

    @pytest.mark.parametrize("metric", ["rmse", "mae", "mse", "auc"])
    def test_are_judged_by_pinball_loss_alone(self, metric):
        """A quantile is not meant to be near the label."""
        told = refused(QUANTILE_PARAMS, *with_clause(QUANTILE_PARAMS, kind="beats_champion", metric=metric))
        assert f"clause c: {metric} is no metric of a quantile model" in told
        assert "its metrics: pinball" in told

    def test_may_be_judged_by_slice(self):
        """Pinball loss is a mean of the slice's own rows."""
        document = yaml.safe_load(QUANTILE_PARAMS)
        clause = {**ASKED, "kind": "slice", "metric": "pinball", "column": "colour", "margin": 1.0}
        document["contract"]["clauses"].append(clause)
        assert parse_params(yaml.safe_dump(document)).contract.clauses[3].metric == "pinball"


class TestRead:
    """Settings that another process reads from what this one wrote."""

    @pytest.mark.parametrize(
        "document", [PARAMS, NUMBER_PARAMS, QUANTILE_PARAMS, CLASS_PARAMS], ids=OBJECTIVES
    )
    def test_are_the_same(self, document):
        """Defaults are written as values, and no default is taken for a wish."""
        params = parse_params(document)
        assert Params.model_validate_json(params.model_dump_json(by_alias=True)) == params


class TestBinary:
    """The default's settings."""

    def test_need_costs(self):
        """Without them no threshold can be chosen."""
        assert "evaluate.costs: a binary model needs them" in refused(PARAMS, "evaluate.costs", None)

    @pytest.mark.parametrize("metric", ["rmse", "mae", "mse"])
    def test_are_not_judged_by_metrics_of_numbers(self, metric):
        """Each is refused by name."""
        told = refused(PARAMS, *with_clause(PARAMS, kind="floor", metric=metric, threshold=1.0))
        assert f"clause c: {metric} is no metric of a binary model" in told

    def test_an_unknown_objective(self):
        """It is named with those that there are."""
        assert "'binary', 'regression', 'quantile' or 'multiclass', found 'ranking'" in refused(
            PARAMS, "train.objective", "ranking"
        )


class TestMulticlass:
    """A multiclass model's settings."""

    @pytest.mark.parametrize(
        ("document", "classes"), [(CLASS_PARAMS, CLASSES), (NUMBERED_PARAMS, (10, 20, 30))]
    )
    def test_are_read(self, document, classes):
        """The classes are the label's values, text or whole numbers, in the declared order."""
        params = parse_params(document)
        assert params.classes == classes
        assert (params.evaluate.costs, params.train.coverage, params.train.calibrate) == (None, None, False)

    def test_another_objective_has_no_classes(self):
        """Values of another model's label are no classes."""
        assert parse_params(PARAMS).classes == ()

    def test_have_no_costs(self):
        """Nothing raises an alarm that could cost."""
        told = refused(CLASS_PARAMS, "evaluate.costs", COSTS)
        assert "evaluate.costs say what alarms are worth, and a multiclass raises none" in told

    def test_may_ask_for_calibrated_probabilities_and_sets(self):
        """Neither is there unless it is asked for; clauses about sets need a coverage, and then are read."""
        asked = [
            {"kind": "abstention", "risk": 0.2, "answered": 0.3, "name": "a"},
            {"kind": "coverage", "threshold": 0.7, "name": "b"},
            {"kind": "calibration", "margin": 0.1, "name": "e"},
        ]
        document = yaml.safe_load(CLASS_PARAMS)
        document["contract"]["clauses"] += [{**ASKED, **one} for one in asked]
        with pytest.raises(BadInput, match=r"clause a asks about sets .*: set train\.coverage"):
            parse_params(yaml.safe_dump(document))
        document["train"].update(calibrate=True, coverage=0.8)
        params = parse_params(yaml.safe_dump(document))
        assert (params.train.calibrate, params.train.coverage) == (True, 0.8)
        assert [one.kind for one in params.contract.clauses[3:]] == ["abstention", "coverage", "calibration"]

    @pytest.mark.parametrize("wrong", [0, 1, -0.1, 90, "most"])
    def test_cover_a_share(self, wrong):
        """All, nothing, a percentage and no number are refused."""
        assert "train.coverage: Input should be" in refused(CLASS_PARAMS, "train.coverage", wrong)

    @pytest.mark.parametrize("name", ["low or middle", "or", "either or", "or else"])
    def test_no_class_looks_like_several(self, name):
        """With sets a class whose name could be two is refused; without them it is a name like any other."""
        document = yaml.safe_load(CLASS_PARAMS)
        document["validate"]["columns"]["label"]["values"] = ["low", name, "high"]
        assert parse_params(yaml.safe_dump(document)).classes == ("low", name, "high")
        told = refused(yaml.safe_dump(document), "train.coverage", 0.8)
        assert f"label.values: {name!r} cannot be told from several possible labels" in told

    def test_a_class_may_have_the_letters_of_the_word_between(self):
        """Only the word itself parts possible labels."""
        document = yaml.safe_load(CLASS_PARAMS)
        document["validate"]["columns"]["label"]["values"] = ["minor", "ordinary", "corporal"]
        document["train"]["coverage"] = 0.8
        assert parse_params(yaml.safe_dump(document)).classes == ("minor", "ordinary", "corporal")

    @pytest.mark.parametrize(
        ("label", "said"),
        [
            ({"type": "string"}, "expected the 3 to 50 classes of a multiclass label, found 0"),
            ({"type": "string", "values": ["a", "b"]}, "expected the 3 to 50 classes of a multiclass label"),
            ({"type": "integer", "values": list(range(51))}, "multiclass label, found 51"),
            ({"type": "string", "values": ["a", "b", "a"]}, "each class is named once, found a, b, a"),
            ({"type": "string", "values": ["a", "b", " "]}, "of 1 to 64 characters, found ' '"),
            ({"type": "string", "values": ["a", "b", "c\nd"]}, "of 1 to 64 characters, found 'c\\nd'"),
            ({"type": "string", "values": ["a", "b", "c" * 65]}, "is printable and of 1 to 64 characters"),
            ({"type": "number"}, "declared as number: expected a string or an integer"),
            ({"type": "string", "values": ["a", "b", 3]}, "values of a column of type string: expected text"),
            (
                {"type": "integer", "values": [1, 2, "3"]},
                "values of a column of type integer: expected whole numbers",
            ),
            ({"type": "string", "values": ["yes", "no", True]}, "expected text (in quotes, if it is"),
            ({"type": "number", "values": [1, 2, 3]}, "only a string or integer column has them"),
        ],
    )
    def test_name_their_classes(self, label, said):
        """What is no list of three or more different names gets one line that says so."""
        assert said in refused(CLASS_PARAMS, "validate.columns.label", label)

    @pytest.mark.parametrize("metric", ["auc", "precision", "recall", "rmse", "mae", "mse"])
    def test_are_not_judged_by_metrics_of_others(self, metric):
        """Each is refused by name, with those that there are."""
        told = refused(CLASS_PARAMS, *with_clause(CLASS_PARAMS, kind="beats_champion", metric=metric))
        assert f"clause c: {metric} is no metric of a multiclass model" in told
        assert "its metrics: accuracy, brier, log_loss, value" in told

    def test_have_no_linear_baseline(self):
        """It is made for one answer, and is refused rather than trained on the places of classes."""
        clause = {"kind": "beats_baseline", "metric": "log_loss", "baseline": "linear"}
        told = refused(CLASS_PARAMS, *with_clause(CLASS_PARAMS, **clause))
        assert "clause c: there is no linear baseline of a multiclass model: leave baseline out" in told

    @pytest.mark.parametrize("document", [PARAMS, NUMBER_PARAMS], ids=["binary", "regression"])
    def test_others_are_not_judged_by_accuracy(self, document):
        """It is a metric of classes: alarms are judged by what they are worth, or by precision and recall."""
        told = refused(document, *with_clause(document, kind="floor", metric="accuracy", threshold=0.5))
        assert "clause c: accuracy is no metric of a" in told

    @pytest.mark.parametrize("metric", ["log_loss", "brier", "accuracy"])
    def test_may_be_judged_by_slice(self, metric):
        """Each metric is a mean of the slice's own rows."""
        document = yaml.safe_load(CLASS_PARAMS)
        clause = {**ASKED, "kind": "slice", "metric": metric, "column": "colour", "margin": 0.1}
        document["contract"]["clauses"].append(clause)
        assert parse_params(yaml.safe_dump(document)).contract.clauses[3].kind == "slice"


class TestPrecision:
    """A naive baseline raises no alarm where labels are rare, and then has none."""

    def test_of_the_naive_baseline_is_nothing_to_beat(self):
        """One line says so and what to ask instead; it would be undecided for ever."""
        told = refused(PARAMS, *with_clause(PARAMS, kind="beats_baseline", metric="precision"))
        assert "clause c: a naive baseline that raises no alarm has no precision to beat" in told
        assert "precision in a floor" in told

    @pytest.mark.parametrize(
        "settings",
        [
            {"kind": "beats_baseline", "metric": "precision", "baseline": "linear"},
            {"kind": "beats_baseline", "metric": "recall"},
            {"kind": "beats_champion", "metric": "precision"},
            {"kind": "floor", "metric": "precision", "threshold": 0.5},
        ],
    )
    def test_of_models_may_be_asked_for(self, settings):
        """Of the linear baseline and the champion; the recall of no alarms is 0, and can be beaten."""
        document = yaml.safe_load(PARAMS)
        document["contract"]["clauses"].append({**ASKED, **settings})
        assert parse_params(yaml.safe_dump(document)).contract.clauses[-1].kind == settings["kind"]
