"""What clauses ask about groups: slices, shares of rows, and differences and ratios as Fairlearn has them."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from compared import LOSSES, RATES, asked, inside, means, rate, textbook, world
from data_factories import declared

from tasks.evaluate.answers import Answers
from tasks.evaluate.binary import Undefined


class TestSlices:
    """The lead in each slice, on its own rows."""

    @pytest.mark.parametrize("metric", ["log_loss", "brier", "value"])
    def test_are_the_metric_on_the_slices_rows(self, metric):
        """Each value's lead is that of its rows alone, and so is that of rows without a value."""
        seen, sign = world(), -1 if metric in LOSSES else 1
        found = means(declared(kind="slice", metric=metric, column="kind", margin=0.1), seen)
        assert next(iter(found)) == "kind a"
        assert set(found) == {"kind a", "kind b", "kind c", "kind (missing)"}
        for of, lead in found.items():
            rows = inside(seen, of.removeprefix("kind "))
            first, second = (
                textbook(metric, seen.labels[rows], Answers(one.probabilities[rows], one.threshold))
                for one in (seen.champion, seen.challenger)
            )
            assert lead == pytest.approx(sign * (second - first))

    def test_name_their_rows(self):
        """A slice has a number for each of its rows, and says which they are."""
        seen = world()
        for one in asked(declared(kind="slice", metric="value", column="kind", margin=0.1), seen):
            assert one.rows.tolist() == inside(seen, one.of.removeprefix("kind ")).tolist()
            assert len(one.values()) == one.rows.sum()


class TestRepresentation:
    """Shares of rows."""

    def test_are_the_values_shares_of_all_rows(self):
        """Also of rows without a value; one that never comes has a share of 0."""
        seen = world()
        clause = declared(kind="representation", column="kind", values=("b", "a", "never"), threshold=0.1)
        found = means(clause, seen)
        assert list(found) == ["kind b", "kind a", "kind never"]
        assert found["kind a"] == pytest.approx(inside(seen, "a").mean())
        assert found["kind b"] == pytest.approx(inside(seen, "b").mean())
        assert found["kind never"] == 0

    @pytest.mark.parametrize(
        ("values", "dtype"), [([1, 2], "int64"), ([True, False], "bool"), ([1, None], "Int64")]
    )
    def test_take_values_as_they_are_written(self, values, dtype):
        """A column of numbers, truths or with gaps is read as text; the first value is half the rows."""
        column = pd.Series(values * 300, dtype=dtype)
        clause = declared(kind="representation", column="kind", values=(str(values[0]),), threshold=0.1)
        assert list(means(clause, world(columns={"kind": column})).values()) == [0.5]

    def test_rows_without_a_value_have_one_name(self):
        """What a slice calls (missing) has the share of those rows here too."""
        clause = declared(kind="representation", column="kind", values=("(missing)",), threshold=0.01)
        seen = world()
        assert list(means(clause, seen).values()) == [pytest.approx(inside(seen, "(missing)").mean())]


