"""What came against what was decided, model by model, and what each pair is worth. Pure."""

from dataclasses import dataclass

from tasks.evaluate.findings import Decided, ValueByClass
from tasks.report.money import PER, signed
from tasks.report.wording import counted, number, share


@dataclass(frozen=True)
class DecidedView:
    """One model's decisions: a row for each class that came, its name, its rows, and those decided each.

    `words` say how many rows were decided right and what 1,000 are worth.
    """

    name: str
    words: str
    classes: tuple[str, ...]
    table: tuple[tuple[str, str, tuple[str, ...]], ...]


def decided_views(found: ValueByClass | None) -> tuple[DecidedView, ...]:
    """Challenger and champion, the models that there are; nothing without outcomes."""
    if found is None:
        return ()
    names = tuple(str(one) for one in found.classes)
    shown = (name for name in ("challenger", "champion") if name in found.models)
    return tuple(_view(name, found.models[name], names) for name in shown)


def outcome_rows(found: ValueByClass | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The table of params.yaml: each class that came, and what a row is worth by what was decided."""
    if found is None:
        return ()
    rows = zip(found.classes, found.outcomes, strict=True)
    return tuple((str(came), tuple(signed(amount) for amount in amounts)) for came, amounts in rows)


def _view(name: str, decided: Decided, names: tuple[str, ...]) -> DecidedView:
    rows = sum(map(sum, decided.counts))
    right = sum(decided.counts[place][place] for place in range(len(names)))
    return DecidedView(
        name=name,
        words=f"{share(right, rows)} decided right, {number(PER * decided.value, 0, sign=True)}",
        classes=names,
        table=tuple(
            (came, counted(sum(counts)), tuple(counted(one) for one in counts))
            for came, counts in zip(names, decided.counts, strict=True)
        ),
    )
