"""The step: look at batches, in the store or as files, and propose what `validate:` could say."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tasks.errors import BadInput
from tasks.intake import Revision, batch_bytes, read_catalogue
from tasks.ledger import Ledger

if TYPE_CHECKING:
    from tasks.propose.seen import SeenColumn

_BLOCK = 1 << 16
"""Rows that are in memory at once."""
Progress = Callable[[str], Any]


@dataclass(frozen=True)
class Proposal:
    """A section `validate:` as YAML with comments, how many columns it declares, and what it rests on."""

    text: str
    columns: int
    declared: int
    rows: int
    batches: tuple[str, ...]


def propose(ledger: Ledger, batches: int, say: Progress) -> Proposal:
    """From the first so many periods in the store; raises `BadInput` where there are none."""
    import pyarrow as pa

    known = _best(read_catalogue(ledger.store, ledger.model).revisions)
    first = [known[period] for period in sorted(known)[:batches]]
    if not first:
        raise BadInput(f"{ledger.model}: no batch has been taken in: run `evergreen intake`, or name files")
    sources = ((one.period, pa.BufferReader(batch_bytes(ledger.store, ledger.model, one))) for one in first)
    return _proposal(sources, say)


def _best(revisions: Sequence[Revision]) -> dict[str, Revision]:
    """Of each period the newest batch that is not blocked, or else the newest; refused text is no batch."""
    batches = [one for one in revisions if not one.unread]
    good = {one.period: one for one in batches if one.status != "blocked"}
    return {one.period: one for one in batches} | good


def propose_files(files: Sequence[Path], say: Progress) -> Proposal:
    """From Parquet files, each one batch; raises `BadInput` for one that cannot be read."""
    return _proposal(((path.name, path) for path in files), say)


def _proposal(sources: Any, say: Progress) -> Proposal:
    from tasks.propose.rules import rule
    from tasks.propose.text import declared, proposal_text

    seen: dict[str, SeenColumn] = {}
    names, rows = [], []
    for name, source in sources:
        say(f"propose: {name}")
        names.append(name)
        rows.append(_look(name, source, seen))
    if not sum(rows):
        raise BadInput(f"{', '.join(names)}: no rows: there is nothing to propose from")
    rules = [rule(one) for one in seen.values()]
    text = proposal_text(rules, names, rows)
    return Proposal(text, len(rules), declared(rules), sum(rows), tuple(names))


def _look(name: str, source: Any, seen: "dict[str, SeenColumn]") -> int:
    """Count one batch into `seen`; its rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from tasks.propose.seen import seen_column

    try:
        with pq.ParquetFile(source) as file:
            schema = file.schema_arrow
            _same_columns(name, schema, seen)
            for field in schema if not seen else ():
                seen[field.name] = seen_column(field.name, field.type)
            for column in seen.values():
                column.begin()
            for block in file.iter_batches(_BLOCK):
                for column in seen.values():
                    column.see(block.column(column.name))
            for column in seen.values():
                column.end()
            return int(file.metadata.num_rows)
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = " ".join(str(error).split())[:160]
        raise BadInput(f"{name}: expected a readable Parquet file: {reason}") from error


def _same_columns(name: str, schema: Any, seen: "dict[str, SeenColumn]") -> None:
    if len(set(schema.names)) != len(schema.names):
        raise BadInput(f"{name}: a column is there twice")
    if not seen:
        return
    differing = sorted(seen.keys() ^ set(schema.names))
    differing += [one.name for one in schema if one.name in seen and str(one.type) != seen[one.name].stored]
    if differing:
        raise BadInput(
            f"{name}: other columns or types than the batch before: {', '.join(differing[:5])}: "
            "name batches of one form"
        )
