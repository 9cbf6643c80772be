"""params.yaml: what is wrong is named, one line each; the hash is over what can change an output."""

import reprlib
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from factories import PARAMS
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.errors import BadInput, Leak
from tasks.params import Params, parse_params, read_params
from tasks.params.contract import KINDS

ROOT = Path(__file__).parents[2]


GOOD = yaml.safe_load(PARAMS)


def changed(path: str, value: Any) -> str:
    """The small folder's params with the setting at `path` (dots, indices) set to `value`."""
    document = deepcopy(GOOD)
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    inner = document
    for part in parents:
        inner = inner[part]
    inner[last] = value
    return yaml.safe_dump(document)


def without(path: str) -> str:
    """The small folder's params without the setting at `path`."""
    document = deepcopy(GOOD)
    *parents, last = path.split(".")
    inner = document
    for part in parents:
        inner = inner[part]
    del inner[last]
    return yaml.safe_dump(document)


def complaint(text: str) -> str:
    """The message that `text` gets; it has to get one."""
    with pytest.raises(BadInput) as caught:
        parse_params(text)
    return str(caught.value)


class TestGood:
    """Settings that are what they have to be."""

    def test_of_the_example_and_of_the_tests(self) -> None:
        """The repository's own params.yaml and the small folder's are read."""
        assert read_params(ROOT / "params.yaml").model == "flights"
        assert parse_params(PARAMS).prepare.features == ("x", "z", "colour")

    def test_are_frozen(self) -> None:
        """Nobody changes a setting after it was read."""
        with pytest.raises(ValueError, match="frozen"):
            parse_params(PARAMS).train.seed = 8  # type: ignore[misc]

    def test_may_say_an_integer_where_a_number_is_due(self) -> None:
        """`margin: 1` is a number; `seed: 1.0` is no integer."""
        assert parse_params(changed("contract.clauses.0.margin", 1)).contract.clauses[0].margin == 1.0
        assert "train.seed: " in complaint(changed("train.seed", 1.0))

    def test_may_use_anchors(self) -> None:
        """A list that is written once and named twice is that list twice."""
        text = PARAMS.replace("slices: [colour]", "slices: &these [colour]")
        text = text.replace("categorical: [colour]", "categorical: [colour]\n      numeric: *none")
        text = text.replace("      numeric: [x, z]\n", "").replace("*none", "[x, z]")
        assert parse_params(text).prepare.slices == ("colour",)

    def test_name_the_store_that_the_environment_names(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """`EVERGREEN_STORE` wins over the folder's own."""
        monkeypatch.delenv("EVERGREEN_STORE", raising=False)
        assert parse_params(PARAMS).store_url == "store"
        monkeypatch.setenv("EVERGREEN_STORE", "s3://bucket")
        assert parse_params(PARAMS).store_url == "s3://bucket"


WRONG: list[tuple[str, Any, str]] = [
    ("model", "Small Model", "model: String should match pattern"),
    ("model", "../../etc", "model: String should match pattern"),
    ("model", 7, "model: Input should be a valid string, found 7"),
    ("store", "s3://x", "store: Input should be a valid dictionary"),
    ("store.url", None, "store.url: Input should be a valid string"),
    ("intake", [], "intake: Input should be a valid dictionary"),
    ("intake.period", "week", "intake.period: Input should be 'day' or 'month', found 'week'"),
    ("intake.timezone", "Nowhere/Nope", "intake.timezone: expected a time zone like Europe/Berlin"),
    ("intake.timezone", "America", "intake.timezone: expected a time zone like Europe/Berlin"),
    ("intake.timezone", "../../etc/passwd", "intake.timezone: expected a time zone like Europe/Berlin"),
    ("intake.max_bytes", 0, "intake.max_bytes: Input should be greater than 0, found 0"),
    ("intake.max_bytes", "1 GB", "intake.max_bytes: Input should be a valid integer, found '1 GB'"),
    ("validate.rows.min", True, "validate.rows.min: Input should be a valid integer, found True"),
    ("validate.rows", {"min": 10, "max": 9}, "validate.rows: min 10 is above max 9"),
    ("validate.columns.x.min", 99, "validate.columns.x: min 99 is above max 10"),
    ("validate.columns.x.min", float("nan"), "validate.columns.x.min: Input should be a finite"),
    ("validate.columns.x.max", float("inf"), "validate.columns.x.max: Input should be a finite"),
    ("validate.columns.x.max_nulls", 1.5, "validate.columns.x.max_nulls: Input should be less than"),
    ("validate.columns.x.type", "float32", "validate.columns.x.type: Input should be"),
    ("validate.columns.colour.values", "red", "validate.columns.colour.values: Input should be a valid"),
    ("prepare.sources", [], "prepare.sources: Tuple should have at least 1 item"),
    ("prepare.min_periods", 1, "prepare.min_periods: Input should be greater than or equal to 2"),
    ("prepare.holdout_periods", 2, "holdout_periods < min_periods <= max_periods must hold"),
    ("prepare.min_periods", 13, "holdout_periods < min_periods <= max_periods must hold"),
    ("prepare.slices", ["shape"], "prepare uses columns that validate.columns does not declare: ['shape']"),
    ("prepare.event_time", "day", "day says when something is known: declare it as a timestamp"),
    ("prepare.sources.0.numeric", ["x", "day"], "day is a numeric feature but declared as string"),
    ("prepare.sources.0.categorical", ["x"], "x is a categorical feature but declared as number"),
    ("prepare.sources.0.numeric", ["x", "x"], "a column is a feature once"),
    ("prepare.sources.0", {"name": "none", "available_at": "known_at"}, "a model needs at least one feature"),
    ("prepare.exclude.0.column", "z", "prepare.exclude.void: no row of z can equal 'void'"),
    ("prepare.exclude.0.equals", "viod", "no row of state can equal 'viod', as validate.columns declares it"),
    ("prepare.selection_days", 99999999999, "prepare.selection_days: Input should be less than or equal"),
    ("prepare.label_lag_days", 999999999, "prepare.label_lag_days: Input should be less than or equal"),
    ("measure.rows", 10**30, "measure.rows: Input should be less than or equal to 1000000"),
    ("measure.warmup", 10**30, "measure.warmup: Input should be less than or equal to 1000000"),
    ("evaluate.costs.true_positive", 1e308, "evaluate.costs.true_positive: Input should be less than"),
    ("train.seed", -99999999999999999999, "train.seed: Input should be greater than or equal to 0"),
    ("train.rounds", "many", "train.rounds: Input should be a valid integer, found 'many'"),
    ("train.learning_rate", float("nan"), "train.learning_rate: Input should be"),
    ("train.learning_rate", 0, "train.learning_rate: Input should be greater than 0, found 0"),
    ("evaluate.costs.true_positive", float("-inf"), "evaluate.costs.true_positive: Input should be a finite"),
    ("measure.rows", 0, "measure.rows: Input should be greater than or equal to 10"),
    ("contract.clauses", [], "contract.clauses: Tuple should have at least 1 item"),
    ("contract.clauses.0.metric", "likelihood", "contract.clauses.0.metric: Input should be"),
    ("contract.clauses.0.owner", "", "contract.clauses.0.owner: String should have at least 1 character"),
    ("contract.clauses.0.level", 0.5, "contract.clauses.0.level: Input should be less than 0.5"),
    ("contract.clauses.0.level", 0, "contract.clauses.0.level: Input should be greater than 0"),
    ("contract.clauses.0.margin", -0.1, "contract.clauses.0.margin: Input should be greater than"),
    ("contract.clauses.0.name", "useful-ranking", "contract: clause names must differ"),
    ("contract.clauses.0.threshold", 0.5, "contract.clauses.0.threshold: Extra inputs are not"),
    ("contract.clauses.1.threshold", None, "contract.clauses.1.threshold: Input should be a valid number"),
    ("contract.clauses.1.margin", 0.1, "contract.clauses.1.margin: Extra inputs are not permitted"),
    ("contract.clauses.2.kind", "beats_baseline", "contract: a contract needs a beats_baseline clause, and"),
    ("contract.looks_per_holdout", 0, "contract.looks_per_holdout: Input should be greater than or"),
    ("contract.clauses.0.level", 0.00009, "level 9e-05 shared by 1 looks is 9e-05 for each, and"),
    ("contract.looks_per_holdout", 501, "contract: clause beats-base-rate: level 0.05 shared by 501 looks"),
    ("contract.looks_per_holdout", 10**400, "contract.looks_per_holdout: Input should be less"),
    ("contract.min_clusters", 10**400, "contract.min_clusters: Input should be less than or equal"),
    ("contract.clauses.1.threshold", 1e300, "contract.clauses.1.threshold: Input should be less"),
    ("contract.clauses.2.margin", 1e300, "contract.clauses.2.margin: Input should be less"),
    ("contract.min_clusters", 1, "contract.min_clusters: Input should be greater than or equal to 2"),
]  # fmt: skip


class TestWrong:
    """Each wrong setting gets one line that names it."""

    @pytest.mark.parametrize(
        ("path", "value", "message"), WRONG, ids=[f"{path}={value!r}"[:60] for path, value, _ in WRONG]
    )
    def test_is_named(self, path: str, value: Any, message: str) -> None:
        """File, setting, what was expected and what was found, in one line."""
        told = complaint(changed(path, value))
        assert told.startswith("params.yaml: ")
        assert message in told
        assert "\n" not in told

    @pytest.mark.parametrize(
        "path", ["model", "store", "intake.timezone", "validate.columns", "prepare.cluster", "train.seed",
                 "evaluate", "contract", "contract.clauses"]
    )  # fmt: skip
    def test_is_named_where_it_is_missing(self, path: str) -> None:
        """A setting without a default has to be there."""
        assert complaint(without(path)) == f"params.yaml: {path}: Field required"

    @pytest.mark.parametrize(
        "path",
        ["seeds", "store.region", "train.max_dept", "prepare.label.known", "contract.clauses.0.reasons",
         "validate.columns.x.nullable", "evaluate.costs.tp"],
    )  # fmt: skip
    def test_a_misspelt_setting_is_not_one_that_does_nothing(self, path: str) -> None:
        """An unknown key is an error at every level."""
        assert complaint(changed(path, 1)) == f"params.yaml: {path}: Extra inputs are not permitted"

    def test_several_are_all_named(self) -> None:
        """One line for each, so that one look mends them all."""
        text = changed("train.rounds", 0).replace("timezone: UTC", "timezone: 5")
        assert [line.split(": ")[1] for line in complaint(text).splitlines()] == [
            "intake.timezone",
            "train.rounds",
        ]

    @pytest.mark.parametrize("text", [changed("store.secret_access_key", "hunter2"),
                                      changed("store", "s3://key:hunter2@bucket"),
                                      changed("store.url", ["hunter2"]),
                                      changed("password", "hunter2")])  # fmt: skip
    def test_a_secret_is_not_repeated(self, text: str) -> None:
        """What should not have been there is named, and not printed."""
        assert "hunter2" not in complaint(text)

    def test_an_unreadable_file_is_named(self, tmp_path: Path) -> None:
        """No file, a folder, or no text."""
        (tmp_path / "latin.yaml").write_bytes(b"model: caf\xe9")
        for path in (tmp_path / "none.yaml", tmp_path, tmp_path / "latin.yaml"):
            with pytest.raises(BadInput, match=r"expected a readable params\.yaml") as caught:
                read_params(path)
            assert str(path) in str(caught.value)


CLAUSES: dict[str, dict[str, Any]] = {
    "not_worse": {"metric": "log_loss", "margin": 0.01},
    "slice": {"metric": "brier", "column": "colour", "margin": 0.1},
    "fairness": {"measure": "selection_rate", "column": "colour", "margin": 0.1},
    "representation": {"column": "colour", "values": ["red"], "threshold": 0.2},
    "calibration": {"margin": 0.05},
    "churn": {"threshold": 0.1},
    "abstention": {"risk": 0.1, "answered": 0.5},
    "coverage": {"threshold": 0.88},
    "net_value": {"horizon_rows": 1000},
    "latency": {"milliseconds": 5},
    "size": {"bytes": 1000},
    "training_cost": {"price_per_hour": 3.5, "currency": "USD", "threshold": 20},
}
WRONG_CLAUSES: list[tuple[str, str, Any, str]] = [
    ("not_worse", "margin", 0, "margin: Input should be greater than 0, found 0"),
    ("not_worse", "metric", "rmsle", "metric: Input should be 'log_loss', 'brier', 'auc'"),
    ("slice", "metric", "auc", "metric: Input should be 'log_loss', 'brier', 'value', 'mae', 'mse',"),
    ("slice", "margin", 0, "margin: Input should be greater than 0, found 0"),
    ("slice", "column", "no such", "column: String should match pattern"),
    ("slice", "required_values", "red", "required_values: Input should be a valid tuple, found 'red'"),
    ("slice", "required_values", [1], "required_values.0: Input should be a valid string, found 1"),
    ("slice", "required", True, "required: Extra inputs are not permitted"),
    ("fairness", "measure", "equalized_odds", "measure: Input should be 'selection_rate', "),
    ("fairness", "margin", 0, "margin: Input should be greater than 0, found 0"),
    ("fairness", "margin", 1.01, "margin: Input should be less than or equal to 1, found 1.01"),
    ("fairness", "ratio", 1, "ratio: Input should be less than 1, found 1"),
    ("fairness", "metric", "log_loss", "metric: Extra inputs are not permitted"),
    ("representation", "values", [], "values: Tuple should have at least 1 item"),
    ("representation", "values", ["red", True], "values.1: Input should be a valid string, found True"),
    ("representation", "threshold", 1.5, "threshold: Input should be less than or equal to 1, found 1.5"),
    ("representation", "threshold", -0.1, "threshold: Input should be greater than or equal to 0"),
    ("calibration", "bins", 0, "bins: Input should be greater than or equal to 1, found 0"),
    ("calibration", "bins", 21, "bins: Input should be less than or equal to 20, found 21"),
    ("calibration", "margin", 0, "margin: Input should be greater than 0, found 0"),
    ("churn", "threshold", 0, "threshold: Input should be greater than 0, found 0"),
    ("churn", "threshold", 50, "threshold: Input should be less than or equal to 1, found 50"),
    ("abstention", "risk", 0, "risk: Input should be greater than 0, found 0"),
    ("abstention", "risk", 1.5, "risk: Input should be less than or equal to 1, found 1.5"),
    ("abstention", "answered", 1, "answered: Input should be less than 1, found 1"),
    ("abstention", "coverage", 0.5, "coverage: Extra inputs are not permitted"),
    ("coverage", "threshold", 1, "threshold: Input should be less than 1, found 1"),
    ("coverage", "threshold", 90, "threshold: Input should be less than"),
    ("net_value", "horizon_rows", 0, "horizon_rows: Input should be greater than or equal to 1, found 0"),
    ("net_value", "cost", -1, "cost: Input should be greater than or equal to 0, found -1"),
    ("net_value", "cost_per_row", float("nan"), "cost_per_row: Input should be a finite number"),
    ("net_value", "horizon_rows", 10**400, "horizon_rows: Input should be less than or equal to 1000"),
    ("net_value", "horizon_rows", 10**15 + 1, "horizon_rows: Input should be less than or equal to 1000"),
    ("net_value", "cost", 1e16, "cost: Input should be less than or equal to 1000"),
    ("net_value", "cost", 10**400, "cost: Input should be a valid number, found 1000"),
    ("net_value", "cost_per_row", -1e16, "cost_per_row: Input should be greater than or equal to -1000"),
    ("net_value", "margin", 1e16, "margin: Input should be less than or equal to 1000"),
    ("not_worse", "margin", 1e300, "margin: Input should be less than or equal to 1000"),
    ("slice", "margin", 1e300, "margin: Input should be less than or equal to 1000"),
    ("latency", "milliseconds", 1e300, "milliseconds: Input should be less than or equal to 1000"),
    ("size", "bytes", 10**400, "bytes: Input should be less than or equal to 1000"),
    ("training_cost", "price_per_hour", 1e300, "price_per_hour: Input should be less than or equal to"),
    ("training_cost", "threshold", 1e300, "threshold: Input should be less than or equal to"),
    ("net_value", "margin", -1, "margin: Input should be greater than or equal to 0, found -1"),
    ("latency", "milliseconds", 0, "milliseconds: Input should be greater than 0, found 0"),
    ("latency", "percentile", 99, "percentile: Input should be 50 or 95, found 99"),
    ("latency", "level", 0.05, "level: Extra inputs are not permitted"),
    ("size", "bytes", 0, "bytes: Input should be greater than 0, found 0"),
    ("size", "bytes", 1.5, "bytes: Input should be a valid integer"),
    ("training_cost", "price_per_hour", 0, "price_per_hour: Input should be greater than 0, found 0"),
    ("training_cost", "price_per_hour", float("inf"), "price_per_hour: Input should be a finite number"),
    ("training_cost", "threshold", -1, "threshold: Input should be greater than 0, found -1"),
    ("training_cost", "currency", "", "currency: String should have at least 1 character, found ''"),
    ("training_cost", "level", 0.05, "level: Extra inputs are not permitted"),
    ("size", "margin", 1, "margin: Extra inputs are not permitted"),
]  # fmt: skip


def with_clause(kind: str, **settings: Any) -> str:
    """The small folder's params with a fourth clause, of this kind."""
    document = deepcopy(GOOD)
    clause = {"name": "fourth", "kind": kind, "owner": "somebody", "reason": "Because."}
    document["contract"]["clauses"].append({**clause, **CLAUSES.get(kind, {}), **settings})
    return yaml.safe_dump(document)


class TestClauses:
    """Each kind of clause has its own settings, and no other's."""

    @pytest.mark.parametrize("kind", CLAUSES)
    def test_of_each_kind_are_read(self, kind: str) -> None:
        """With what it needs a clause is read, and its columns are slices of the folder."""
        clause = parse_params(with_clause(kind)).contract.clauses[3]
        assert clause.kind == kind
        assert clause.columns == (("colour",) if "column" in CLAUSES[kind] else ())

    def test_no_kind_is_forgotten(self) -> None:
        """Every kind of the contract's language stands here or in the small folder's contract."""
        assert {*CLAUSES, "beats_baseline", "beats_champion", "floor"} == set(KINDS)

    @pytest.mark.parametrize(
        ("kind", "setting", "value", "message"),
        WRONG_CLAUSES,
        ids=[f"{kind}.{setting}={reprlib.repr(value)}" for kind, setting, value, _ in WRONG_CLAUSES],
    )
    def test_that_are_wrong_are_named(self, kind: str, setting: str, value: Any, message: str) -> None:
        """The clause by its place, the setting without its kind, what was expected and what was found."""
        told = complaint(with_clause(kind, **{setting: value}))
        assert told.startswith(f"params.yaml: contract.clauses.3.{message}")
        assert "\n" not in told

    @pytest.mark.parametrize(
        ("kind", "setting"),
        [
            (kind, setting)
            for kind, needs in CLAUSES.items()
            for setting in needs
            if (kind, setting) != ("fairness", "margin")
        ],
    )
    def test_that_lack_a_setting(self, kind: str, setting: str) -> None:
        """What makes a clause of its kind has no default."""
        document = yaml.safe_load(with_clause(kind))
        del document["contract"]["clauses"][3][setting]
        told = complaint(yaml.safe_dump(document))
        assert told == f"params.yaml: contract.clauses.3.{setting}: Field required"

    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ({"margin": None}, "expected a margin or a ratio, and not both"),
            ({"ratio": 0.8}, "expected a margin or a ratio, and not both"),
            ({"margin": None, "ratio": 0.8, "measure": "calibration"}, "calibration has signs and no ratio"),
        ],
    )
    def test_of_fairness_have_a_margin_or_a_ratio(self, settings: dict[str, Any], message: str) -> None:
        """Neither, both, and a ratio of what may be negative."""
        assert message in complaint(with_clause("fairness", **settings))

    def test_of_no_kind(self) -> None:
        """An unknown kind is told which there are; so is none at all."""
        told = complaint(with_clause("accuracy"))
        assert told.startswith("params.yaml: contract.clauses.3: Input tag 'accuracy' found")
        assert all(f"'{kind}'" in told for kind in KINDS)
        assert "kind" in complaint(changed("contract.clauses.0.kind", None))

    @pytest.mark.parametrize("kind", ["slice", "fairness", "representation"])
    @pytest.mark.parametrize("column", ["state", "shape"])
    def test_group_rows_by_a_slice(self, kind: str, column: str) -> None:
        """A column that is no slice, whether the folder has it or not: the message says where to name it."""
        assert complaint(with_clause(kind, column=column)) == (
            f"params.yaml: settings: contract: clause fourth groups rows by {column}: "
            "name it in prepare.slices, found ['colour']"
        )

    @pytest.mark.parametrize("kind", ["abstention", "coverage"])
    def test_about_sets_need_a_coverage(self, kind: str) -> None:
        """Without sets of possible labels there is nothing to ask; 0.9 is the default."""
        document = yaml.safe_load(with_clause(kind))
        document["train"]["coverage"] = None
        assert complaint(yaml.safe_dump(document)) == (
            "params.yaml: settings: contract: clause fourth asks about sets of possible labels: "
            "set train.coverage, found null"
        )

    def test_group_rows_by_any_slice(self) -> None:
        """Once it is named there, the column will do."""
        text = with_clause("slice", column="state").replace("slices:\n  - colour", "slices: [colour, state]")
        assert parse_params(text).contract.clauses[3].columns == ("state",)

    @pytest.mark.parametrize(("kinds", "good"), [
        (("beats_baseline", "beats_champion"), True), (("beats_baseline", "not_worse"), True),
        (("beats_baseline",), False), (("beats_champion", "not_worse"), False),
    ])  # fmt: skip
    def test_are_against_the_baseline_and_against_the_champion(
        self, kinds: tuple[str, ...], good: bool
    ) -> None:
        """A contract always asks for more than the baseline, and something of the champion."""
        clauses = [
            {"name": kind, "kind": kind, "owner": "o", "reason": "r", "metric": "log_loss"}
            | ({"margin": 0.1} if kind == "not_worse" else {})
            for kind in kinds
        ]
        text = changed("contract.clauses", clauses)
        if good:
            assert [clause.name for clause in parse_params(text).contract.clauses] == list(kinds)
        else:
            assert (
                "a contract needs a beats_baseline clause, and a beats_champion or a not_worse"
                in complaint(text)
            )

    def test_against_a_line_stand_beside_the_naive_one(self) -> None:
        """The linear baseline is another bar and takes no bar's place."""
        assert parse_params(with_clause("beats_baseline", metric="auc", baseline="linear"))
        assert (
            "a contract needs a beats_baseline clause against the naive baseline; the linear one is asked "
            "for beside it" in complaint(changed("contract.clauses.0.baseline", "linear"))
        )

    @pytest.mark.parametrize("stranger", ["tree", None, 1])
    def test_against_no_other_baseline(self, stranger: object) -> None:
        """There are two, and both are named where another is asked for."""
        assert complaint(with_clause("beats_baseline", metric="auc", baseline=stranger)) == (
            "params.yaml: contract.clauses.3.baseline: Input should be 'naive' or 'linear', "
            f"found {stranger!r}"
        )

    @pytest.mark.parametrize(("baseline", "asked"), [("linear", True), ("naive", False)])
    def test_say_whether_a_line_has_to_be_trained(self, baseline: str, asked: bool) -> None:
        """It is trained where a clause asks for it, and not else."""
        text = with_clause("beats_baseline", metric="auc", baseline=baseline)
        assert parse_params(text).contract.asks_for_linear is asked

    def test_against_the_naive_baseline_keep_their_hash(self) -> None:
        """It is the default and not written: a contract from before there was another is the same one."""
        said, unsaid = (
            parse_params(with_clause("beats_baseline", metric="auc", **settings)).contract
            for settings in ({"baseline": "naive"}, {})
        )
        assert said.hash == unsaid.hash
        assert "baseline" not in said.model_dump(mode="json")["clauses"][3]
        line = parse_params(with_clause("beats_baseline", metric="auc", baseline="linear")).contract
        assert line.hash != said.hash

    @pytest.mark.parametrize(
        "power",
        [0.49, 1],
    )
    def test_are_planned_with_a_power_that_can_be_had(self, power: float) -> None:
        """At least an even chance, and never certainty."""
        document = deepcopy(GOOD)
        document["contract"]["power"] = power
        assert complaint(yaml.safe_dump(document)).startswith("params.yaml: contract.power: Input should be")

    @pytest.mark.parametrize(("kind", "setting", "value"), [
        ("slice", "required_values", ["red"]), ("fairness", "measure", "calibration"),
        ("representation", "values", ["green"]), ("calibration", "bins", 6), ("churn", "level", 0.01),
        ("abstention", "risk", 0.2), ("abstention", "answered", 0.4), ("coverage", "threshold", 0.8),
        ("net_value", "cost", 5), ("latency", "percentile", 50), ("size", "bytes", 1001),
        ("training_cost", "price_per_hour", 3.6),
    ])  # fmt: skip
    def test_are_frozen_by_the_hash(self, kind: str, setting: str, value: Any) -> None:
        """Any setting of any clause is another contract."""
        plain, other = parse_params(with_clause(kind)), parse_params(with_clause(kind, **{setting: value}))
        assert plain.contract.hash != other.contract.hash

    @pytest.mark.parametrize("column", ["churn", "size", "floor"])
    def test_leave_a_column_of_a_kinds_name_its_name(self, column: str) -> None:
        """A column may be called `churn`: what is wrong with it is said of it."""
        told = complaint(
            PARAMS.replace("    x: {", f"    {column}: {{type: number, min: 2, max: 1}}\n    x: {{")
        )
        assert told.startswith(f"params.yaml: validate.columns.{column}: min 2 is above max 1")


PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
ANYTHING = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner)
)


class TestHostile:
    """YAML that is made to break its reader."""

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "expected settings by section, found NoneType"),
            ("# nothing", "expected settings by section, found NoneType"),
            ("- a\n- b", "expected settings by section, found tuple"),
            ("just words", "expected settings by section, found str"),
            ("model: [", "not YAML"),
            ("model: a\n\tstore: b", "not YAML"),
            ("a: b\n---\nc: d", "not YAML"),
            ("model: \x00", "not YAML"),
            (
                "model: !!python/object/apply:os.system ['true']",
                "not YAML: could not determine a constructor",
            ),
            ("!!python/object:tasks.params.Params {}", "not YAML: could not determine a constructor"),
            ("[" * 1_500, "not YAML"),
            ("[" * 300 + "]" * 300, "expected settings by section, found tuple"),
            ("a: &a [*a]", "not YAML"),
            ("a: &a {b: *a}", "not YAML"),
            ("model: 2013-99-99", "not YAML"),
            ("{[1, 2]: 3}", "not YAML"),
            (PARAMS + "train: {seed: 1}\n", "not YAML: train is set twice"),
            (PARAMS.replace("  seed: 7", "  seed: 7\n  seed: 8"), "not YAML: seed is set twice"),
            ("1: 2\n" + PARAMS, "Keys should be strings"),
            (f"train: {'9' * 5_000}", "not YAML"),
        ],
        ids=range(20),
    )
    def test_gets_one_clear_error(self, text: str, message: str) -> None:
        """No trace, no code run, no hang."""
        assert message in complaint(text)

    @pytest.mark.timeout(20)
    @pytest.mark.parametrize("brackets", ["[]", "{}"])
    def test_that_multiplies_is_not_unfolded(self, brackets: str) -> None:
        """Ten aliases of ten aliases of ten...: a billion things that are a hundred."""
        levels = ["l0: &l0 [x]" if brackets == "[]" else "l0: &l0 {x: y}"]
        for n in range(1, 10):
            items = [f"*l{n - 1}" if brackets == "[]" else f"k{k}: *l{n - 1}" for k in range(10)]
            levels.append(f"l{n}: &l{n} {brackets[0]}{', '.join(items)}{brackets[1]}")
        text = "\n".join(levels) + "\nmodel: *l9\nprepare: {slices: *l9}\n"
        told = complaint(text)
        assert "model: Input should be a valid string" in told
        assert len(told) < 20_000

    @given(ANYTHING, st.sampled_from(sorted({path for path, _, _ in WRONG})))
    @settings(max_examples=25)
    def test_is_refused_as_bad_input_or_is_good(self, value: object, path: str) -> None:
        """Whatever stands at a setting, the answer is parameters or one error of ours."""
        try:
            parsed = parse_params(changed(path, value))
        except BadInput as error:
            assert "params.yaml: " in str(error)  # noqa: PT017 - either outcome is right, each with its own proof
        else:
            assert parse_params(yaml.safe_dump(parsed.model_dump(mode="json", by_alias=True))) == parsed


