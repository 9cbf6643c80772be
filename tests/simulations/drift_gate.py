"""What is told of a delivery: by rules and learned thresholds, and how far all lies, for fixed ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
from example.flights import PERIODS, build_months, encode
from numpy.random import default_rng
from simulations.corruptions import LABEL, ROWS, catalogue

from tasks.drift.covariates import Compared, comparisons, covariate_shift
from tasks.drift.labels import label_shift
from tasks.drift.volume import volume
from tasks.params import Params, read_params
from tasks.prepare.features import Schema
from tasks.profile import Profile
from tasks.profile.rows import profile_file
from tasks.validate.step import check_batch
from tasks.workspace import BatchFile

ROOT = Path(__file__).parents[2]
CACHE = ROOT / "build" / "flights"


@dataclass(frozen=True)
class Told:
    """A month as delivered; `corruption` is its place in the catalogue, None as it came.

    `rules` and `learned` are the columns that validation and drift tell of. `far` and `missing` say how far
    each column lies from the months before, for thresholds that are fixed: its effect, and by how much the
    share of missing values rose.
    """

    period: str
    corruption: int | None
    severity: int
    rules: frozenset[str]
    learned: frozenset[str]
    far: Mapping[str, float]
    missing: Mapping[str, float]


def told(
    period: str, others: tuple[str, ...], corruption: int | None = None, severity: int = 0, seed: int = 0
) -> Told:
    """A month against other ones, which came undamaged and which a champion has learned from.

    What is delivered again is the month before, or of January the month after.
    """
    table = month(period)
    if corruption is not None:
        entry, before = catalogue()[corruption], month(PERIODS[abs(PERIODS.index(period) - 1)])
        rng = default_rng([seed, PERIODS.index(period), corruption, severity])
        table = entry.spoil(table, entry.amounts[severity], rng, before)
    data = encode(table)
    new = profile_file(data, params(), period)
    compared = comparisons({name: profile_of(name) for name in others}, {period: new})
    learned, far, missing = drifted(compared)
    return Told(period, corruption, severity, broken(data, period), learned, far, missing)


def broken(data: bytes, period: str) -> frozenset[str]:
    """The columns of the rules of params.yaml that a delivery breaks."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "batch.parquet"
        path.write_bytes(data)
        report = check_batch(path, BatchFile(period, "0" * 12), params(), "0" * 64)
    return frozenset(failure.column or ROWS for failure in report.failures)


def drifted(compared: Sequence[Compared]) -> tuple[frozenset[str], dict[str, float], dict[str, float]]:
    """What `evergreen drift` tells of the last period, and the sizes behind it."""
    inputs = covariate_shift(compared, Schema(features=()), None)
    label, rows = label_shift(LABEL, compared), volume(compared)
    learned = {one.column for one in inputs.columns if one.drifted}
    learned |= {name for name, drifted in ((LABEL, label.shifted), (ROWS, rows.drifted)) if drifted}
    far = {one.column: one.effect or 0.0 for one in inputs.columns}
    share = label.reference.estimate or 0.0
    # In standard deviations, as the effects of other numbers are.
    far[LABEL] = abs(label.change.estimate or 0.0) / (share * (1 - share)) ** 0.5
    far[ROWS] = abs(rows.change or 0.0)
    return frozenset(learned), far, {one.column: abs(one.missing) for one in inputs.columns}


@cache
def params() -> Params:
    """The example's own."""
    return read_params(ROOT / "params.yaml")


@cache
def month(period: str) -> pa.Table:
    """A month as it came."""
    return pq.read_table(build_months(CACHE)[period])


@cache
def profile_of(period: str) -> Profile:
    """A month's profile."""
    return profile_file(encode(month(period)), params(), period)
