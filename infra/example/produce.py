"""Deliver months of the example to the store, as a user's own systems would: `--help` says how."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

ROOT = Path(__file__).resolve().parents[2]
SEED = 2013


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("periods", nargs=-1, metavar="[MONTH]...")
@click.option(
    "--months", "span", metavar="FIRST..LAST", help="A run of months, for example 2013-01..2013-12."
)
@click.option(
    "--store",
    "url",
    envvar="EVERGREEN_STORE",
    show_envvar=True,
    metavar="URL",
    help="The object store to deliver to.",
)
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write MONTH.parquet into this folder and ask no store.",
)
@click.option("--model", default="flights", show_default=True, help="The model that the months are for.")
@click.option("--corrupt", is_flag=True, help="Deliver damaged copies: 5% temp 9999, 2% no carrier.")
@click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    default=ROOT / "build" / "flights",
    show_default="build/flights of the repository",
    help="Where the built months are kept between calls.",
)
def produce(
    periods: tuple[str, ...],
    span: str | None,
    url: str | None,
    folder: Path | None,
    model: str,
    corrupt: bool,
    cache: Path,
) -> None:
    """Deliver months of flights out of New York in 2013, each as incoming/MODEL/MONTH.parquet.

    A month is written 2013-01 to 2013-12. Delivering it again replaces the object: equal bytes, so
    intake sees nothing new; with --corrupt (or back to good) it is a new revision of that month.

    \b
    produce.py 2013-01 2013-02                    to the store in EVERGREEN_STORE
    produce.py --months 2013-01..2013-12 --to out as plain files
    produce.py --corrupt 2013-05                  a bad delivery, to see it blocked
    """  # noqa: D301 -- click's own mark for "do not wrap", not an escape to keep
    from tasks.errors import EvergreenError

    try:
        chosen = _chosen(periods, span)
        _deliver_each(chosen, cache, _destination(url, folder, model), corrupt=corrupt)
    except EvergreenError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(error.exit_status)


def _chosen(periods: tuple[str, ...], span: str | None) -> list[str]:
    """Return the months asked for, each once, in the order asked; raises `click.UsageError`."""
    from example.flights import PERIODS

    known = f"the example has {PERIODS[0]} to {PERIODS[-1]}"
    first, separator, last = (span or "").partition("..")
    if span and not separator:
        raise click.UsageError(f"--months takes FIRST..LAST, for example 2013-01..2013-03, not {span!r}")
    for period in [*periods, *([first, last] if span else [])]:
        if period not in PERIODS:
            raise click.UsageError(f"no month {period!r}: {known}")
    if first > last:
        raise click.UsageError(f"--months {span} runs backwards: write {last}..{first}")
    wanted = [*periods, *(period for period in PERIODS if span and first <= period <= last)]
    if not wanted:
        raise click.UsageError(f"name at least one month, or --months FIRST..LAST: {known}")
    return list(dict.fromkeys(wanted))


def _destination(url: str | None, folder: Path | None, model: str) -> "Callable[[str, bytes], str]":
    """Return a function that delivers one month's bytes and says where they are now."""
    if folder is not None:
        return lambda period, data: _write(folder / f"{period}.parquet", data)
    if not url:
        raise click.UsageError(
            "no store to deliver to: give --store URL, set EVERGREEN_STORE (`make up` names it), "
            "or write plain files with --to FOLDER"
        )
    from tasks.store import open_store

    store = open_store(url)

    def put(period: str, data: bytes) -> str:
        key = f"incoming/{model}/{period}.parquet"
        store.put(key, data)
        return key

    return put


def _write(path: Path, data: bytes) -> str:
    from tasks.documents import write_atomically

    write_atomically(path, data)
    return str(path)


def _deliver_each(
    periods: list[str], cache: Path, deliver: "Callable[[str, bytes], str]", *, corrupt: bool
) -> None:
    import pyarrow.parquet as pq
    from example.flights import build_months, corrupted, encode

    with Console(stderr=True).status("building the months of 2013 (once, some seconds)"):
        paths = build_months(cache)
    console = Console(soft_wrap=True, highlight=False)
    for period in periods:
        table, data = pq.read_table(paths[period]), paths[period].read_bytes()
        if corrupt:
            table = corrupted(table, SEED)
            data = encode(table)
        where = deliver(period, data)
        console.print(f"{period}  {_summary(table)}  {len(data):,} bytes  -> {where}", markup=False)


def _summary(table: "pa.Table") -> str:
    from example.flights import SENTINEL

    outcomes = table["outcome"].to_pylist()
    parts = [f"{len(outcomes):,} rows"]
    parts += [f"{outcomes.count(name):,} {name}" for name in ("cancelled", "diverted")]
    bad = sum(value == SENTINEL for value in table["temp"].to_pylist())
    if bad:
        parts.append(f"CORRUPTED: {bad:,} temp 9999, {table['carrier'].null_count:,} without carrier")
    return "  ".join(parts)


if __name__ == "__main__":
    # Python puts a script's own folder on the path; `example` is found from the one above it.
    sys.path.insert(0, str(ROOT / "infra"))
    produce()
