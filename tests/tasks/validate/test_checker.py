"""The validating process says what `check_batch` says, and its death is an error and no verdict."""

import threading

import pytest
from data_factories import put_batch, small_params
from factories import parquet, small_folder, small_frame

from tasks.errors import EvergreenError
from tasks.validate import Checker, rules_hash, validate
from tasks.validate.step import check_batch
from tasks.workspace import Workspace

PARAMS = small_params()
QUARANTINE = "rows: {min: 100, max: 5000}\n  quarantine: {max_share: 0.1}"


@pytest.fixture(scope="module")
def checker():
    """One child for all tests: it takes seconds to import what it exists for."""
    with Checker() as one:
        yield one


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    """A good January, a dead sensor's February, and a March that is no Parquet file."""
    workspace = Workspace(small_folder(tmp_path))
    put_batch(workspace, "2024-01", parquet(small_frame("2024-01", rows=150)))
    put_batch(workspace, "2024-02", parquet(small_frame("2024-02", rows=150).assign(x=9999.0)))
    put_batch(workspace, "2024-03", b"<html>503</html>")
    return workspace


class TestSameVerdict:
    """The road makes no difference."""

    def test_each_report(self, checker, workspace):
        """For good, bad and unreadable batches the child's report is this process' own."""
        for batch in workspace.batch_files():
            arguments = (workspace.batches / batch.name, batch, PARAMS, rules_hash(PARAMS))
            assert checker(*arguments) == check_batch(*arguments)

    def test_of_rows_in_quarantine(self, checker, workspace):
        """The rows that are kept aside come through the process as they are found here."""
        params = small_params(("rows: {min: 100, max: 5000}", QUARANTINE))
        frame = small_frame("2024-04", rows=150)
        batch = put_batch(workspace, "2024-04", parquet(frame.assign(x=[9999.0, *frame["x"][1:]])))
        arguments = (workspace.batches / batch.name, batch, params, rules_hash(params))
        report = checker(*arguments)
        assert report == check_batch(*arguments)
        assert report.quarantine is not None
        assert report.quarantine.places == "0"

    def test_through_the_step(self, checker, workspace):
        """`validate` writes the child's reports beside the batches."""
        validation = validate(workspace, checker)
        assert [report.passed for report in validation.reports] == [True, False, False]
        assert validate(workspace).checked == 0


class TestADeadChild:
    """What could not be checked has not passed."""

    def test_before_it_is_asked(self, workspace):
        """A child that has ended is 'could not check', for every batch, and no report is written."""
        checker = Checker()
        checker.process.kill()
        checker.process.wait()
        with pytest.raises(EvergreenError, match="could not check: the validating process ended"):
            validate(workspace, checker)
        assert list(workspace.validation.iterdir()) == []
        checker.close()

    def test_while_it_works(self, workspace):
        """A child that is killed between question and answer is the same error."""
        checker = Checker()
        killing = threading.Timer(0.3, checker.process.kill)
        killing.start()
        with pytest.raises(EvergreenError, match="could not check: the validating process ended"):
            validate(workspace, checker)
        killing.join()
        assert list(workspace.validation.iterdir()) == []
        checker.close()

    def test_closing_ends_it(self):
        """No child outlives its `with`, also when that ends in an error."""
        with pytest.raises(KeyError), Checker() as checker:
            raise KeyError
        assert checker.process.returncode is not None
