"""A suite of one's own joins what params.yaml declares; `dvc repro` has to know of it."""

import json
from typing import Any

import numpy as np
import pytest
from data_factories import changed, put_batch, small_params
from factories import SUITE, WITH_SUITE, own_suite, parquet, small_batch, small_folder, small_frame

from tasks.errors import BadInput
from tasks.params import read_params
from tasks.params.steps import QuarantineParams
from tasks.validate import BatchReport, needs_great_expectations, validate
from tasks.validate.found import Found
from tasks.validate.known import MATCH
from tasks.validate.places import places_of
from tasks.validate.result import rules_document
from tasks.validate.verdict import rows_aside, verdict
from tasks.workspace import Workspace

PERIOD = "2024-01"
PATTERN = {"column": "day", "regex": "^g"}
GOOD = ("expect_column_mean_to_be_between", {"column": "x", "min_value": -1, "max_value": 1})


def folder_with(parent, *expectations: tuple[str, dict[str, Any]]) -> Workspace:
    """A model folder with a January of 400 rows, whose suite asks for this."""
    workspace = Workspace(small_folder(parent, params=changed(WITH_SUITE)))
    own_suite(workspace.root, list(expectations))
    put_batch(workspace, PERIOD, small_batch(PERIOD))
    return workspace


def report(workspace: Workspace) -> BatchReport:
    """What validation says about January."""
    (found,) = validate(workspace).reports
    return found


class TestJoins:
    """Its expectations are checked beside the declared ones."""

    def test_a_good_batch(self, tmp_path):
        """It passes one check more than are declared."""
        assert report(folder_with(tmp_path / "one", GOOD)).passed
        checks = [report(folder_with(tmp_path / str(n), *[GOOD] * n)).checks for n in (2, 3)]
        assert checks[1] - checks[0] == 1

    @pytest.mark.parametrize(
        ("kind", "arguments", "said"),
        [
            (
                "mean_to_be_between",
                {"column": "x", "min_value": 5},
                "x: column mean to be between (min_value 5)",
            ),
            (
                "pair_values_a_to_be_greater_than_b",
                {"column_A": "x", "column_B": "z"},
                "x, z: the first must lie",
            ),
            ("values_to_match_regex", {"column": "colour", "regex": "^r"}, "colour: must match ^r: "),
            ("values_to_not_match_regex", {"column": "colour", "regex": "^r"}, "colour: must not match ^r: "),
            (
                "values_to_be_between",
                {"column": "event_time", "max_value": "2024-01-02T00:00:00Z"},
                "event_time: ",
            ),
            ("to_exist", {"column": "price"}, "price: "),
        ],
    )
    def test_a_bad_batch(self, tmp_path, kind, arguments, said):
        """One failure, which names the column and the rule; Great Expectations is not needed."""
        workspace = folder_with(tmp_path, (f"expect_column_{kind}", arguments))
        assert not needs_great_expectations(workspace.params, PERIOD)
        (failure,) = report(workspace).failures
        assert failure.message.startswith(said)

    def test_rows_together(self, tmp_path):
        """Every row of 400 has a colour and a state that another one has too."""
        arguments = {"column_list": ["colour", "state"]}
        (failure,) = report(
            folder_with(tmp_path, ("expect_compound_columns_to_be_unique", arguments))
        ).failures
        assert failure.message.startswith("colour, state: must be unique together: 400 of 400 rows do not")

    def test_what_only_great_expectations_knows(self, tmp_path):
        """It is asked; arguments that it refuses block the batch with its reason, in one line."""
        workspace = folder_with(
            tmp_path,
            ("expect_column_max_to_be_between", {"column": "x", "max_value": 0}),
            ("expect_column_quantile_values_to_be_between", {"column": "x", "quantile_ranges": "all"}),
        )
        assert needs_great_expectations(workspace.params, PERIOD)
        refused, highest = report(workspace).failures
        assert refused.message.startswith("x: could not check column_quantile_values_to_be_between: ")
        assert "\n" not in refused.message
        assert highest.message.startswith("x: column max to be between (max_value 0")

    def test_an_instant_without_an_offset(self, tmp_path):
        """Nobody knows when that was."""
        workspace = folder_with(
            tmp_path,
            ("expect_column_values_to_be_between", {"column": "event_time", "max_value": "2024-01-02"}),
        )
        with pytest.raises(BadInput, match=r"an instant with its offset, such as .* found '2024-01-02'"):
            validate(workspace)


