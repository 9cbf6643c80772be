"""What is compared: labels, clusters, groups and each model's answers, of the same rows. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from tasks.evaluate.answers import Amounts, Answers
from tasks.evaluate.evidence import Codes, Floats
from tasks.evaluate.groups import Group, groups
from tasks.objectives import BINARY, Class, Objective
from tasks.params import EvaluateParams


@dataclass(frozen=True)
class Comparison:
    """Labels and cluster codes (in the order of time) of the holdout, and what each model answered: n rows.

    `columns` are the values by which rows can be grouped. There are costs where there are alarms, and a
    `linear` baseline where the challenger was trained with one. Of `classes` labels are places, in their
    order, and the costs, where they are declared, outcomes.
    """

    labels: Floats
    clusters: Codes
    costs: Amounts | None
    challenger: Answers
    champion: Answers | None
    baseline: Answers
    columns: Mapping[str, pd.Series]
    settings: EvaluateParams
    objective: Objective = BINARY
    linear: Answers | None = None
    classes: tuple[Class, ...] = ()

    @property
    def incumbent(self) -> Answers:
        """Who has to be beaten: the champion, or, while there is none, the naive baseline."""
        return self.champion or self.baseline

    @cached_property
    def groups(self) -> Mapping[str, tuple[Group, ...]]:
        """The groups of each column, found once: several clauses may ask for them."""
        return {name: groups(values, self.clusters, self.settings) for name, values in self.columns.items()}

    @property
    def currency(self) -> str:
        """What money is counted in; nothing where there is none."""
        return self.settings.currency
