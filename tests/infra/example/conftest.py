"""The year of the example, built once for all of its tests."""

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from example.flights import build_months


@pytest.fixture(scope="session")
def months(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The twelve files, in a cache folder of this session's own."""
    return build_months(tmp_path_factory.mktemp("flights"))


@pytest.fixture(scope="session")
def year(months: dict[str, Path]) -> pd.DataFrame:
    """All rows in the order delivered; `late` is a float with NaN for null."""
    return pd.concat([pq.read_table(path).to_pandas() for path in months.values()], ignore_index=True)


@pytest.fixture(scope="session")
def by_id(year: pd.DataFrame) -> pd.DataFrame:
    """The year, looked up by flight."""
    return year.set_index("flight_id")
