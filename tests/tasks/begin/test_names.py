"""Every name becomes one that params.yaml allows, and no two become one."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.begin.names import allowed_names, is_allowed, model_name
from tasks.params.section import MODEL


class TestNames:
    """Of columns and of a model."""

    @settings(max_examples=20)
    @given(st.lists(st.text(max_size=80), unique=True, max_size=12))
    def test_of_columns_are_allowed_and_differ(self, columns):
        """Whatever they were; one that is allowed stays as it is."""
        names = allowed_names(columns)
        assert list(names) == columns
        assert all(map(is_allowed, names.values()))
        assert len(set(names.values())) == len(columns)
        assert all(names[one] == one for one in columns if is_allowed(one))

    @settings(max_examples=50)
    @given(st.text(max_size=80))
    def test_of_a_model_are_allowed(self, label):
        """From any label."""
        assert re.fullmatch(MODEL, model_name(label))