class TestQuarantine:
    """Rows that break an expectation of rows are kept aside; every other expectation blocks the batch."""

    def judged(self, parent, *expectations: tuple[str, dict[str, Any]], share: float = 0.05) -> BatchReport:
        """What is said about a January of 400 rows, of which so many may be kept aside."""
        aside = f"rows: {{min: 100, max: 5000}}\n  quarantine: {{max_share: {share}}}"
        text = changed(WITH_SUITE, ("rows: {min: 100, max: 5000}", aside))
        workspace = Workspace(small_folder(parent, params=text))
        own_suite(workspace.root, [(f"expect_column_{kind}", said) for kind, said in expectations])
        frame = small_frame(PERIOD).assign(day="good")
        frame.loc[[3, 4], "day"] = "bad"
        frame.loc[300, "x"] = 9.5
        put_batch(workspace, PERIOD, parquet(frame))
        return report(workspace)

    @pytest.mark.parametrize(
        ("kind", "arguments", "places"),
        [
            ("values_to_match_regex", {"column": "day", "regex": "^g"}, "3-4"),
            ("values_to_not_match_regex", {"column": "day", "regex": "^b"}, "3-4"),
            ("values_to_be_in_set", {"column": "day", "value_set": ["good"]}, "3-4"),
            ("values_to_be_between", {"column": "x", "max_value": 9.2, "mostly": 1.0}, "300"),
            ("values_to_be_between", {"column": "x", "max_value": 9.2, "mostly": None}, "300"),
            ("values_to_not_be_null", {"column": "z"}, None),
        ],
    )
    def test_of_rows(self, tmp_path, kind, arguments, places):
        """Exactly the rows that break it; of `z` those without a value, which the declared rule allows."""
        found = self.judged(tmp_path, (kind, arguments))
        without = small_frame(PERIOD)["z"].isna().to_numpy().nonzero()[0]
        assert found.passed
        assert found.quarantine.places == (places or places_of(without))
        assert [one.column for one in found.quarantine.broken] == [arguments["column"]]

    @pytest.mark.parametrize(
        ("kind", "arguments"),
        [
            ("values_to_match_regex", {"column": "day", "regex": "^g", "mostly": 0.999}),
            ("mean_to_be_between", {"column": "x", "min_value": 5}),
            ("pair_values_a_to_be_greater_than_b", {"column_A": "x", "column_B": "z"}),
            ("to_exist", {"column": "price"}),
        ],
    )
    def test_of_the_batch(self, tmp_path, kind, arguments):
        """It blocks whole, beside an expectation of rows that alone would keep two rows aside."""
        found = self.judged(tmp_path, (kind, arguments), ("values_to_match_regex", PATTERN))
        assert not found.passed
        assert found.quarantine is None
        assert len(found.failures) == 2

    def test_more_rows_than_may_be(self, tmp_path):
        """Two of 400 rows are more than one in a thousand."""
        found = self.judged(tmp_path, ("values_to_match_regex", PATTERN), share=0.001)
        assert "keeps at most 0.10% of 400 rows aside" in found.reason

    def test_what_great_expectations_alone_knows(self):
        """It names no rows, so nothing is kept aside beside it."""
        rows = "rows: {min: 1, max: 9}\n  quarantine: {max_share: 0.5}"
        params, counts = small_params(("rows: {min: 100, max: 5000}", rows)), {"unexpected_count": 1}
        ours, theirs = (
            Found(
                MATCH, {"column": "day", "regex": regex}, success=False, result=counts | {"element_count": 9}
            )
            for regex in ("^g", "(?=g)")
        )
        aside = rows_aside([(MATCH, PATTERN)], params, 9)
        aside.note(0, np.array([4]))
        assert verdict([ours], [], aside, params, 9).quarantine.places == "4"
        found = verdict([ours], [theirs], aside, params, 9)
        assert (found.quarantine, len(found.failures)) == (None, 2)

    def test_a_batch_that_a_pattern_blocked_is_judged_again(self, tmp_path):
        """The rules say that patterns keep rows aside now; without one in a suite they are what they were."""
        folder, meanings = small_folder(tmp_path, params=changed(WITH_SUITE)), []
        for expectation in (GOOD, ("expect_column_values_to_match_regex", PATTERN)):
            own_suite(folder, [expectation])
            params = read_params(folder / "params.yaml")
            for aside in (None, QuarantineParams(max_share=0.1)):
                rules = params.validation.model_copy(update={"quarantine": aside})
                document = rules_document(params.model_copy(update={"validation": rules}))
                meanings.append(json.loads(document)["meaning"])
        assert [one - meanings[0] for one in meanings] == [0, 0, 0, 1]


class TestIsSeen:
    """A change of the file is a change of the rules, and of the stage."""

    def test_a_change_checks_again_and_says_why(self, tmp_path):
        """The expectation's number and argument, what it was and is."""
        workspace = folder_with(tmp_path, GOOD)
        validate(workspace)
        own_suite(workspace.root, [(GOOD[0], {**GOOD[1], "max_value": 2})])
        assert validate(Workspace(workspace.root)).again == (
            "the rules have changed (validate.suite.expectations.1.kwargs.max_value: 1 -> 2): "
            "1 batch checked again"
        )

    def test_dvc_has_to_know(self, tmp_path):
        """A stage that does not depend on the file would not run again: refused, and the line is named."""
        workspace = folder_with(tmp_path, GOOD)
        text = workspace.dvc_yaml.read_text()
        workspace.dvc_yaml.write_text(text.replace(f", {SUITE}", ""))
        with pytest.raises(BadInput, match=rf"dvc.yaml: stage validate: expected {SUITE} among its deps"):
            validate(workspace)

    def test_a_decision_keeps_it(self, tmp_path):
        """It is among what is kept for ever, as suite.json."""
        assert dict(folder_with(tmp_path, GOOD).artifacts())["suite.json"].name == "own.json"
