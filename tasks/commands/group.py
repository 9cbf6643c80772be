"""What all subcommands of `evergreen` share: options, one way to print, one way to fail."""

import errno
import functools
import json
import logging
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tasks.commands.saving import refuse_own, saved_files
from tasks.errors import BadInput, Defect, EvergreenError, Unavailable

if TYPE_CHECKING:
    from rich.console import RenderableType

_OURS = Path(__file__).parents[1]
_WRONG_NAMES = (errno.ENAMETOOLONG, errno.ELOOP)
EPILOG = """Exit status: 0 done; 1 the answer is no (a blocked batch, a failed audit); 2 bad usage or
input; 3 could not do it now (the store is unreachable), or cannot tell
whether it did: then the message says so."""


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="evergreen")
def evergreen() -> None:
    """Automated retraining you can trust.

    \b
    A model folder holds params.yaml and dvc.yaml; `evergreen init` makes one of a table. In it:
      evergreen run        one cycle: from what has arrived to a decision in the ledger
      evergreen status     what has arrived, who is champion, what was decided last
      evergreen history    the ledger, entry by entry
      evergreen show N     entry N; for a decision, why
      evergreen rollback   return to the champion before; a second one undoes the first
      evergreen hold       promote nothing until `evergreen release`

    The store is the one in params.yaml, or EVERGREEN_STORE (s3://bucket or a directory), with
    AWS's own environment variables for endpoint and credentials.
    """


def command(name: str | None = None, **settings: Any) -> Callable[[Callable[..., Any]], click.Command]:
    """A subcommand with `--folder` and `--json`; its function returns (document, what a person sees)."""

    def decorate(function: Callable[..., Any]) -> click.Command:
        saved = saved_files(function)

        @functools.wraps(function)
        def call(*, folder: Path, as_json: bool, **options: Any) -> None:
            logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s")
            try:
                refuse_own(folder, *(options[one] for one in saved))
                document, human, *status = function(folder, **options)
            except EvergreenError as error:
                _fail(error, as_json=as_json)
            except OSError as error:
                _fail(_of_file(error), as_json=as_json)
            except click.ClickException:
                raise
            except Exception as error:
                if sys.flags.dev_mode:
                    raise
                _fail(_unforeseen(error), as_json=as_json)
            else:
                _print(document, human, as_json=as_json)
                sys.exit(status[0] if status else 0)

        wrapped = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")(call)
        path = click.Path(path_type=Path, file_okay=False)
        wrapped = click.option(
            "--folder", "-C", type=path, default=".", help="The model folder (default: here)."
        )(wrapped)
        return evergreen.command(name or function.__name__.replace("_", "-"), **settings)(wrapped)

    return decorate


def _print(document: Any, human: "RenderableType", *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(_jsonable(document), indent=2, sort_keys=True, allow_nan=False))
        return
    from rich.console import Console

    terminal = sys.stdout.isatty()
    # No markup: what people and data say may hold brackets.
    console = Console(width=None if terminal else 110, highlight=terminal, markup=False, emoji=False)
    # A text that asks not to be wrapped is not cut off either.
    console.print(human, crop=False)


def _fail(error: EvergreenError, *, as_json: bool) -> None:
    if as_json:
        click.echo(_error_document(type(error).__name__, str(error)))
    else:
        click.echo(f"evergreen: {error}", err=True)
    sys.exit(error.exit_status)


def _error_document(kind: str, message: str) -> str:
    return json.dumps({"schema_version": 1, "error": {"kind": kind, "message": message}}, indent=2)


def _of_file(error: OSError) -> EvergreenError:
    """What a file that could not be read or written means: a wrong path, or a machine that cannot now."""
    where = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    if isinstance(error, FileNotFoundError):
        return BadInput(
            f"{where}. If an earlier step writes it: `evergreen run` and `dvc repro` run all in order"
        )
    if error.errno in _WRONG_NAMES:
        return BadInput(f"{str(error.filename)[:80]}…: {error.strerror}: name another")
    wrong = (FileExistsError, IsADirectoryError, NotADirectoryError, PermissionError)
    return BadInput(where) if isinstance(error, wrong) else Unavailable(where)


def _unforeseen(error: Exception) -> EvergreenError:
    """What nobody thought of, as one line with the place in our code; `python -X dev` shows all of it."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [one for one in frames if Path(one.filename).is_relative_to(_OURS)]
    # The command itself is ours, so there is one.
    place = f"{Path(ours[-1].filename).relative_to(_OURS.parent)}, line {ours[-1].lineno}"
    said = " ".join(str(error).split())[:200]
    return Defect(
        f"a defect of Evergreen: {type(error).__name__} in {place}: {said}. What was acknowledged stays; "
        "please report it with this line"
    )


def _jsonable(document: Any) -> Any:
    from tasks.documents import canonical

    dumped = document.model_dump(mode="json") if hasattr(document, "model_dump") else document
    return json.loads(canonical(dumped))


def main() -> None:
    """Entry point of `evergreen`: bad usage is a JSON document too where JSON was asked for."""
    try:
        sys.exit(evergreen(prog_name="evergreen", standalone_mode=False))
    except click.ClickException as error:
        if "--json" in sys.argv[1:]:
            click.echo(_error_document(type(error).__name__, error.format_message()))
        else:
            error.show()
        sys.exit(BadInput.exit_status)
    except click.Abort:
        click.echo("evergreen: interrupted; the same command again goes on from what is done", err=True)
        sys.exit(Unavailable.exit_status)
