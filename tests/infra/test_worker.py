"""The worker's process, before it becomes Prefect's worker."""

import pytest
import worker
from services.layout import read_layout


@pytest.fixture
def layout(tmp_path):
    """A stack of which nothing runs."""
    return read_layout(tmp_path, {})


class TestWaitForServer:
    """Both died, and the worker is up again first."""

    def test_it_waits_until_the_server_answers(self, layout, monkeypatch):
        """What it does not do is to start without having asked which runs are dead."""
        answers = iter([False, False, True])
        monkeypatch.setattr(worker, "healthy", lambda _layout: next(answers))
        worker.wait_for_server(layout, seconds=60)
        assert list(answers) == []

    def test_it_ends_with_one_line_where_no_server_comes(self, layout, monkeypatch):
        """supervisord starts it again."""
        monkeypatch.setattr(worker, "healthy", lambda _layout: False)
        with pytest.raises(SystemExit, match=r"^Waited 0 s for Prefect's server, in vain\. A worker"):
            worker.wait_for_server(layout, seconds=0)
