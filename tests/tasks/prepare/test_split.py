"""Every row has one place, and no place knows what was not known in time."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from data_factories import small_params
from factories import small_frame
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.errors import BadInput, Leak
from tasks.objectives import REGRESSION
from tasks.prepare.split import HOLDOUT, SELECTION, SPLITS, TRAIN, hide_late_features, split, with_columns
from tasks.prepare.window import Cutoffs, cutoffs

PARAMS = small_params()
PREPARE = PARAMS.prepare
TIMES = cutoffs(["2024-01", "2024-02"], PREPARE, PARAMS.intake.calendar)
COLUMNS = ("row_id", "event_time", "day", "label", *PREPARE.features)

instants = st.one_of(
    st.sampled_from([getattr(TIMES, name) for name in ("start", "selection_start", "training_ends",
                                                       "holdout_ends", "label_cutoff")]),
    st.datetimes(datetime(2023, 12, 20), datetime(2024, 3, 12), timezones=st.just(UTC)),  # noqa: DTZ001 - given a zone by `timezones`
)  # fmt: skip
rows = st.fixed_dictionaries(
    {
        "event_time": st.one_of(st.none(), instants),
        "state": st.sampled_from(["done", "void"]),
        "label": st.sampled_from([0.0, 1.0, None]),
        "label_known_at": st.one_of(st.none(), instants),
        "lag": st.sampled_from([-3600, 0]),
        "x": st.one_of(st.none(), st.floats(-5, 5)),
    }
)


def frame_of(drawn: list[dict[str, object]]) -> pd.DataFrame:
    """The drawn rows in the columns and types of a batch."""
    frame = pd.DataFrame(drawn, columns=["event_time", "state", "label", "label_known_at", "lag", "x"])
    for name in ("event_time", "label_known_at"):
        frame[name] = pd.to_datetime(frame[name], utc=True).astype("datetime64[us, UTC]")
    frame["known_at"] = frame["event_time"] + pd.to_timedelta(frame.pop("lag"), unit="s")
    frame["label"] = frame["label"].astype("float64")
    frame["x"] = frame["x"].astype("float64")
    return frame.assign(
        row_id=[f"r{n}" for n in range(len(frame))],
        day=frame["event_time"].dt.strftime("%Y-%m-%d"),
        state=frame["state"].astype("str"),
        z=0.0,
        colour="red",
    )


def split_small(frame: pd.DataFrame) -> tuple[dict[str, pd.DataFrame], dict[str, int]]:
    return split(frame, PREPARE, TIMES)


def one_row(event: datetime, known: datetime | None = None, **values: object) -> pd.DataFrame:
    """A row at `event` whose label was known two hours later, unless said otherwise."""
    drawn = {"event_time": event, "state": "done", "label": 1.0, "lag": -3600, "x": 1.0}
    return frame_of([drawn | {"label_known_at": known or event + timedelta(hours=2)} | values])


def place_of(frame: pd.DataFrame) -> str:
    """Where a frame's only row went."""
    parts, excluded = split_small(frame)
    places = [name for name, part in parts.items() if len(part)] + list(excluded)
    assert len(places) == 1
    return places[0]


some = settings(max_examples=20)


class TestEveryRowHasOnePlace:
    """Rows in = rows kept + rows excluded by name."""

    @some
    @given(st.lists(rows, max_size=30))
    def test_no_row_is_lost_and_none_is_twice(self, drawn):
        """Whatever times and labels rows have, each is in one part or in one count."""
        parts, excluded = split_small(frame_of(drawn))
        kept = [row for part in parts.values() for row in part["row_id"]]
        assert len(kept) == len(set(kept))
        assert len(kept) + sum(excluded.values()) == len(drawn)
        assert all(count > 0 for count in excluded.values())

    @some
    @given(st.lists(rows, max_size=30))
    def test_parts_follow_each_other(self, drawn):
        """Every training row is before every selection row, and those before every holdout row."""
        parts, _ = split_small(frame_of(drawn))
        bounds = [(TIMES.start, TIMES.selection_start), (TIMES.selection_start, TIMES.training_ends),
                  (TIMES.training_ends, TIMES.holdout_ends)]  # fmt: skip
        for name, (first, end) in zip(SPLITS, bounds, strict=True):
            assert ((parts[name]["event_time"] >= first) & (parts[name]["event_time"] < end)).all()

    @some
    @given(st.lists(rows, max_size=30), st.randoms(use_true_random=False))
    def test_the_order_of_rows_does_not_matter(self, drawn, random):
        """A batch whose rows come in another order is split into equal parts."""
        frame = frame_of(drawn)
        order = list(range(len(frame)))
        random.shuffle(order)
        parts, excluded = split_small(frame)
        shuffled, counted = split_small(frame.iloc[order])
        assert counted == excluded
        for name in SPLITS:
            pd.testing.assert_frame_equal(shuffled[name], parts[name])

    @some
    @given(st.lists(rows, max_size=30))
    def test_labels_are_zero_or_one_and_known(self, drawn):
        """No kept row lacks a label, is void, or had its label known after its part's cut-off."""
        frame = frame_of(drawn).set_index("row_id")
        parts, _ = split_small(frame.reset_index())
        for name, part in parts.items():
            source = frame.loc[part["row_id"]]
            until = TIMES.label_cutoff if name == HOLDOUT else TIMES.training_ends
            assert part["label"].isin([0, 1]).all()
            assert (source["state"] == "done").all()
            assert (source["label_known_at"] <= until).all()


