"""Worlds of three classes: what models say of a row, and how often their likeliest class comes."""

from simulations.worlds import Kind, World

from tasks.objectives import MULTICLASS

CLASSES = 3
FIRST = (0.4, 0.3, 0.3)
"""How often each class is the likeliest."""


class Said:
    """What models say, by its place: kinds of rows name it by a number."""

    def __init__(self) -> None:
        self.rows: list[tuple[float, ...]] = []

    def place(self, first: int, probability: float, second: float) -> float:
        """The place of an answer: so much to class `first`, so much to the next one, the rest to the last."""
        answer = [0.0] * CLASSES
        answer[first], answer[(first + 1) % CLASSES] = probability, second
        answer[(first + 2) % CLASSES] = round(1 - probability - second, 9)
        self.rows.append(tuple(answer))
        return float(len(self.rows) - 1)

    def kinds(
        self, share: float, rate: float, probability: float, second: float, group: str = "all"
    ) -> tuple[Kind, ...]:
        """Rows whose first class comes at `rate`, and else the next one; each class is first in its share.

        The champion says a little more or a little less of the first, and the less of the next.
        """
        return tuple(
            Kind(
                share * FIRST[first] / 2,
                rate,
                champion=self.place(first, probability + off, second - off),
                challenger=self.place(first, probability, second),
                group=group,
                labels=(float(first), float((first + 1) % CLASSES)),
            )
            for first in range(CLASSES)
            for off in (-0.04, 0.04)
        )

    def disputed(self, share: float, rate: float, *, turned: bool) -> tuple[Kind, ...]:
        """Rows of two classes: one model finds the first likelier, the other the next one.

        The first comes at `rate`; it is the champion that finds it likelier, or, `turned`, the challenger.
        """
        found = []
        for first in range(CLASSES):
            sides = self.place(first, 0.6, 0.35), self.place(first, 0.35, 0.6)
            champion, challenger = reversed(sides) if turned else sides
            labels = (float(first), float((first + 1) % CLASSES))
            found.append(Kind(share * FIRST[first], rate, champion, challenger, labels=labels))
        return tuple(found)


def _unsure() -> World:
    said = Said()
    kinds = (*said.kinds(0.6, 0.9, 0.9, 0.05), *said.kinds(0.4, 0.5, 0.5, 0.4))
    return World(kinds, objective=MULTICLASS, most_doubt=0.7, says=tuple(said.rows))


def _overstated() -> World:
    said = Said()
    levels = ((0.5, 0.5), (0.6, 0.6), (0.5, 0.7), (0.8, 0.8), (0.9, 0.9))
    kinds = tuple(
        kind for rate, told in levels for kind in said.kinds(0.2, rate, told, round(0.8 * (1 - told), 9))
    )
    return World(kinds, objective=MULTICLASS, says=tuple(said.rows))


def _decided() -> World:
    said = Said()
    kinds = (*said.kinds(0.7, 0.9, 0.9, 0.05), *said.disputed(0.12, 0.4, turned=False))
    kinds += said.disputed(0.18, 0.4, turned=True)
    return World(kinds, objective=MULTICLASS, says=tuple(said.rows), outcomes=WORTH)


def _erring() -> World:
    said = Said()
    kinds = tuple(
        kind
        for group, sure in (("red", 0.375), ("green", 0.875), ("blue", 0.625))
        for kind in (
            *said.kinds(sure, 0.9, 0.9, 0.05, group),
            *said.kinds(1 - sure, 0.5, 0.5, 0.4, group),
        )
    )
    return World(kinds, objective=MULTICLASS, says=tuple(said.rows))


WORTH = ((6.0, -2.0, -4.0), (-4.0, 5.0, -1.0), (-12.0, -3.0, 8.0))
"""What a row is worth, by the class that came and the one that was decided."""
DECIDED_CLASSES = _decided()
"""Three rows in ten are disputed, two fifths of them to the challenger's advantage."""
ERRING_CLASSES = _erring()
"""One row in ten is wrong where models are sure, half elsewhere; groups are sure of unequal shares."""
UNSURE_CLASSES = _unsure()
"""Sure of six rows in ten, of which one in ten is wrong; of the others two classes are possible, and come."""
OVERSTATED_CLASSES = _overstated()
"""Five levels of equal shares, each a bin of its own; at one of them too much is said."""
