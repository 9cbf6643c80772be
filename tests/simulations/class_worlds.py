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

    def kinds(self, share: float, rate: float, probability: float, second: float) -> tuple[Kind, ...]:
        """Rows whose first class comes at `rate`, and else the next one; each class is first in its share.

        The champion says a little more or a little less of the first, and the less of the next.
        """
        return tuple(
            Kind(
                share * FIRST[first] / 2,
                rate,
                champion=self.place(first, probability + off, second - off),
                challenger=self.place(first, probability, second),
                labels=(float(first), float((first + 1) % CLASSES)),
            )
            for first in range(CLASSES)
            for off in (-0.04, 0.04)
        )


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


UNSURE_CLASSES = _unsure()
"""Sure of six rows in ten, of which one in ten is wrong; of the others two classes are possible, and come."""
OVERSTATED_CLASSES = _overstated()
"""Five levels of equal shares, each a bin of its own; at one of them too much is said."""
