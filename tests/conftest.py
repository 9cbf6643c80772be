"""What every test may use: stores of both kinds, and properties that draw the same examples each time."""

import gc
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from embedded import Seaweed
from hypothesis import settings

if TYPE_CHECKING:
    from tasks.store import Store

# Tests run side by side: threads that multiply small matrices would wait for each other, three times as long.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

settings.register_profile("evergreen", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("evergreen")

# Thousands of tests and the packages that they import stay until the end. To look through them for garbage
# again and again took a twelfth of the time of all tests.
gc.disable()

_BUCKET = "evergreen-tests"


def pytest_collection_finish() -> None:
    """Collect garbage again, seldom, and not among what was there before the first test."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


@pytest.fixture(scope="session")
def seaweed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seaweed]:
    """One real object store for the whole session, with one bucket; don't stop this one."""
    with Seaweed(tmp_path_factory.mktemp("seaweed")) as server:
        server.make_bucket(_BUCKET)
        yield server


@pytest.fixture
def s3_url(seaweed: Seaweed, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of an empty place in a real S3, which this process and its children may use."""
    for name, value in seaweed.env.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return f"s3://{_BUCKET}/{uuid.uuid4().hex}"


@pytest.fixture(params=["directory", pytest.param("s3", marks=pytest.mark.real)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> "Store":
    """An empty store of each kind."""
    from tasks.store import open_store

    if request.param == "s3":
        return open_store(request.getfixturevalue("s3_url"))
    return open_store(str(tmp_path / "store"))
