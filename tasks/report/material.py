"""What the decision was made from: rows in = rows kept + rows excluded by name, and when. Pure."""

from dataclasses import dataclass
from datetime import datetime

from tasks.prepare.split import HOLDOUT, SELECTION, SPLITS, TRAIN
from tasks.prepare.step import Preparation
from tasks.report.axis import Axis
from tasks.report.wording import counted, instant, share

USES = {
    TRAIN: "the trees were grown on these",
    SELECTION: "number of trees{} chosen on these",
    HOLDOUT: "judged on these; no model has seen them",
}


@dataclass(frozen=True)
class PartView:
    """One split: its numbers, and where it lies on the time line, in per cent."""

    name: str
    use: str
    rows: str
    positives: str
    clusters: str
    first: str
    last: str
    start: float
    width: float


@dataclass(frozen=True)
class Material:
    """The splits, where rows went, and the label cut-off's place on the time line."""

    parts: tuple[PartView, ...]
    ledger: tuple[tuple[str, str, str], ...]
    rows_in: str
    cutoff: float
    cutoff_words: str
    first: str
    last: str


def material(preparation: Preparation) -> Material:
    """The time line and the balance of rows."""
    parts = {name: preparation.parts[name] for name in SPLITS}
    first, cutoff = (
        datetime.fromisoformat(parts[TRAIN].first),
        datetime.fromisoformat(preparation.label_cutoff),
    )
    axis = Axis(first.timestamp(), cutoff.timestamp())

    def place(text: str) -> float:
        return axis.at(datetime.fromisoformat(text).timestamp())

    views = tuple(
        PartView(
            name=name,
            use=USES[name].format(" was" if part.positives is None else " and threshold were"),
            rows=counted(part.rows),
            positives=""
            if part.positives is None
            else f"{counted(part.positives)} ({share(part.positives, part.rows)})",
            clusters=counted(part.clusters),
            first=instant(part.first),
            last=instant(part.last),
            start=place(part.first),
            width=round(max(0.5, place(part.last) - place(part.first)), 2),
        )
        for name, part in parts.items()
    )
    balance = [(f"kept for {name}", part.rows) for name, part in parts.items()]
    balance += [(f"excluded: {name}", rows) for name, rows in sorted(preparation.excluded.items())]
    return Material(
        parts=views,
        ledger=tuple((name, counted(rows), share(rows, preparation.rows_in)) for name, rows in balance),
        rows_in=counted(preparation.rows_in),
        cutoff=place(preparation.label_cutoff),
        cutoff_words=instant(preparation.label_cutoff),
        first=instant(parts[TRAIN].first),
        last=instant(parts[HOLDOUT].last),
    )
