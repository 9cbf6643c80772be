"""What holds between the sections, and the hash of them all: over what can change an output."""

from typing import Any

import pytest
import yaml
from factories import PARAMS
from params_texts import changed, complaint

from tasks.errors import Leak
from tasks.params import Params, parse_params


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

    def test_survives_a_round_trip(self) -> None:
        """Parameters written out and read again are the same, with the same hash."""
        one = parse_params(PARAMS)
        again = Params.model_validate_json(one.model_dump_json(by_alias=True))
        assert (again, again.hash, again.contract.hash) == (one, one.hash, one.contract.hash)
