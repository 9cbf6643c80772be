"""params.yaml is read whole or not at all: what is wrong is named, one line each."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from factories import PARAMS
from hypothesis import given, settings
from hypothesis import strategies as st
from params_texts import changed, complaint, without

from tasks.errors import BadInput
from tasks.params import parse_params, read_params
from tasks.params.columns import A_COLUMN, unfit_name
from tasks.params.section import A_NAME

ROOT = Path(__file__).parents[3]


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


class TestNames:
    """Columns whose names cannot be declared, and what YAML takes for no text."""

    @pytest.mark.parametrize("name", ["a\nb", " x", "x" * 129, "gro\u0308ße", "quarantine.row"])
    def test_of_columns_that_are_unfit_are_told_with_what_a_name_may_be(self, name: str) -> None:
        """One line that any terminal shows, with the rule in words and what is wrong with this one."""
        document = yaml.safe_load(PARAMS)
        document["validate"]["columns"][name] = {"type": "number"}
        told = complaint(yaml.safe_dump(document, allow_unicode=True))
        said = f"params.yaml: validate.columns: expected {A_COLUMN}, {unfit_name(name)}"
        assert told == said
        assert told.isprintable()

    @pytest.mark.parametrize("name", ["a b", "_x", "a.b", "größe"])
    def test_of_what_is_no_column_are_narrow(self, name: str) -> None:
        """Clauses, exclusions and sources are named by whoever writes params.yaml."""
        for path in ("contract.clauses.0.name", "prepare.exclude.0.name", "prepare.sources.0.name"):
            told = complaint(changed(path, name)).splitlines()[0]
            assert told == f"params.yaml: {path}: expected {A_NAME}, found {name!r}"

    def test_stand_in_quotes_where_a_full_stop_would_be_another_step(self) -> None:
        """The place of a setting can be read back."""
        document = yaml.safe_load(PARAMS)
        document["validate"]["columns"]["a.b (EUR)"] = {"type": "number", "max_nulls": 2}
        assert complaint(yaml.safe_dump(document)).startswith(
            'params.yaml: validate.columns."a.b (EUR)".max_nulls: Input should be less than'
        )

    @pytest.mark.parametrize(("key", "read"), [("no", False), ("null", None), ("7", 7)])
    def test_that_yaml_reads_as_something_else_are_to_be_quoted(self, key: str, read: object) -> None:
        """What was a column's name to its author is told as what YAML made of it."""
        text = PARAMS.replace("  columns:\n", f"  columns:\n    {key}: {{type: number}}\n", 1)
        told = complaint(text)
        assert "validate.columns: expected text: write it in quotes (" in told
        assert told.endswith(f"found {read!r}")

    def test_in_quotes_are_text(self) -> None:
        """As the message says: `"no"` is a column like another."""
        text = PARAMS.replace("  columns:\n", '  columns:\n    "no": {type: number}\n', 1)
        assert "no" in parse_params(text).validation.columns


WRONG: list[tuple[str, Any, str]] = [
    ("model", "Small Model", "model: expected 1 to 48 of a to z"),
    ("model", "../../etc", "model: expected 1 to 48 of a to z"),
    ("model", 7, "model: expected text: write it in quotes ("),
    ("store", "s3://x", "store: Input should be a valid dictionary"),
    ("store.url", None, "store.url: expected text"),
    ("intake", [], "intake: Input should be a valid dictionary"),
    ("intake.period", "year", "intake.period: Input should be 'day', 'week' or 'month', found 'year'"),
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
