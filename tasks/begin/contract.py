"""The first contract of each kind of question, and what else could be asked, with reasons. Pure."""

from dataclasses import dataclass

from tasks.objectives import OBJECTIVES, ObjectiveName

_BASELINES = {
    "binary": ("beats-base-rate", "A model that knows less than the share of label 1 is worse than none."),
    "multiclass": (
        "beats-the-shares",
        "A model that knows less than the share of each class is worse than none.",
    ),
    "regression": ("beats-the-mean", "A model that is no nearer than the average label is worse than none."),
}
_CLAUSE = """\
    - name: {name}
      kind: {kind}
      metric: {metric}
{more}      owner: {owner}
      reason: {reason}
"""


@dataclass(frozen=True)
class _Idea:
    """A clause that could be asked for, with a number that only its owner can say."""

    name: str
    kind: str
    settings: str
    reason: str


_IDEAS = {
    "binary": (
        _Idea(
            "useful-ranking", "floor", "metric: auc, threshold: 0.6", "Below that nobody acts on the list."
        ),
        _Idea("believable", "calibration", "margin: 0.1", "What it says of itself must hold."),
    ),
    "multiclass": (
        _Idea("right-enough", "floor", "metric: accuracy, threshold: 0.5", "Below that nobody acts on it."),
        _Idea("believable", "calibration", "margin: 0.1", "What it says of itself must hold."),
    ),
    "regression": (
        _Idea("near-enough", "floor", "metric: mae, threshold: 10", "Further off, nobody acts on it."),
    ),
}
_SMALL = _Idea("small-enough", "size", "bytes: 10000000", "It has to fit where it answers.")


def contract_text(objective: ObjectiveName, fewest: int, counted: str) -> str:
    """The section `contract:`; `fewest` clusters, counted by this column, are what a clause is told from."""
    loss = OBJECTIVES[objective].loss
    name, reason = _BASELINES[objective]
    clauses = _CLAUSE.format(
        name=name, kind="beats_baseline", metric=loss, more="", owner="data science", reason=reason
    )
    if objective == "binary":
        clauses += _CLAUSE.format(
            name="ranks-better-than-chance", kind="floor", metric="auc", more="      threshold: 0.5\n",
            owner="operations", reason="A list that is ordered by chance helps nobody. Say what yours needs."
        )  # fmt: skip
    clauses += _CLAUSE.format(
        name="beats-champion", kind="beats_champion", metric=loss, more="", owner="data science",
        reason="Every change of model costs trust; a new one has to be better, not only newer.",
    )  # fmt: skip
    ideas = "".join(map(_comment, (*_IDEAS[objective], _SMALL)))
    return f"""\
contract:
  looks_per_holdout: 1  # one challenger is judged on a holdout: asked often enough, chance says yes
  min_clusters: {fewest}  # different values of {counted} in a holdout, below which nothing is told
  clauses:
{clauses}    # What else could be asked; the numbers are yours to say (docs/contract.md):
{ideas}"""


def _comment(idea: _Idea) -> str:
    return (
        f"    # - {{name: {idea.name}, kind: {idea.kind}, {idea.settings}, owner: operations, "
        f'reason: "{idea.reason}"}}\n'
    )
