"""The step: look at batches, in the store or as files, and propose what `validate:` could say."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tasks.documents import digest
from tasks.errors import BadInput, Corrupt
from tasks.intake import Revision, batch_bytes, original_key, read_catalogue
from tasks.intake.names import ending, is_text
from tasks.ledger import Ledger
from tasks.propose.guessed import Text, csv_batch, guessed
from tasks.store import Store

if TYPE_CHECKING:
    from tasks.propose.rules import Rule
    from tasks.propose.seen import SeenColumn

_BLOCK = 1 << 16
"""Rows that are in memory at once."""
Progress = Callable[[str], Any]


@dataclass(frozen=True)
class Parquet:
    """A Parquet file by its name, and how to get at its bytes."""

    name: str
    read: Callable[[], bytes | Path]


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
    known = _best(read_catalogue(ledger.store, ledger.model).revisions)
    first = [known[period] for period in sorted(known)[:batches]]
    if not first:
        raise BadInput(f"{ledger.model}: no batch has been taken in: run `evergreen intake`, or name files")
    return _proposal([_kept(ledger, one) for one in first], say)


def _best(revisions: Sequence[Revision]) -> dict[str, Revision]:
    """Of each period the newest batch that is not blocked, or else the newest; refused text is no batch."""
    batches = [one for one in revisions if not one.unread]
    good = {one.period: one for one in batches if one.status != "blocked"}
    return {one.period: one for one in batches} | good


def propose_files(files: Sequence[Path], say: Progress) -> Proposal:
    """From Parquet and CSV files, each one batch; raises `BadInput` for one that cannot be read."""
    sources: list[Text | Parquet] = []
    for path in files:
        packed = path.name.endswith(".gz")
        text = is_text(path.name)
        sources.append(
            Text(path.name, path.read_bytes, packed) if text else Parquet(path.name, partial(Path, path))
        )
    return _proposal(sources, say)


def _kept(ledger: Ledger, one: Revision) -> "Text | Parquet":
    """A batch as it arrived: of CSV the text, since what was not declared became text."""
    store, model, original = ledger.store, ledger.model, one.original
    if original is None:
        return Parquet(one.period, lambda: batch_bytes(store, model, one))
    key = original_key(model, original.sha256, ending(one.source))
    return Text(one.period, lambda: _bytes(store, key, original.sha256), packed=key.endswith(".gz"))


def _bytes(store: Store, key: str, sha256: str) -> bytes:
    found = store.get(key)
    if found is None or digest(found[0]) != sha256:
        raise Corrupt(
            f"{key}: expected the text that arrived, found {'nothing' if not found else 'other bytes'}"
        )
    return found[0]


def _proposal(sources: Sequence[Text | Parquet], say: Progress) -> Proposal:
    from tasks.propose.text import declared, proposal_text

    rules, names, rows = _rules(sources, say)
    text = proposal_text(rules, names, rows, from_csv=any(isinstance(one, Text) for one in sources))
    return Proposal(text, len(rules), declared(rules), sum(rows), tuple(names))


def rules_from(files: Sequence[Path], say: Progress) -> "tuple[list[Rule], list[int]]":
    """Of Parquet files: a rule for each column, as `propose_files` tells them, and each file's rows."""
    rules, _, rows = _rules([Parquet(path.name, partial(Path, path)) for path in files], say)
    return rules, rows


def _rules(sources: Sequence[Text | Parquet], say: Progress) -> "tuple[list[Rule], list[str], list[int]]":
    from tasks.propose.rules import rule

    seen: dict[str, SeenColumn] = {}
    names, rows = [], []
    say("propose: the types of CSV")
    types = guessed(one for one in sources if isinstance(one, Text))
    for one in sources:
        say(f"propose: {one.name}")
        names.append(one.name)
        rows.append(_look(one.name, csv_batch(one, types) if isinstance(one, Text) else one.read(), seen))
    if not sum(rows):
        raise BadInput(f"{', '.join(names)}: no rows: there is nothing to propose from")
    return [rule(column) for column in seen.values()], names, rows


def _look(name: str, source: bytes | Path, seen: "dict[str, SeenColumn]") -> int:
    """Count one batch into `seen`; its rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from tasks.propose.seen import seen_column

    try:
        with pq.ParquetFile(pa.BufferReader(source) if isinstance(source, bytes) else source) as file:
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
