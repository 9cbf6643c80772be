"""Ways in which a good challenger goes bad: what it says of a kind of rows, after the damage."""

from collections.abc import Callable
from dataclasses import replace

from scipy.special import expit, logit
from simulations.worlds import Kind, World

from tasks.params import CostParams

Damage = Callable[[Kind], float]
LEVELS = (0.05, 0.2, 0.35, 0.65, 0.8, 0.95)
SHARES = (0.2, 0.2, 0.15, 0.15, 0.15, 0.15)
GROUPS = ("red", "green", "blue")
COSTS = CostParams(currency="EUR", true_positive=1, false_positive=-1, false_negative=0, true_negative=0)


def world(noise: float) -> World:
    """The twin says what is true; the champion errs by `noise` in log odds, up or down by turns."""
    kinds = tuple(
        Kind(share / 2, level, float(expit(logit(level) + side * noise)), level, group)
        for group in GROUPS
        for level, share in zip(LEVELS, SHARES, strict=True)
        for side in (-1, 1)
    )
    return World(kinds, COSTS)


def damaged(twin: World, damage: Damage) -> World:
    """The same rows and the same champion, and the challenger damaged."""
    return replace(twin, kinds=tuple(replace(kind, challenger=damage(kind)) for kind in twin.kinds))


def tempered(factor: float) -> Damage:
    """Log odds times `factor`: above 1 too sure of itself, below 1 too shy. No alarm changes."""
    return lambda kind: float(expit(factor * logit(kind.challenger)))


def shifted(by: float) -> Damage:
    """All probabilities too high or too low, none of them across the threshold."""
    return lambda kind: min(max(kind.challenger + by, 0.01), 0.99)


def blurred(kind: Kind) -> float:
    """Only one probability for alarms and one for the others, each right on average."""
    side = [
        (rate, share) for rate, share in zip(LEVELS, SHARES, strict=True) if (rate > 0.5) == alarmed(kind)
    ]
    return sum(rate * share for rate, share in side) / sum(share for _, share in side)


def turned(*levels: float) -> Damage:
    """An alarm instead of none on these levels, or none instead of one, by a hair."""
    return lambda kind: kind.challenger if kind.rate not in levels else 0.49 if alarmed(kind) else 0.51


def estranged(*levels: float) -> Damage:
    """`turned` wherever the champion answers as the twin does."""
    return lambda kind: turned(*levels)(kind) if (kind.champion >= 0.5) == alarmed(kind) else kind.challenger


def only(group: str, damage: Damage) -> Damage:
    """The damage in one group."""
    return lambda kind: damage(kind) if kind.group == group else kind.challenger


def alarmed(kind: Kind) -> bool:
    """Whether the twin raises an alarm."""
    return kind.challenger >= 0.5
