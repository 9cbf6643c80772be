"""Great Expectations' core expectations that a suite may name: each with its arguments.

Told here and not by Great Expectations, whose import takes seconds; a test holds the two together. Those
that run SQL or need another table are none: a batch is one file.
"""

from typing import Final


def _arguments(table: str) -> dict[str, dict[str, bool]]:
    lines = [line.split() for line in table.strip().splitlines()]
    return {kind: {one.rstrip("?"): one[-1] != "?" for one in names} for kind, *names in lines}


CORE: Final = _arguments("""
expect_column_distinct_values_to_be_in_set column value_set
expect_column_distinct_values_to_contain_set column value_set
expect_column_distinct_values_to_equal_set column value_set
expect_column_max_to_be_between column min_value? max_value? strict_min? strict_max?
expect_column_mean_to_be_between column min_value? max_value? strict_min? strict_max?
expect_column_median_to_be_between column min_value? max_value? strict_min? strict_max?
expect_column_min_to_be_between column min_value? max_value? strict_min? strict_max?
expect_column_most_common_value_to_be_in_set column value_set ties_okay?
expect_column_pair_values_a_to_be_greater_than_b column_A column_B mostly? or_equal? ignore_row_if?
expect_column_pair_values_to_be_equal column_A column_B mostly? ignore_row_if?
expect_column_pair_values_to_be_in_set column_A column_B mostly? value_pairs_set ignore_row_if?
expect_column_proportion_of_non_null_values_to_be_between column min_value? max_value? strict_min? strict_max?
expect_column_proportion_of_unique_values_to_be_between column min_value? max_value? strict_min? strict_max?
expect_column_quantile_values_to_be_between column quantile_ranges allow_relative_error?
expect_column_stdev_to_be_between column min_value? max_value? strict_min? strict_max?
expect_column_sum_to_be_between column min_value? max_value? strict_min? strict_max?
expect_column_to_exist column
expect_column_unique_value_count_to_be_between column min_value? max_value? strict_min? strict_max?
expect_column_value_lengths_to_be_between column mostly? min_value? max_value? strict_min? strict_max?
expect_column_value_lengths_to_equal column mostly? value
expect_column_value_z_scores_to_be_less_than column mostly? threshold double_sided
expect_column_values_to_be_between column mostly? min_value? max_value? strict_min? strict_max?
expect_column_values_to_be_dateutil_parseable column mostly?
expect_column_values_to_be_decreasing column mostly? strictly?
expect_column_values_to_be_in_set column mostly? value_set
expect_column_values_to_be_increasing column mostly? strictly?
expect_column_values_to_be_json_parseable column mostly?
expect_column_values_to_be_null column mostly?
expect_column_values_to_be_unique column mostly?
expect_column_values_to_match_json_schema column mostly? json_schema
expect_column_values_to_match_regex column mostly? regex
expect_column_values_to_match_regex_list column mostly? regex_list match_on?
expect_column_values_to_match_strftime_format column mostly? strftime_format
expect_column_values_to_not_be_in_set column mostly? value_set
expect_column_values_to_not_be_null column mostly?
expect_column_values_to_not_match_regex column mostly? regex
expect_column_values_to_not_match_regex_list column mostly? regex_list
expect_compound_columns_to_be_unique column_list mostly? ignore_row_if?
expect_multicolumn_sum_to_equal column_list mostly? ignore_row_if? sum_total
expect_select_column_values_to_be_unique_within_record column_list mostly? ignore_row_if?
expect_table_column_count_to_be_between min_value? max_value?
expect_table_column_count_to_equal value
expect_table_columns_to_match_ordered_list column_list
expect_table_columns_to_match_set column_set exact_match?
expect_table_row_count_to_be_between min_value? max_value? strict_min? strict_max?
expect_table_row_count_to_equal value
""")
"""By type, each argument and whether it must be there."""

OF_THE_FILE: Final = frozenset(
    kind for kind in CORE if kind.startswith("expect_table_column") or kind == "expect_column_to_exist"
)
"""Those that ask which columns there are: they may name columns that are not declared."""
