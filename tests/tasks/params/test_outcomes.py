"""What decisions between classes are worth is declared pair by pair; what is missing gets a line."""

import math
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
import yaml
from class_factories import CLASS_PARAMS, CLASSES, NUMBERED_PARAMS, OUTCOMES, WORTH_PARAMS
from factories import PARAMS
from pydantic import ValidationError

from tasks.errors import BadInput
from tasks.params import OutcomeParams, Params, parse_params
from tasks.params.contract import Fairness
from tasks.params.outcomes import unpaired

ASKED = {"name": "c", "owner": "o", "reason": "r"}
FAIRNESS = {**ASKED, "kind": "fairness", "column": "colour", "margin": 0.1}
Change = Callable[[dict[str, Any]], object]


def document(params: str = WORTH_PARAMS) -> dict[str, Any]:
    return deepcopy(yaml.safe_load(params))


def refused(change: Change, params: str = WORTH_PARAMS) -> str:
    """The one line that the settings get after `change`."""
    found = document(params)
    change(found)
    with pytest.raises(BadInput) as caught:
        parse_params(yaml.safe_dump(found))
    assert "\n" not in str(caught.value)
    return str(caught.value)


class TestDeclared:
    """Settings with outcomes."""

    def test_in_the_order_of_the_classes(self):
        """A row for each class that comes, an amount for each decided, however they were written down."""
        found = document()
        outcomes = found["evaluate"]["outcomes"]
        turned = {one: dict(reversed(row.items())) for one, row in reversed(outcomes["came"].items())}
        outcomes["came"] = turned
        params = parse_params(yaml.safe_dump(found))
        assert params.outcomes == tuple(tuple(OUTCOMES[i][j] for j in CLASSES) for i in CLASSES)
        assert params.evaluate.currency == "EUR"

    def test_whole_numbers_are_classes_too(self):
        """Also after the settings were written as JSON, whose keys are text."""
        found, names = document(NUMBERED_PARAMS), (10, 20, 30)
        table = {i: {j: float(i - j) for j in names} for i in names}
        found["evaluate"]["outcomes"] = {"currency": "EUR", "came": table}
        params = parse_params(yaml.safe_dump(found))
        assert params.outcomes == ((0.0, -10.0, -20.0), (10.0, 0.0, -10.0), (20.0, 10.0, 0.0))
        assert Params.model_validate_json(params.model_dump_json(by_alias=True)) == params

    @pytest.mark.parametrize("params", [PARAMS, CLASS_PARAMS], ids=["binary", "multiclass"])
    def test_silence_is_not_written(self, params):
        """Settings and contracts from before there were outcomes keep their bytes and their hashes."""
        read = parse_params(params)
        assert "outcomes" not in read.evaluate.model_dump(mode="json")
        assert read.outcomes == ()
        clause = Fairness(**ASKED, measure="error_rate", column="colour", margin=0.1)
        assert not {"class", "of_class"} & set(clause.model_dump(mode="json"))


class TestPairs:
    """Every class that may come has an amount for every class that may be decided."""

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (lambda came: came.pop("low"), ("came: expected each of the classes low, middle, high, found "
             "them without low")),
            (lambda came: came["high"].pop("middle"), "outcomes.came.high: expected each of the classes"),
            (lambda came: came.update(huge={}), "with huge, which the label's values do not name"),
            (lambda came: came["low"].update(huge=1.0), "came.low: expected each of the classes low, middle"),
            (lambda came: came.clear(), "found them without low, middle, high"),
        ],
    )  # fmt: skip
    def test_what_is_missing_or_strange_is_named(self, change, said):
        """In one line, with its place."""
        came = deepcopy(OUTCOMES)
        change(came)
        told = unpaired(OutcomeParams.model_validate({"currency": "EUR", "came": came}), CLASSES)
        assert said in told
        assert "\n" not in told

    @pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf, "x", True, None, 1e16, {}])
    def test_an_amount_is_a_finite_number(self, wrong):
        """NaN, infinities, text, truths, nothing and more money than there is are refused at their place."""
        came = deepcopy(OUTCOMES)
        came["low"]["high"] = wrong
        with pytest.raises(ValidationError, match="Input should be") as caught:
            OutcomeParams.model_validate({"currency": "EUR", "came": came})
        assert [one["loc"] for one in caught.value.errors()] == [("came", "low", "high")]

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (
                lambda one: one["came"].update({False: {}}),
                "outcomes.came: expected text (in quotes, if it is",
            ),
            (lambda one: one["came"]["low"].pop("high"), "came.low: expected each of the classes"),
            (lambda one: one.update(currency=""), "outcomes.currency: String should have at least 1"),
        ],
    )
    def test_of_a_file_one_line_is_said(self, change, said):
        """Whoever wrote params.yaml reads where and what."""
        assert said in refused(lambda one: change(one["evaluate"]["outcomes"]))


class TestWhoHasThem:
    """Outcomes belong to classes, and clauses about money to outcomes."""

    def test_alarms_have_costs(self):
        """A binary model has no decision between classes."""
        outcomes = document()["evaluate"]["outcomes"]
        told = refused(lambda one: one["evaluate"].update(outcomes=outcomes), PARAMS)
        assert "what a decision between classes is worth, and a binary model has none: leave them out" in told

    @pytest.mark.parametrize(
        "clause",
        [
            {"kind": "net_value", "horizon_rows": 10},
            {"kind": "floor", "metric": "value", "threshold": 0.0},
        ],
    )
    def test_without_them_nothing_is_worth_money(self, clause):
        """A clause that asks about money says what to declare."""
        told = refused(lambda one: one["contract"]["clauses"].append({**ASKED, **clause}), CLASS_PARAMS)
        assert "contract: clause c asks about money: declare evaluate.outcomes" in told

    def test_an_id_may_not_be_called_as_the_answer(self):
        """With outcomes a decision is written beside the id."""

        def renamed(found: dict[str, Any]) -> None:
            columns, name = found["validate"]["columns"], found["prepare"]["id"]
            columns["decision"], found["prepare"]["id"] = columns.pop(name), "decision"

        assert "prepare.id: decision is what" in refused(renamed)


class TestOneClass:
    """Fairness of classes is about one against the rest, or about all errors."""

    @pytest.mark.parametrize(
        ("settings", "said"),
        [
            ({"measure": "selection_rate"}, "selection_rate is about one of low, middle, high, found none"),
            ({"measure": "true_positive_rate", "class": "huge"}, "of low, middle, high, found 'huge'"),
            ({"measure": "error_rate", "class": "low"}, "is about no single class: leave it out"),
            ({"measure": "selection_rate", "class": True}, "class: expected text (in quotes"),
        ],
    )
    def test_is_named(self, settings, said):
        """A class that is missing, unknown or too much gets one line."""
        told = refused(lambda one: one["contract"]["clauses"].append({**FAIRNESS, **settings}), CLASS_PARAMS)
        assert said in told

    def test_alarms_are_of_no_class(self):
        """Of a binary model the rates are of its alarms."""
        clause = {**FAIRNESS, "measure": "selection_rate", "class": "low"}
        told = refused(lambda one: one["contract"]["clauses"].append(clause), PARAMS)
        assert "selection_rate of a binary model is about no single class: leave it out" in told
