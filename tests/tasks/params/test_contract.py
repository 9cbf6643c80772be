"""The contract's language: each kind of clause has its own settings, and no contract asks for nothing."""

import reprlib
from copy import deepcopy
from typing import Any

import pytest
import yaml
from factories import PARAMS
from params_texts import CLAUSES, GOOD, changed, complaint, with_clause

from tasks.params import parse_params
from tasks.params.contract import KINDS

WRONG_CLAUSES: list[tuple[str, str, Any, str]] = [
    ("not_worse", "margin", 0, "margin: Input should be greater than 0, found 0"),
    ("not_worse", "metric", "rmsle", "metric: Input should be 'log_loss', 'brier', 'auc'"),
    ("slice", "metric", "auc", "metric: Input should be 'log_loss', 'brier', 'value', 'mae', 'mse',"),
    ("slice", "margin", 0, "margin: Input should be greater than 0, found 0"),
    ("slice", "column", " x", "column: expected a column's name: 1 to 128 printable characters"),
    ("slice", "required_values", "red", "required_values: Input should be a valid tuple, found 'red'"),
    ("slice", "required_values", [1], "required_values.0: expected text: write it in quotes ("),
    ("slice", "required", True, "required: Extra inputs are not permitted"),
    ("fairness", "measure", "equalized_odds", "measure: Input should be 'selection_rate', "),
    ("fairness", "margin", 0, "margin: Input should be greater than 0, found 0"),
    ("fairness", "margin", 1.01, "margin: Input should be less than or equal to 1, found 1.01"),
    ("fairness", "ratio", 1, "ratio: Input should be less than 1, found 1"),
    ("fairness", "metric", "log_loss", "metric: Extra inputs are not permitted"),
    ("representation", "values", [], "values: Tuple should have at least 1 item"),
    ("representation", "values", ["red", True], "values.1: expected text: write it in quotes ("),
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


class TestApproval:
    """A contract may ask for somebody's word before a promotion."""

    def test_is_known_only_where_it_is_asked_for(self) -> None:
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
    def test_that_is_none(self, value: Any, message: str) -> None:
        """One line, with the setting and what it may be."""
        said = complaint(changed("contract.promote", value))
        assert said.startswith(f"params.yaml: {message}")
        assert "\n" not in said
