"""The figures of drift compare the same thing, done twice."""

import pytest
from benchmarks.drift import NUMBERS, TEXTS, by_profiles, by_scipy, measure_drift, profiled, written
from benchmarks.slices import measure_slices, without_slices
from data_factories import small_params
from factories import small_batch
from rich.console import Console

from tasks.profile.rows import profile_file


class TestMeasureDrift:
    """`make bench` on small files."""

    def test_both_find_the_same(self, tmp_path):
        """Of each of the 12 columns the same effect, to the error of a histogram."""
        files = [written(tmp_path / f"{seed}.parquet", 3_000, seed) for seed in (0, 1)]
        ours = by_profiles(*(profiled(one) for one in files)).columns
        theirs = by_scipy(*files)
        assert {one.column for one in ours} == {*NUMBERS, *TEXTS} == theirs.keys()
        assert len(theirs) == 12
        for one in ours:
            assert one.effect == pytest.approx(theirs[one.column], abs=0.003)

    def test_what_was_not_measured_here_says_so(self):
        """A ratio to a stated number is told apart from one to what ran beside it."""
        found = {one.name: one for one in measure_drift(1, Console(quiet=True), rows=(2_000, 1_000))}
        assert found["drift_from_profiles_faster"].value > 0
        assert "not measured in this run" in found["drift_from_rows_evidently"].against
        assert "pandas and scipy" in found["drift_from_rows_faster"].against
        assert found["drift_from_rows_evidently"].value == pytest.approx(
            4.8 / (found["drift_profiling_seconds"].value + found["drift_comparing_seconds"].value)
        )


class TestMeasureSlices:
    """What slices add."""

    def test_without_them_all_else_is_the_same(self):
        """The same profile, of which only the slices are gone."""
        data, params = small_batch("2024-01"), small_params()
        whole, less = (profile_file(data, one, "x") for one in (params, without_slices(params)))
        assert whole.slices.keys() == {"colour"}
        assert whole.model_copy(update={"slices": {}}) == less

    @pytest.mark.long
    def test_of_a_real_month(self):
        """Slices cost time and bytes."""
        found = {one.name: one.value for one in measure_slices(1, Console(quiet=True))}
        assert found["profile_month_kb"] > found["profile_month_without_slices_kb"] > 0