@pytest.mark.parametrize("measure", RATES)
class TestFairness:
    """Differences of groups, as Fairlearn defines them."""

    def test_are_those_of_each_ordered_pair(self, measure):
        """For groups a and b, minus (a's rate less b's), and minus (b's less a's)."""
        seen = world()
        found = means(declared(kind="fairness", measure=measure, column="kind", margin=0.1), seen)
        rates = {name: rate(measure, seen, inside(seen, name)) for name in ("a", "b", "c", "(missing)")}
        assert found == {
            f"{more} less {less}": pytest.approx(-(rates[more] - rates[less]))
            for more, less in permutations(rates, 2)
        }

    @pytest.mark.parametrize("seed", [0, 1, 2])
    def test_the_worst_is_the_largest_less_the_smallest(self, measure, seed):
        """All pairs are within a margin exactly if Fairlearn's difference, max - min, is."""
        seen = world(seed)
        found = means(declared(kind="fairness", measure=measure, column="kind", margin=0.1), seen)
        rates = [rate(measure, seen, inside(seen, name)) for name in ("a", "b", "c", "(missing)")]
        assert -min(found.values()) == pytest.approx(max(rates) - min(rates))
        assert -min(found.values()) > 0.02

    def test_one_group_has_no_pair(self, measure):
        """Nothing is asked where all rows are of one group."""
        seen = world(columns={"kind": pd.Series(["a"] * 600)})
        assert asked(declared(kind="fairness", measure=measure, column="kind", margin=0.1), seen) == []

    def test_rare_values_are_compared_together(self, measure):
        """Groups without support are one, the rest, and compared with the others."""
        values = np.array((["a"] * 14 + ["b"] * 12 + ["c", "d"] * 2) * 20)
        seen = world(columns={"kind": pd.Series(values)})
        found = means(declared(kind="fairness", measure=measure, column="kind", margin=0.1), seen)
        rest = np.isin(values, ["c", "d"])
        gap = rate(measure, seen, rest) - rate(measure, seen, values == "a")
        assert found["rest less a"] == pytest.approx(-gap)
        assert len(found) == 6

    def test_rest_on_the_rows_that_the_rates_count(self, measure):
        """Those of the two groups, of the label that the measure is about."""
        seen = world()
        label = {"true_positive_rate": 1, "false_positive_rate": 0}.get(measure)
        counted = np.ones(600, bool) if label is None else seen.labels == label
        for one in asked(declared(kind="fairness", measure=measure, column="kind", margin=0.1), seen):
            wanted = [inside(seen, name) & counted for name in one.of.split(" less ")]
            assert np.array_equal(one.rests_on(), wanted)

    def test_a_rest_without_support_is_not_compared(self, measure):
        """The others are, as if its rows were not there."""
        values = np.array(["a"] * 300 + ["b"] * 290 + ["c"] * 10)
        seen = world(columns={"kind": pd.Series(values)})
        found = means(declared(kind="fairness", measure=measure, column="kind", margin=0.1), seen)
        gap = rate(measure, seen, values == "a") - rate(measure, seen, values == "b")
        assert found == {"a less b": pytest.approx(-gap), "b less a": pytest.approx(gap)}


@pytest.mark.parametrize("measure", [one for one in RATES if one != "calibration"])
class TestFairnessRatio:
    """Ratios of groups; calibration has signs, and none."""

    def test_is_above_exactly_if_the_smallest_is(self, measure):
        """All pairs are above Fairlearn's ratio, min / max, exactly if that is: at it the least is 0."""
        seen = world()
        rates = [rate(measure, seen, inside(seen, name)) for name in ("a", "b", "c", "(missing)")]
        ratio = min(rates) / max(rates)
        at_bar = means(declared(kind="fairness", measure=measure, column="kind", ratio=ratio), seen)
        assert len(at_bar) == 12
        assert f"a less {ratio:g} times b" in at_bar
        assert min(at_bar.values()) == pytest.approx(0, abs=1e-12)
        stricter = declared(kind="fairness", measure=measure, column="kind", ratio=ratio + 0.01)
        assert min(means(stricter, seen).values()) == pytest.approx(-0.01 * max(rates))


class TestUndefinedGroups:
    """A group whose rate does not exist on these rows is named, and its pairs alone are undefined."""

    @pytest.mark.parametrize(("measure", "label"), [("true_positive_rate", 1), ("false_positive_rate", 0)])
    def test_a_group_without_the_label_is_named(self, measure, label):
        """Each pair with that group is undefined, and the others are not."""
        seen = world()
        labels = np.where(inside(seen, "b"), 1.0 - label, seen.labels)
        seen = world(labels=labels)
        for one in asked(declared(kind="fairness", measure=measure, column="kind", margin=0.1), seen):
            if "b" in one.of.split(" less "):
                with pytest.raises(Undefined, match=f"no row with label {label} of b on these rows"):
                    one.values()
            else:
                assert np.isfinite(one.values()).all()

    @pytest.mark.parametrize("alarm", [0.0, 1.0])
    def test_a_rate_that_does_not_vary_is_named(self, alarm):
        """A group that is never warned, or always, on however many rows: each pair with it is undefined."""
        seen = world()
        says = np.where(inside(seen, "b"), alarm, seen.challenger.probabilities)
        seen = world(challenger=Answers(says, 0.6))
        clause = declared(kind="fairness", measure="selection_rate", column="kind", margin=0.1)
        for one in asked(clause, seen):
            if "b" in one.of.split(" less "):
                with pytest.raises(Undefined, match="selection rate of b does not vary"):
                    one.values()
            else:
                assert np.isfinite(one.values()).all()
