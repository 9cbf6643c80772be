"""A model folder in which two cycles have been played: two months that made a champion, and a third."""

from collections.abc import Callable
from pathlib import Path

import pytest
from data_factories import on_paper
from factories import deliver, small_folder

from tasks.run import Outcome, retrain

JANUARY, FEBRUARY, MARCH = "2024-01", "2024-02", "2024-03"
Played = tuple[Path, list[Outcome]]


def two_cycles(root: Path, params: str, batch: Callable[[str], bytes]) -> Played:
    """Two months that arrived together and made a champion, and a third in which a challenger met it."""
    folder = small_folder(root, params=params)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("EVERGREEN_STORE", raising=False)
        on_paper(patch)
        for period in (JANUARY, FEBRUARY):
            deliver(folder, period, batch(period))
        first = retrain(folder)
        deliver(folder, MARCH, batch(MARCH))
        return folder, [first, retrain(folder)]
