"""Invariant 1: a value known after the cut-off changes no prepared, trained or selected byte.

Each leak that the design names is planted here too: the check that holds for the code as it is
must fail for the code with the leak, or it is no check.
"""

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from data_factories import changed, stage_bytes, versioned
from factories import parquet, small_frame
from hypothesis import given, settings
from hypothesis import strategies as st

import tasks.prepare.step as prepare_step
import tasks.train.step as train_step
from tasks.errors import Leak
from tasks.params import parse_params
from tasks.prepare.features import fix_schema
from tasks.prepare.split import HOLDOUT, SELECTION, split
from tasks.prepare.step import prepare, read_part
from tasks.train.step import train
from tasks.workspace import Workspace

JANUARY, FEBRUARY = "2024-01", "2024-02"
TRAINING_ENDS = datetime(2024, 2, 1, tzinfo=UTC)
LABEL_CUTOFF = datetime(2024, 3, 2, tzinfo=UTC)
ROWS = 150

Frames = dict[str, pd.DataFrame]
_numbers = count()


def frames_with_late_values() -> Frames:
    """Two months in which some labels, some features and some exclusions become known too late."""
    frames = {JANUARY: small_frame(JANUARY, rows=ROWS), FEBRUARY: small_frame(FEBRUARY, rows=ROWS)}
    for period, cutoff in ((JANUARY, TRAINING_ENDS), (FEBRUARY, LABEL_CUTOFF)):
        frame = frames[period]
        late = frame.index.isin([3, 60, 100, 140])
        frame["label_known_at"] = frame["label_known_at"].mask(late, cutoff + timedelta(seconds=1))
        frame["known_at"] = frame["known_at"].mask(
            frame.index.isin([7, 61, 141]), frame["event_time"] + timedelta(seconds=1)
        )
        frame["state"] = frame["state"].mask(frame.index == 3, "void")
    return frames


BASE = frames_with_late_values()


def late_places(frame: pd.DataFrame, cutoff: datetime) -> tuple[list[int], list[int]]:
    """Rows whose label is known after the cut-off, and rows whose features are known after the event."""
    labels = frame.index[frame["label_known_at"] > cutoff]
    features = frame.index[frame["known_at"] > frame["event_time"]]
    return list(labels), list(features)


def written(parent: Path, frames: Frames, *, to: str = "prepare") -> tuple[Workspace, dict[str, bytes]]:
    """Every byte that prepare (and train) leave for these months."""
    workspace = versioned(parent, frames, name=f"w{next(_numbers)}")
    prepare(workspace)
    left = stage_bytes(workspace.prepared)
    if to == "train":
        train(workspace)
        left |= stage_bytes(workspace.model)
    return workspace, left


def without_holdout(left: dict[str, bytes]) -> dict[str, bytes]:
    """What has to be the same whatever the holdout's rows say: all but the holdout and its description."""
    kept = {name: data for name, data in left.items() if name not in ("holdout.parquet", "prepared.json")}
    described = prepare_step.Preparation.model_validate_json(left["prepared.json"])
    for name in ("train", "selection"):
        kept[f"described {name}"] = described.parts[name].to_bytes()
    kept["schema"] = described.features.to_bytes()
    return kept


def other_holdout(seed: int = 99, rows: int = ROWS) -> Frames:
    """The same January before another February: other features, labels, a new colour, another prevalence."""
    frame = small_frame(FEBRUARY, seed, rows=rows, signal=-1.0)
    frame["colour"] = frame["colour"].mask(frame.index % 3 == 0, "mauve")
    frame["label"] = frame["label"].mask(frame["label"].notna(), 1 - frame["label"].fillna(0))
    return {JANUARY: BASE[JANUARY], FEBRUARY: frame}


def assert_blind_to_holdout(parent: Path) -> None:
    """Train on two worlds that differ in the holdout alone, and compare every byte before it.

    Both are made by the code as it is now, with whatever is planted in it.
    """
    _, first = written(parent, BASE, to="train")
    _, second = written(parent, other_holdout(), to="train")
    assert without_holdout(first) == without_holdout(second)