class TestUniqueIds:
    """An id's earliest row counts."""

    @some
    @given(st.lists(rows, max_size=30), st.integers(1, 5))
    def test_no_id_is_kept_twice(self, drawn, ids):
        """However often it comes; a later row takes nothing from an earlier one."""
        frame = frame_of(drawn).assign(row_id=[f"r{n % ids}" for n in range(len(drawn))])
        parts, excluded = split(frame, PREPARE, TIMES, unique=True)
        kept = [row for part in parts.values() for row in part["row_id"]]
        assert len(kept) == len(set(kept))
        assert len(kept) + sum(excluded.values()) == len(drawn)
        first = frame.sort_values("event_time", kind="stable").drop_duplicates("row_id")
        alone, _ = split(first, PREPARE, TIMES, unique=True)
        for name in SPLITS:
            pd.testing.assert_frame_equal(alone[name], parts[name])


class TestAtTheEdges:
    """An instant belongs to what begins at it."""

    @pytest.mark.parametrize(
        ("event", "place"),
        [
            (TIMES.start - timedelta(microseconds=1), "before the window"),
            (TIMES.start, TRAIN),
            (TIMES.selection_start - timedelta(microseconds=1), TRAIN),
            (TIMES.selection_start, SELECTION),
            (TIMES.training_ends, HOLDOUT),
            (TIMES.holdout_ends - timedelta(microseconds=1), HOLDOUT),
            (TIMES.holdout_ends, "after the window"),
        ],
    )
    def test_events(self, event, place):
        """A microsecond decides on which side of a boundary an event lies."""
        assert place_of(one_row(event, known=event)) == place

    @pytest.mark.parametrize(
        ("event", "until"),
        [
            (TIMES.selection_start - timedelta(days=1), TIMES.training_ends),
            (TIMES.training_ends - timedelta(hours=1), TIMES.training_ends),
            (TIMES.holdout_ends - timedelta(hours=1), TIMES.label_cutoff),
        ],
    )
    def test_labels(self, event, until):
        """A label known at the cut-off counts, and one known a microsecond later does not."""
        assert place_of(one_row(event, known=until)) in SPLITS
        assert place_of(one_row(event, known=until + timedelta(microseconds=1))) == "label not known in time"

    def test_a_label_without_a_time_was_never_known(self):
        """A row whose label has no time of its own is left out, whatever the label says."""
        frame = one_row(TIMES.start)
        frame["label_known_at"] = pd.Series([pd.NaT], dtype="datetime64[us, UTC]")
        assert place_of(frame) == "label not known in time"

    def test_a_missing_label_is_named(self):
        """A row whose label is null though it was due is counted as such."""
        assert place_of(one_row(TIMES.start, label=None)) == "label missing"

    def test_exclusions_carry_their_own_name(self):
        """A row that can have no label is counted under the name that params.yaml gives."""
        assert place_of(one_row(TIMES.start, state="void")) == "void"

    def test_what_excludes_a_row_is_not_known_before_its_label(self):
        """Whether a row turned out void is not read while its label is still to come."""
        event = TIMES.training_ends - timedelta(hours=1)
        assert place_of(one_row(event, state="void")) == place_of(one_row(event, state="done"))

    def test_an_exclusion_cannot_be_named_like_a_split(self):
        """Rows excluded as `train` would be trained on: the name is refused."""
        prepare = small_params(("name: void, column", "name: train, column")).prepare
        with pytest.raises(BadInput, match=r"prepare\.exclude: train"):
            split(one_row(TIMES.start), prepare, TIMES)


class TestBadLabels:
    """A label that is neither 0 nor 1 is an error here, and not rounded."""

    @pytest.mark.parametrize("label", [0.5, 2.0, -1.0, 300.0])
    def test_other_numbers_are_refused(self, label):
        """The message says which column, how many rows of how many, and what was found."""
        frame = pd.concat([one_row(TIMES.start), one_row(TIMES.start, label=label)])
        with pytest.raises(BadInput, match=rf"label: expected 0 or 1, found 1 of 2 rows .*{label}"):
            split_small(frame)

    def test_booleans_are_labels_too(self):
        """True and False are 1 and 0."""
        frame = pd.concat([one_row(TIMES.start), one_row(TIMES.start)]).assign(label=[True, False])
        assert sorted(split_small(frame)[0][TRAIN]["label"]) == [0, 1]


