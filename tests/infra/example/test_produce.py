"""The producer's command line, as a newcomer meets it."""

import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from example import produce
from example.flights import corrupted

from tasks.errors import BadInput, StoreUnavailable
from tasks.store import Store, open_store

SCRIPT = Path(__file__).parents[3] / "infra" / "example" / "produce.py"


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A local directory to be a store; no store is set in the environment."""
    monkeypatch.delenv("EVERGREEN_STORE", raising=False)
    return str(tmp_path / "store")


@pytest.fixture
def store(url: str) -> Store:
    """The empty store at `url`."""
    return open_store(url)


def delivered(store: Store) -> dict[str, bytes]:
    """Every object of the store that is somebody's, with its bytes."""
    found = {item.key: store.get(item.key) for item in store.list("incoming/")}
    return {key: answer[0] for key, answer in found.items() if answer}


@pytest.fixture
def call(months: dict[str, Path]):
    """Run the command with the session's cache."""

    def run(*arguments: str, **environment: str) -> Result:
        cache = ["--cache", str(months["2013-01"].parent)]
        return CliRunner().invoke(produce.produce, [*arguments, *cache], env=environment)

    return run


class TestDelivery:
    """Months go where they are sent."""

    def test_each_month_is_put_under_incoming(self, call, store, url, months):
        """The bytes are the built file's; a line per month says what is in them."""
        result = call("--store", url, "2013-02", "2013-01")
        assert result.exit_code == 0, result.output
        assert delivered(store) == {
            f"incoming/flights/{period}.parquet": months[period].read_bytes()
            for period in ("2013-02", "2013-01")
        }
        size = f"{months['2013-02'].stat().st_size:,}"
        assert result.stdout.splitlines()[0] == (
            f"2013-02  24,951 rows  1,261 cancelled  79 diverted  {size} bytes"
            "  -> incoming/flights/2013-02.parquet"
        )

    def test_the_environment_names_the_store(self, call, store, url):
        """Without --store, EVERGREEN_STORE counts; --model names the folder under incoming."""
        result = call("2013-03", "--model", "delays", EVERGREEN_STORE=url)
        assert result.exit_code == 0, result.output
        assert list(delivered(store)) == ["incoming/delays/2013-03.parquet"]

    def test_a_span_of_months_is_inclusive_and_repeats_nothing(self, call, store, url):
        """Months named one by one come first, then the span, each once."""
        result = call("--store", url, "2013-04", "--months", "2013-03..2013-05")
        assert [line[:7] for line in result.stdout.splitlines()] == ["2013-04", "2013-03", "2013-05"]
        assert [key[-15:-8] for key in delivered(store)] == ["2013-03", "2013-04", "2013-05"]

    def test_a_folder_instead_of_a_store(self, call, store, url, tmp_path, months):
        """--to writes plain files and asks no store, whatever the environment says."""
        result = call("2013-01", "--to", str(tmp_path), EVERGREEN_STORE=url)
        assert result.exit_code == 0, result.output
        assert (tmp_path / "2013-01.parquet").read_bytes() == months["2013-01"].read_bytes()
        assert not delivered(store)

    def test_a_corrupted_copy_says_so(self, call, tmp_path, months):
        """--corrupt delivers the documented damage, the same each time."""
        result = call("2013-05", "--corrupt", "--to", str(tmp_path))
        assert "CORRUPTED: 1,440 temp 9999, 576 without carrier" in result.stdout
        bad = pq.read_table(tmp_path / "2013-05.parquet")
        assert bad.equals(corrupted(pq.read_table(months["2013-05"]), produce.SEED))

    def test_it_runs_as_a_script_from_anywhere(self, tmp_path, months):
        """`python infra/example/produce.py` needs no path set and no current folder."""
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        cache = str(months["2013-01"].parent)
        subprocess.run(
            [sys.executable, str(SCRIPT), "2013-06", "--to", "out", "--cache", cache],
            cwd=tmp_path,
            env=environment,
            check=True,
            timeout=60,
        )
        assert (tmp_path / "out" / "2013-06.parquet").read_bytes() == months["2013-06"].read_bytes()


class TestRefusals:
    """Every mistake has one clear message and delivers nothing."""

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["2013-01", "2014-01"], "no month '2014-01': the example has 2013-01 to 2013-12"),
            (["2013-01", "2013-1"], "no month '2013-1'"),
            (["2013-01", "--months", "2013-11..2014-02"], "no month '2014-02'"),
            (["2013-01", "--months", "2013-03"], "--months takes FIRST..LAST"),
            (["2013-01", "--months", "2013-03..2013-01"], "runs backwards: write 2013-01..2013-03"),
            ([], "name at least one month"),
        ],
    )
    def test_months_that_do_not_exist(self, call, store, url, arguments, message):
        """Bad usage: status 2, what was found and what there is."""
        result = call("--store", url, *arguments)
        assert result.exit_code == 2
        assert message in result.stderr
        assert not delivered(store)

    def test_no_store_to_deliver_to(self, call, store):
        """The message names all three ways out."""
        result = call("2013-01")
        assert result.exit_code == 2
        assert all(way in result.stderr for way in ("--store URL", "EVERGREEN_STORE", "--to FOLDER"))
        assert not delivered(store)

    @pytest.mark.parametrize(("error", "status"), [(StoreUnavailable("no answer"), 3), (BadInput("bad"), 2)])
    def test_a_store_that_fails(self, call, url, monkeypatch, error, status):
        """Evergreen's errors become one line and their exit status, with no traceback."""

        def refuse(_url: str) -> Store:
            raise error

        monkeypatch.setattr("tasks.store.open_store", refuse)
        result = call("--store", url, "2013-01")
        assert (result.exit_code, result.stderr.splitlines()[-1]) == (status, f"Error: {error}")


class TestHelp:
    """The help teaches."""

    def test_it_names_the_months_the_key_and_an_example(self):
        """A newcomer can deliver with nothing but --help."""
        text = CliRunner().invoke(produce.produce, ["--help"]).stdout
        for part in ("2013-01 to 2013-12", "incoming/MODEL/MONTH.parquet", "EVERGREEN_STORE", "--corrupt"):
            assert part in text
