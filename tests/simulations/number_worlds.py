"""Worlds of a regression: labels around known levels, and models that are off by known distances."""

from simulations.worlds import Kind, World

from tasks.objectives import QUANTILE, REGRESSION

LEVELS = (5.0, 12.0, 20.0, 40.0)
"""What labels lie around, in equal shares: a model that knows the level beats the mean by far."""

NEAR_LEVELS = (5.0, 13.0)
"""So near that labels above both answers are seen wherever a model is below the training quantile."""


def around(share: float, spread: float, champion: float, challenger: float) -> tuple[Kind, ...]:
    """Rows whose label is a level more or less `spread`, half each.

    Each model says the level, more or less its own distance, in all four combinations.
    """
    return tuple(
        Kind(
            share / len(LEVELS) / 4,
            0.5,
            level + up * champion,
            level + side * challenger,
            labels=(level + spread, level - spread),
        )
        for level in LEVELS
        for up in (-1, 1)
        for side in (-1, 1)
    )


def beyond(share: float, champion: float, challenger: float) -> tuple[Kind, ...]:
    """Rows whose label is a level, and one in ten 10 more; each model says the level and so much more.

    Where four labels in five shall not exceed the answer, a lower one gains a fifth of the distance nine
    times, and then loses four fifths of it.
    """
    return tuple(
        Kind(
            share / len(NEAR_LEVELS), 0.9, level + champion, level + challenger, labels=(level, level + 10.0)
        )
        for level in NEAR_LEVELS
    )


FARTHER = World(
    (*around(0.8, 1.0, 0.8, 0.5), *around(0.148, 1.0, 2.5, 0.5), *around(0.052, 6.0, 0.5, 1.0)),
    objective=REGRESSION,
)
"""The champion is farther off, but not everywhere; one row in twenty errs by six and more."""
ERRONEOUS = World(
    (*around(0.9952, 1.0, 0.5, 0.5), *around(0.0048, 30.0, 0.5, 0.5)),
    objective=REGRESSION,
)
"""One row in two hundred errs by thirty, and weighs more than four times all others together."""
LOWER = World(
    (*beyond(0.75, 3.0, 1.0), *beyond(0.25, 0.5, 0.8)),
    objective=QUANTILE,
    alpha=0.8,
)
"""The challenger is lower and better, by small gains of most rows and large losses of few; not everywhere."""
