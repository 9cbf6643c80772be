"""Features that `prepare` brings no more, for a champion that learned from them."""

from collections.abc import Sequence

import pandas as pd

from tasks.errors import EvergreenError
from tasks.params import Source
from tasks.prepare.split import HOLDOUT
from tasks.prepare.step import read_part, split_dataset
from tasks.workspace import Workspace


def former_features(workspace: Workspace, sources: Sequence[Source]) -> pd.DataFrame:
    """The features of these sources alone, of the rows of the holdout that `prepare` wrote, in their order.

    They are split as `prepare` splits, so that a value counts only if it was known at its row's event.
    Raises `Leak` where a source's values mostly come later.
    """
    settings, holdout = workspace.params.prepare, read_part(workspace, HOLDOUT)
    both = settings.model_copy(update={"sources": (*settings.sources, *sources)})
    params = workspace.params.model_copy(update={"prepare": both})
    rows = split_dataset(workspace, params)[1][HOLDOUT]
    if not rows[settings.id].equals(holdout[settings.id]):
        raise EvergreenError("data/prepared: expected the rows of data/batches; run `evergreen prepare`")
    return rows[[column for source in sources for column in source.columns]]
