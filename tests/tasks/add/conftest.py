"""One model folder of a person's table, and copies of it to be changed."""

import pytest
from table_factories import begun, copied, four_months


@pytest.fixture(scope="session")
def first(tmp_path_factory):
    """A folder of three months, of which a table has four."""
    return begun(tmp_path_factory.mktemp("first"), four_months()[:450])


@pytest.fixture
def made(first, tmp_path):
    """The same, to be changed."""
    return copied(first, tmp_path)