mutations = st.fixed_dictionaries(
    {
        "label": st.sampled_from([0, 1, 7, None]),
        "state": st.sampled_from(["done", "void"]),
        "x": st.one_of(st.none(), st.floats(allow_nan=False)),
        "z": st.one_of(st.none(), st.floats(-5, 5)),
        "colour": st.sampled_from(["red", "mauve", "zzz", None]),
    }
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """What the world as it is comes to."""
    return written(tmp_path_factory.mktemp("expected"), BASE, to="train")[1]


@pytest.fixture(scope="module")
def expected(trained):
    """The prepared part of it."""
    return {name: data for name, data in trained.items() if not name.startswith("model.")}


class TestWhatIsKnownTooLateChangesNothing:
    """The property, on values."""

    @settings(max_examples=12)
    @given(drawn=st.lists(mutations, min_size=14, max_size=14))
    def test_late_values(self, tmp_path_factory, expected, drawn):
        """Labels, exclusions and features known after their cut-off can say anything: not a byte moves."""
        frames = {period: frame.copy() for period, frame in BASE.items()}
        values = iter(drawn)
        for period, cutoff in ((JANUARY, TRAINING_ENDS), (FEBRUARY, LABEL_CUTOFF)):
            labels, features = late_places(frames[period], cutoff)
            assert (len(labels), len(features)) == (4, 3)
            for row in labels:
                value = next(values)
                frames[period].loc[row, ["label", "state"]] = [value["label"], value["state"]]
            for row in features:
                value = next(values)
                for column in ("x", "z", "colour"):
                    frames[period].loc[row, column] = np.nan if value[column] is None else value[column]
        assert parquet(frames[JANUARY]) != parquet(BASE[JANUARY])
        assert written(tmp_path_factory.mktemp("changed"), frames)[1] == expected

    @pytest.mark.parametrize(
        ("row", "column", "value"), [(10, "label", 7), (10, "x", 3.25), (10, "colour", "mauve")]
    )
    def test_values_known_in_time_do_change_bytes(self, tmp_path, expected, row, column, value):
        """The same changes to rows that were known in time are seen: the property can fail."""
        frames = {period: frame.copy() for period, frame in BASE.items()}
        if column == "label":
            value = 1 - frames[FEBRUARY].loc[row, "label"]
        frames[FEBRUARY].loc[row, column] = value
        changed_bytes = written(tmp_path, frames)[1]
        assert changed_bytes != expected

    @settings(max_examples=5)
    @given(seed=st.integers(0, 2**31), rows=st.integers(60, 300))
    def test_the_holdout(self, tmp_path_factory, trained, seed, rows):
        """Whatever the holdout's rows are, train, selection, schema, model and card keep every byte."""
        second = written(tmp_path_factory.mktemp("second"), other_holdout(seed, rows), to="train")[1]
        assert trained["holdout.parquet"] != second["holdout.parquet"]
        assert without_holdout(trained) == without_holdout(second)


class TestPlantedLeaksAreCaught:
    """Each leak the design names, planted: the check above fails, or the code refuses."""

    def test_nothing_planted(self, tmp_path):
        """The check that catches each of the following holds for the code as it is."""
        assert_blind_to_holdout(tmp_path)

    def test_categories_learned_on_the_holdout(self, tmp_path, monkeypatch):
        """A schema fixed on all rows knows the holdout's colours."""

        def on_everything(rows, settings, times, *label):
            parts, excluded = split(rows, settings, times, *label)
            monkeypatch.setattr(
                prepare_step,
                "fix_schema",
                lambda train_rows, *more: fix_schema(pd.concat([train_rows, parts[HOLDOUT]]), *more),
            )
            return parts, excluded

        monkeypatch.setattr(prepare_step, "split", on_everything)
        with pytest.raises(AssertionError):
            assert_blind_to_holdout(tmp_path)

    def test_threshold_learned_on_the_holdout(self, tmp_path, monkeypatch):
        """A threshold chosen on the holdout's labels moves with them."""
        card = train_step._card

        def peeking(workspace, parts, rows, fitted, *, drill):
            holdout = read_part(workspace, HOLDOUT)
            params = workspace.params
            seen = train_step._matrix(
                holdout, params, prepare_step.read_preparation(workspace).features, drill=False
            )
            return card(workspace, parts, (rows[0], seen), fitted, drill=drill)

        monkeypatch.setattr(train_step, "_card", peeking)
        with pytest.raises(AssertionError):
            assert_blind_to_holdout(tmp_path)

    def test_stopping_on_the_holdout(self, tmp_path, monkeypatch):
        """A model stopped early on the holdout differs with it."""
        monkeypatch.setattr(
            train_step, "read_part", lambda w, name: read_part(w, HOLDOUT if name == SELECTION else name)
        )
        with pytest.raises(AssertionError):
            assert_blind_to_holdout(tmp_path)

    def test_a_future_column_as_a_feature(self, tmp_path):
        """A source that is known only after the event stops the cycle."""
        frames = {period: frame.copy() for period, frame in BASE.items()}
        for frame in frames.values():
            frame["known_at"] = frame["event_time"] + timedelta(minutes=1)
        with pytest.raises(Leak, match="become known after the event in 100"):
            written(tmp_path, frames)

    @pytest.mark.parametrize(
        ("kind", "declared", "column"),
        [("numeric", "x, z", "label"), ("categorical", "colour", "state")],
    )
    def test_the_label_as_a_feature(self, kind, declared, column):
        """Neither the label nor what excludes a row can be declared a feature."""
        text = changed((f"{kind}: [{declared}]", f"{kind}: [{declared}, {column}]"))
        with pytest.raises(Leak, match=rf"\['{column}'\] say what the label says"):
            parse_params(text)
