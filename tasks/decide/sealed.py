"""What a decision tells while its holdout may be asked again: how each clause ended, and no number. Pure.

A number that is known steers the next challenger towards this very holdout, and the level of a look, one
of H, no longer holds: with verdicts alone there is little to steer by. Once a later holdout has been asked,
this one's rows have gone into training, nobody can ask them again, and everything is shown.
"""

from typing import TYPE_CHECKING

from tasks.decide.contract import ClauseVerdict
from tasks.params.contract import KINDS_MEASURED

if TYPE_CHECKING:
    from tasks.decide.decision import Decision

LATER = "numbers are shown once this holdout has retired into training"
_ENDED = {
    "pass": "meets what is asked",
    "fail": "does not meet what is asked",
    "undecided": "the evidence does not tell",
}


def sealed(decision: "Decision") -> "Decision":
    """The same decision without what was measured on the holdout; measurements of the model stay."""
    clauses = tuple(_clause(one) for one in decision.clauses)
    return decision.model_copy(
        update={
            "sealed": True,
            "clauses": clauses,
            "row_level_would_promote": None,
            "worth": None,
            "alarms": tuple(f"{alarm.partition(':')[0]} ({LATER})" for alarm in decision.alarms),
        }
    )


def _clause(clause: ClauseVerdict) -> ClauseVerdict:
    if clause.kind in KINDS_MEASURED:
        return clause
    withheld = {"interval": None, "part": "", "pooled": (), "needed": None, "serial": None, "row_level": None}
    return clause.model_copy(update={**withheld, "words": f"{_ENDED[clause.verdict]}; {LATER}"})