class TestColumns:
    """What is written is what the steps need, once."""

    def test_only_what_is_needed_is_kept(self):
        """Neither availability times nor what excludes rows are in a part."""
        parts, _ = split_small(small_frame())
        assert tuple(parts[TRAIN].columns) == COLUMNS

    def test_a_column_with_two_roles_is_there_once(self):
        """A cluster that is a feature and a slice is one column."""
        prepare = small_params(("cluster: day", "cluster: colour")).prepare
        parts, _ = split(small_frame(), prepare, TIMES)
        assert list(parts[TRAIN].columns) == ["row_id", "event_time", "colour", "label", "x", "z"]


class TestLateFeatures:
    """A feature's value counts only if it was known when the question was asked."""

    def test_a_future_column_is_a_leak(self):
        """A source that is known after the event in most rows is refused, with column and share."""
        frame = small_frame()
        frame["known_at"] = frame["event_time"] + timedelta(hours=1)
        with pytest.raises(Leak, match=r"sensor: x, z, colour .* 100\.0% of rows \(known_at > event_time\)"):
            split_small(frame)

    def test_the_declared_share_is_the_limit(self):
        """At the share that params.yaml allows late values are hidden; one row more is a leak."""
        frame = small_frame(rows=100)
        late = pd.Series(np.arange(100) < 5, index=frame.index)
        frame["known_at"] = frame["known_at"].mask(late, frame["event_time"] + timedelta(seconds=1))
        assert hide_late_features(frame, PREPARE)["x"].isna().sum() == 5
        frame.loc[5, "known_at"] = frame.loc[5, "event_time"] + timedelta(seconds=1)
        with pytest.raises(Leak):
            hide_late_features(frame, PREPARE)

    def test_known_at_the_event_is_known(self):
        """A value that became known at the very instant of the event is no leak."""
        frame = small_frame(rows=50)
        frame["known_at"] = frame["event_time"]
        assert hide_late_features(frame, PREPARE)["x"].notna().all()

    def test_whatever_a_feature_is_called(self):
        """`self` and `other`, and what no Python name could be."""
        rows = pd.DataFrame({"self": [1, 2], "x": [3, 4]})
        found = with_columns(rows, {"self": rows["x"], "a.b": rows["x"] * 2}.items())
        assert found.to_dict("list") == {"self": [3, 4], "x": [3, 4], "a.b": [6, 8]}
        assert rows.to_dict("list") == {"self": [1, 2], "x": [3, 4]}

    def test_a_value_without_a_time_is_not_known(self):
        """Where a source has no time, its values are missing."""
        frame = small_frame(rows=50)
        frame.loc[3, "known_at"] = pd.NaT
        hidden = hide_late_features(frame, PREPARE)
        assert hidden["x"].isna().tolist() == [n == 3 for n in range(50)]
        assert hidden["colour"].isna().sum() == 1

    def test_a_source_without_rows_is_no_leak(self):
        """An empty frame has no late value."""
        times = Cutoffs((), (), *[TIMES.start] * 5)
        assert split(small_frame(rows=0), PREPARE, times)[1] == {}


class TestLabelsOfARegression:
    """Numbers, each of which a learner can square."""

    def split_numbers(self, frame: pd.DataFrame) -> tuple[dict[str, pd.DataFrame], dict[str, int]]:
        """As `split_small`, for a regression."""
        return split(frame, PREPARE, TIMES, REGRESSION)

    def test_are_kept_as_they_are(self):
        """Numbers between, beyond and below 0 and 1, each in its row."""
        event = TIMES.start + timedelta(hours=1)
        for label in (-3.25, 0.0, 0.5, 1e15):
            parts, _ = self.split_numbers(one_row(event, label=label))
            assert parts[TRAIN]["label"].tolist() == [label]
            assert parts[TRAIN]["label"].dtype == np.float64

    def test_a_missing_one_is_left_out_by_name(self):
        """NaN is no number, and no label: its row is counted."""
        parts, excluded = self.split_numbers(one_row(TIMES.start + timedelta(hours=1), label=np.nan))
        assert parts[TRAIN].empty
        assert excluded == {"label missing": 1}

    @pytest.mark.parametrize("label", [np.inf, -np.inf, 1.1e15, -1e300])
    def test_infinite_and_huge_ones_are_refused(self, label):
        """One line that says what was expected, how many are not, and what to do."""
        with pytest.raises(BadInput, match=r"expected finite numbers of at most 1e\+15 in size, found 1 of"):
            self.split_numbers(one_row(TIMES.start + timedelta(hours=1), label=label))

    def test_text_is_refused(self):
        """A label that a producer wrote as text is named, not parsed."""
        row = one_row(TIMES.start + timedelta(hours=1)).assign(label="7")
        with pytest.raises(BadInput, match=r"label: expected numbers, found 1 of 1 rows .* \(such as 7\)"):
            self.split_numbers(row)

    def test_a_binary_model_still_refuses_numbers(self):
        """The default's labels are 0 and 1."""
        with pytest.raises(BadInput, match="label: expected 0 or 1, found 1 of 1"):
            split_small(one_row(TIMES.start + timedelta(hours=1), label=0.5))
