"""Two small months, prepared, and trained on once for the tests of a file."""

import pytest
from data_factories import months, versioned

from tasks.prepare.step import prepare
from tasks.train.step import train
from tasks.workspace import Workspace

JANUARY, FEBRUARY = "2024-01", "2024-02"


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Workspace:
    """A workspace in which two months were prepared and trained on."""
    workspace = versioned(tmp_path_factory.mktemp("trained"), months(JANUARY, FEBRUARY, rows=200))
    prepare(workspace)
    train(workspace)
    return workspace


@pytest.fixture
def fresh(tmp_path) -> Workspace:
    """A workspace of its own, prepared from the same months."""
    workspace = versioned(tmp_path, months(JANUARY, FEBRUARY, rows=200))
    prepare(workspace)
    return workspace