class TestLeak:
    """A feature that says what the label says."""

    @pytest.mark.parametrize(
        ("kind", "column"),
        [("numeric", "label"), ("categorical", "state")],
        ids=["the label", "an exclusion"],
    )
    def test_is_refused_by_name(self, kind: str, column: str) -> None:
        """The label, or the column that says that there is none."""
        with pytest.raises(Leak, match=rf"prepare.sources: \['{column}'\] say what the label says"):
            parse_params(changed(f"prepare.sources.0.{kind}", [column]))

    def test_the_labels_time_is_no_feature(self) -> None:
        """When the label became known is a timestamp, and no number either."""
        text = changed("prepare.sources.0.numeric", ["label_known_at"])
        assert "label_known_at is a numeric feature but declared as timestamp" in complaint(text)


class TestHash:
    """What a stage's output can depend on, and nothing else."""

    def test_is_the_same_for_other_words(self) -> None:
        """Comments, order of keys, flow or block style, 1 or 1.0 and spelled-out defaults change nothing."""
        document = yaml.safe_load(PARAMS)
        turned = {key: document[key] for key in reversed(document)}
        spelled = parse_params(PARAMS).model_dump(mode="json", by_alias=True)
        texts = ["# a comment\n" + PARAMS, yaml.safe_dump(turned, sort_keys=False),
                 yaml.safe_dump(document, default_flow_style=True), yaml.safe_dump(spelled),
                 changed("evaluate.costs.true_positive", 10.0)]  # fmt: skip
        assert {parse_params(text).hash for text in texts} == {parse_params(PARAMS).hash}
        assert {parse_params(text).contract.hash for text in texts} == {parse_params(PARAMS).contract.hash}

    def test_is_the_same_for_another_store(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where the bytes lie is not what they are."""
        here = parse_params(PARAMS).hash
        monkeypatch.setenv("EVERGREEN_STORE", "s3://bucket")
        assert parse_params(changed("store.url", "elsewhere")).hash == here

    OTHERS: tuple[tuple[str, Any], ...] = (
        ("model", "other"), ("intake.timezone", "Europe/Berlin"), ("intake.max_bytes", 2_000_000),
        ("validate.rows.max", 5001), ("validate.columns.z.max_nulls", 0.3), ("prepare.selection_days", 8),
        ("prepare.slices", []), ("prepare.sources.0.numeric", ["z", "x"]), ("train.seed", 8),
        ("train.learning_rate", 0.31), ("evaluate.costs.false_positive", -5), ("measure.rows", 11),
        ("contract.looks_per_holdout", 2), ("contract.clauses.0.reason", "Other words."),
    )  # fmt: skip

    @pytest.mark.parametrize(("path", "value"), OTHERS, ids=[path for path, _ in OTHERS])
    def test_is_another_for_any_setting(self, path: str, value: Any) -> None:
        """Each setting counts, the contract's words too; the contract's hash is the contract's alone."""
        one, other = parse_params(PARAMS), parse_params(changed(path, value))
        assert one.hash != other.hash
        assert (one.contract.hash != other.contract.hash) == path.startswith("contract")

    def test_knows_an_approval_and_only_where_it_is_asked_for(self) -> None:
        """A contract that asks for none is hashed as before there was such a setting."""
        one, other = parse_params(PARAMS), parse_params(changed("contract.promote", {"approval": "required"}))
        assert "promote" not in one.contract.model_dump(mode="json")
        assert one.contract == parse_params(changed("contract.promote", None)).contract
        assert other.contract.promote is not None
        assert one.contract.hash != other.contract.hash

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            (
                {"approval": "automatic"},
                "contract.promote.approval: Input should be 'required', found 'automatic'",
            ),
            ({"approval": True}, "contract.promote.approval: Input should be 'required', found True"),
            ({}, "contract.promote.approval: Field required"),
            ({"approval": "required", "by": "x"}, "contract.promote.by: Extra inputs are not permitted"),
            ("required", "contract.promote: Input should be"),
        ],
    )
    def test_of_an_approval_that_is_none(self, value: Any, message: str) -> None:
        """One line, with the setting and what it may be."""
        said = complaint(changed("contract.promote", value))
        assert said.startswith(f"params.yaml: {message}")
        assert "\n" not in said

    def test_survives_a_round_trip(self) -> None:
        """Parameters written out and read again are the same, with the same hash."""
        one = parse_params(PARAMS)
        again = Params.model_validate_json(one.model_dump_json(by_alias=True))
        assert (again, again.hash, again.contract.hash) == (one, one.hash, one.contract.hash)
