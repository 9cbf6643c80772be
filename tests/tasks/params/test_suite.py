"""A suite of one's own is read with params.yaml, and one that is not as it has to be gets one line."""

import json
import re
from typing import Any

import pytest
from data_factories import changed
from factories import small_folder

from tasks.errors import BadInput
from tasks.params import Params, parse_params, read_params
from tasks.params.core import CORE

MEAN = "expect_column_mean_to_be_between"
FILE = "expectations/own.json"
DEEP = "[" * 100_000
OF_X = {"column": "x", "max_value": 5}


def settings(tmp_path, suite: object, file: str = FILE, named: str | None = None) -> Params:
    """The settings of a folder that names this suite; bytes as they are, anything else as JSON."""
    folder = small_folder(tmp_path, params=changed(("validate:\n", f"validate:\n  suite: {named or file}\n")))
    path = folder / file
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(suite if isinstance(suite, bytes) else json.dumps(suite).encode())
    return read_params(folder / "params.yaml")


def of(*expectations: Any) -> dict[str, Any]:
    """A suite as Great Expectations writes it."""
    return {"name": "own", "expectations": list(expectations), "meta": {"great_expectations_version": "1.0"}}


def one(kind: str = MEAN, **kwargs: Any) -> dict[str, Any]:
    """An expectation as Great Expectations writes it."""
    return {"type": kind, "kwargs": kwargs, "meta": {}, "id": "b5e1", "severity": "critical"}


class TestReading:
    """What the file says is a part of the settings."""

    def test_its_expectations_are_there(self, tmp_path):
        """By type and arguments, in the file's order; older files say expectation_type."""
        old = {"expectation_type": "expect_column_to_exist", "kwargs": {"column": "anything"}}
        suite = settings(tmp_path, of(one(**OF_X), old)).validation.suite
        assert suite is not None
        assert suite.file == FILE
        assert [(each.type, each.kwargs) for each in suite.expectations] == [
            (MEAN, OF_X),
            ("expect_column_to_exist", {"column": "anything"}),
        ]

    def test_its_content_counts_and_not_its_form(self, tmp_path):
        """The hash of the settings changes with an argument, and not with a space or a note."""
        hashes = [
            settings(tmp_path / name, suite).hash
            for name, suite in {
                "a": of(one(**OF_X)),
                "b": json.dumps({"expectations": [{"type": MEAN, "kwargs": OF_X}]}, indent=4).encode(),
                "c": of(one(**{**OF_X, "max_value": 6})),
            }.items()
        ]
        assert hashes[0] == hashes[1] != hashes[2]

    def test_settings_without_one_keep_their_form(self):
        """Where no suite is named, the settings' document has no word of it."""
        validation = parse_params(changed()).model_dump(mode="json", by_alias=True)["validate"]
        assert validation.keys() == {"rows", "columns"}

    def test_settings_come_back_from_json(self, tmp_path):
        """As the process beside ours gets them: the same settings, with the suite."""
        params = settings(tmp_path, of(one(**OF_X)))
        again = Params.model_validate_json(params.model_dump_json(by_alias=True))
        assert again == params


