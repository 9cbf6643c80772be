"""A world for each kind of clause, in which one thing is at stake and all else is well."""

from simulations.worlds import Kind, World

from tasks.params import CostParams

LEVELS = ((0.05, 0.25), (0.2, 0.25), (0.4, 0.2), (0.6, 0.15), (0.85, 0.15))
"""Probabilities of label 1, and the share of rows that have them."""
RARE = ((0.001, 0.7), (0.005, 0.2), (0.04, 0.09), (0.47, 0.01))
"""The same where 1% of labels are 1."""


def scored(
    levels: tuple[tuple[float, float], ...], champion: float, challenger: float, group: str = "all"
) -> tuple[Kind, ...]:
    """Rows of these levels, half of them scored too high and half too low by each model.

    By `champion` and `challenger` times rate x (1 - rate), so that no probability leaves (0, 1).
    """
    return tuple(
        Kind(
            share / 4,
            rate,
            rate + up * champion * rate * (1 - rate),
            rate + side * challenger * rate * (1 - rate),
            group,
        )
        for rate, share in levels
        for up in (-1, 1)
        for side in (-1, 1)
    )


def said(share: float, rate: float, challenger: float, group: str = "all") -> tuple[Kind, ...]:
    """Rows of which the challenger says this, and the champion a little more or a little less."""
    return tuple(
        Kind(share / 2, rate, champion, challenger, group)
        for champion in (challenger - 0.04, challenger + 0.04)
    )


def disputed(share: float, rate: float, *, alarm: bool, group: str = "all") -> Kind:
    """Rows on which the two models say something else, the challenger an alarm or none."""
    return Kind(share, rate, *((0.45, 0.55) if alarm else (0.55, 0.45)), group=group)


ORDINARY = World(scored(LEVELS, 0.2, 0.4))
IMBALANCED = World(scored(RARE, 0.2, 0.5), threshold=0.2)
STEPS = tuple(round(0.05 + 0.1 * step, 2) for step in range(10))
# 1% of labels are 1, nearly all ranked on top; of three in a hundred the challenger thinks least of all.
HIDDEN = World(
    (
        *(Kind(0.099, 0.0, round(1 - told, 2), told) for told in STEPS),
        Kind(0.0097, 1.0, 0.95, 0.95),
        Kind(0.0003, 1.0, 0.95, 0.05),
    )
)
CHANGED = World(
    (
        Kind(0.45, 0.2, 0.2, 0.2),
        Kind(0.45, 0.7, 0.7, 0.7),
        disputed(0.05, 0.4, alarm=True),
        disputed(0.05, 0.05, alarm=False),
    )
)
SLICED = World(
    (
        *scored(LEVELS, 0.2, 0.6, "red"),
        *scored(LEVELS, 0.6, 0.2, "green"),
        *scored(LEVELS, 0.6, 0.2, "blue"),
    )
)
UNEQUAL = World(
    tuple(
        kind
        for group, selected in (("red", 0.55), ("green", 0.25), ("blue", 0.4))
        for kind in (*said(selected, 0.7, 0.7, group), *said(1 - selected, 0.2, 0.2, group))
    )
)
OVERLOOKED = World(
    tuple(
        kind
        for group, found in (("red", 0.8), ("green", 0.5))
        for share, rate in ((0.5 * found, 0.8), (1 - 0.5 * found, 0.4 * (1 - found) / (1 - 0.5 * found)))
        for kind in said(share, rate, rate, group)
    )
)
# Five levels of equal shares, so that each is a bin of its own whichever rows are drawn.
OVERSTATED = World(
    tuple(
        kind
        for share, rate, told in (
            (0.2, 0.1, 0.1),
            (0.2, 0.3, 0.3),
            (0.2, 0.35, 0.5),
            (0.2, 0.7, 0.7),
            (0.2, 0.9, 0.9),
        )
        for kind in said(share, rate, told)
    )
)
# Sure of six rows in ten, of which one in ten is wrong: 94% of the sets hold the label.
UNSURE = World((*said(0.3, 0.1, 0.1), *said(0.4, 0.5, 0.5), *said(0.3, 0.9, 0.9)))
FRAUD = CostParams(currency="EUR", true_positive=-1, false_positive=-1, false_negative=-100, true_negative=0)


def frauds(*shares: tuple[float, bool]) -> World:
    """Two models of one value each: where disputed, no alarm saves a euro 99 times and then loses 99."""
    agreed = (*said(0.8, 0.01, 0.06), *said(0.1, 0.6, 0.6))
    return World((*agreed, *(disputed(share, 0.01, alarm=alarm) for share, alarm in shares)), FRAUD, 0.5)


ONE_SIDED = frauds((0.1, False))
TWO_SIDED = frauds((0.05, False), (0.05, True))
