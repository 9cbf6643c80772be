"""A suite of one's own joins what params.yaml declares; `dvc repro` has to know of it."""

from typing import Any

import pytest
from data_factories import changed, put_batch
from factories import SUITE, WITH_SUITE, own_suite, small_batch, small_folder

from tasks.errors import BadInput
from tasks.validate import BatchReport, needs_great_expectations, validate
from tasks.workspace import Workspace

PERIOD = "2024-01"
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