class TestHostile:
    """One clear line, whatever the file holds."""

    @pytest.mark.parametrize(
        ("suite", "said"),
        [
            (b"", "not a suite in JSON"),
            (b"\xff\xfe{", "not a suite in JSON"),
            (DEEP.encode(), "not a suite in JSON"),
            (b'{"expectations": [{"type": "a", "type": "b"}]}', "a key is set twice"),
            (b'{"expectations": [NaN]}', "NaN is no number"),
            (b'{"expectations": [1e999]}', "1e999 is too large a number"),
            (b'{"expectations": ["\\ud800"]}', "not a suite in JSON"),
            (b"9" * 5000, "not a suite in JSON"),
            (b" " * (1 << 20) + b"{}", "at most 1,048,576 bytes"),
            ([], "an object with a list `expectations`"),
            (of(), "an object with a list `expectations`"),
            (of(*[one(**OF_X)] * 1001), "at most 1,000 expectations, found 1,001"),
            (of("x"), "expectation 1: expected an object with type and kwargs, found str"),
            (of(one(**OF_X), {"type": MEAN, "run": "x"}), "expectation 2: unknown keys ['run']"),
            (of({"type": MEAN}), "expected kwargs, an object, found NoneType"),
            (of(one("expect_my_code_to_run")), "type 'expect_my_code_to_run' is none of the"),
            (of(one("unexpected_rows_expectation", unexpected_rows_query="drop")), "is none of the"),
            (of(one(column="x", row_condition="@os.system('x')")), "has no argument 'row_condition' here"),
            (
                of(one(column="x", maximum=5)),
                f"{MEAN} has no argument 'maximum' here; it has column, min_value",
            ),
            (of(one(max_value=5)), f"{MEAN} needs column"),
            (of(one(column=["x"])), "column: expected the name of a column"),
            (
                of(one(column="x", max_value={"$PARAMETER": "x"})),
                "max_value: expected a number, or an instant",
            ),
            (of(one(column="x", strict_max="yes")), "strict_max: expected true or false, found 'yes'"),
            (of({**one(**OF_X), "severity": "warning"}), "every expectation of a suite blocks"),
            (
                of(one("expect_column_values_to_match_regex", column="colour", regex="(")),
                "a regular expression",
            ),
            (of(one("expect_column_values_to_be_unique", column="x", mostly=2)), "mostly: expected a share"),
            (
                of(one("expect_column_values_to_be_in_set", column="x", value_set=[])),
                "a list that is not empty",
            ),
            (of(one("expect_table_row_count_to_equal", value="1")), "value: expected a number, found '1'"),
            (of(one(column="price")), "reads columns that validate.columns does not declare: ['price']"),
        ],
    )
    def test_what_it_holds(self, tmp_path, suite, said):
        """The file, the expectation's number, what was expected and what was found."""
        with pytest.raises(BadInput, match=re.escape(said)) as caught:
            settings(tmp_path, suite)
        assert "\n" not in str(caught.value)
        assert "own.json" in str(caught.value)

    @pytest.mark.parametrize(
        "named",
        ["../own.json", "/tmp/own.json", "a/../own.json", "own.py", ".dvc/own.json", "3", "[a]", "''"],  # noqa: S108 - never written to
    )
    def test_where_it_lies(self, tmp_path, named):
        """A path that leaves the folder, hides, or is no JSON file's."""
        with pytest.raises(BadInput, match=r"validate.suite: expected the path of a "):
            settings(tmp_path, of(one(**OF_X)), named=named)

    def test_a_link_that_leads_out(self, tmp_path):
        """A link inside the folder to a file outside of it is not followed."""
        (tmp_path / "secret.json").write_text("{}")
        settings(tmp_path, of(one(**OF_X)))
        (tmp_path / "model" / FILE).unlink()
        (tmp_path / "model" / FILE).symlink_to(tmp_path / "secret.json")
        with pytest.raises(BadInput, match="inside the model folder"):
            read_params(tmp_path / "model" / "params.yaml")

    def test_none_there(self, tmp_path):
        """A file that is named and missing is named."""
        with pytest.raises(BadInput, match=r"expectations/own.json: there is no such file"):
            settings(tmp_path, b"{}", file="other/own.json", named=FILE)


class TestTheCore:
    """The list of expectations is Great Expectations' own."""

    def test_types_and_arguments(self):
        """Each is there, needs what it is said to need, and has no others but those that are refused."""
        import great_expectations.expectations as gxe

        from tasks.validate.own import camel

        refused = {"id", "meta", "notes", "result_format", "description", "catch_exceptions", "severity"}
        refused |= {"rendered_content", "windows", "batch_id", "row_condition", "condition_parser"}
        refused |= {"library_metadata", "column_index"}
        for kind, arguments in CORE.items():
            fields = {name: field.required for name, field in getattr(gxe, camel(kind)).__fields__.items()}
            assert fields.keys() - refused == arguments.keys(), kind
            ours = {name for name, needed in arguments.items() if needed}
            assert {name for name, needed in fields.items() if needed} <= ours, kind
