"""What the models' answers are called where they are taken apart, by objective. Pure."""

from dataclasses import dataclass

from tasks.objectives import ObjectiveName

_START = {"start": "What the model says before it is told any feature."}
_NO_CAUSE = "It says what the model goes by, and not what causes the outcome."


@dataclass(frozen=True)
class AnswerWords:
    """`said` is what attributions add up to; a feature `raises` it; it now raises it `more`."""

    said: str
    raises: str
    more: str
    terms: dict[str, str]


WORDS: dict[ObjectiveName, AnswerWords] = {
    "binary": AnswerWords(
        said="log odds",
        raises="speaks for an alarm",
        more="speaks more for an alarm",
        terms={
            "attribution": "What a feature adds to one row's log odds, by the model's own trees (its SHAP "
            f"value). {_NO_CAUSE}",
            "log odds": "The scale on which attributions add up. Near a probability of 30%, +0.1 log odds is "
            "about +2 percentage points.",
            **_START,
        },
    ),
    "regression": AnswerWords(
        said="prediction",
        raises="raises the prediction",
        more="raises the prediction more",
        terms={
            "attribution": "What a feature adds to one row's prediction, by the model's own trees (its SHAP "
            f"value). {_NO_CAUSE}",
            "units of the label": "Attributions add up to the number that is predicted.",
            **_START,
        },
    ),
}
