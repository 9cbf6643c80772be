"""Reports on disk are read as they are, however often they are asked for."""

import os

import pytest

from tasks.validate.result import BatchReport, KnownReports
from tasks.workspace import BatchFile

LONG_AGO = 10**18
"""Nanoseconds since 1970: a file of that time is known by its stat."""


@pytest.fixture
def batch(tmp_path) -> BatchFile:
    """A batch whose report lies in `tmp_path`, since long."""
    found = BatchFile.named("2013-04.0123456789ab.parquet", tmp_path)
    _put(tmp_path, found, rows=100, when=LONG_AGO)
    return found


def _put(folder, batch, rows, when=None):
    report = BatchReport(period=batch.period, file=batch.name, rules="of now", rows=rows, checks=1)
    path = folder / batch.report
    path.write_bytes(report.to_bytes())
    if when is not None:
        os.utime(path, ns=(when, when))


class TestKnownReports:
    """The report on a batch that is there."""

    def test_is_remembered_while_its_file_is_the_same(self, tmp_path, batch, monkeypatch):
        """A second question opens no file."""
        first = KnownReports(tmp_path).of(batch)

        def no_more(*_args, **_how):
            raise AssertionError("opened again")

        monkeypatch.setattr("builtins.open", no_more)
        assert KnownReports(tmp_path).of(batch) is first
        assert first.rows == 100

    @pytest.mark.parametrize("when", [LONG_AGO + 1, None])
    def test_is_read_again_after_a_change(self, tmp_path, batch, when):
        """One of the same size at another time counts as it is now, be it of long ago or of this moment."""
        KnownReports(tmp_path).of(batch)
        _put(tmp_path, batch, rows=200, when=when)
        assert KnownReports(tmp_path).of(batch).rows == 200

    def test_is_not_remembered_while_it_is_new(self, tmp_path, batch):
        """Two changes of this moment may have one time: each is read."""
        for rows in (300, 400, 500):
            _put(tmp_path, batch, rows=rows)
            assert KnownReports(tmp_path).of(batch).rows == rows

    def test_is_none_once_it_is_gone(self, tmp_path, batch):
        """Nothing is remembered of a file that is no more."""
        KnownReports(tmp_path).of(batch)
        (tmp_path / batch.report).unlink()
        assert KnownReports(tmp_path).of(batch) is None
