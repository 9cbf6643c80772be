"""How often each gate would have changed the model, decision by decision. Pure."""

from dataclasses import dataclass, field

from tasks.past import Judged
from tasks.report.gates import NOT_YET, by_points, by_rows
from tasks.report.wording import counted

POINTS, ROWS, EVERGREEN = "point estimates", "row-level statistics", "Evergreen"


@dataclass(frozen=True)
class Cell:
    """What a gate says of a decision, and how often it has changed the model by then."""

    gate: str
    answer: str
    total: int
    note: str


@dataclass(frozen=True)
class Total:
    """How often a gate changed the model in the end; its width is in per cent of the most."""

    gate: str
    changes: int
    width: float


@dataclass
class Tally:
    """Running totals. A drill can never be promoted, so none of its answers counts."""

    changes: dict[str, int] = field(default_factory=lambda: dict.fromkeys((POINTS, ROWS, EVERGREEN), 0))
    decisions: int = 0
    drills: int = 0
    waiting: int = 0
    unread: int = 0

    def cells(self, one: Judged) -> tuple[Cell, ...]:
        """The gates' answers to one more decision, counted."""
        if one.decision is None or one.evidence is None:
            answers = {POINTS: "not known", ROWS: "not known"}
        else:
            answers = {
                POINTS: by_points(one.decision, one.evidence),
                ROWS: by_rows(one.decision),
            }
        if one.body.drill:
            self.drills += 1
        else:
            self.decisions += 1
            self.unread += one.decision is None
            self.waiting += answers[ROWS] == NOT_YET
        cells = [self._cell(gate, said, said == "promote", one) for gate, said in answers.items()]
        return (*cells, self._cell(EVERGREEN, one.body.verdict, one.promotion is not None, one))

    def _cell(self, gate: str, answer: str, changes: bool, one: Judged) -> Cell:
        note = "drill, not counted" if one.body.drill else ""
        if gate == EVERGREEN and answer == "promote" and not changes:
            note = "not in office"
        self.changes[gate] += changes and not one.body.drill
        return Cell(gate, answer, self.changes[gate], note)

    @property
    def totals(self) -> tuple[Total, ...]:
        """The end of each gate's count."""
        most = max(self.changes.values()) or 1
        return tuple(Total(gate, count, round(100 * count / most, 2)) for gate, count in self.changes.items())

    @property
    def summary(self) -> str:
        """The totals in a sentence."""
        points, rows, ours = (_times(self.changes[gate]) for gate in (POINTS, ROWS, EVERGREEN))
        others = f"Row-level statistics would have changed it {rows}, and a gate on point estimates {points}."
        return f"In {counted(self.decisions, 'decision')}, Evergreen changed the model {ours}. {others}"

    @property
    def left_out(self) -> str:
        """What the totals do not hold."""
        told = [f"{counted(self.drills, 'drill')} not counted: a drill can never be promoted."]
        for count, why in (
            (self.waiting, "until a holdout has retired into training, its numbers are not shown"),
            (self.unread, "the documents cannot be read"),
        ):
            told.append(f"{counted(count, 'decision')} counted for Evergreen alone: {why}.")
        return " ".join(words for words in told if not words.startswith("0 "))


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")
