"""What the models' answers are called where they are taken apart, by objective. Pure."""

from dataclasses import dataclass

from tasks.objectives import ObjectiveName


@dataclass(frozen=True)
class AnswerWords:
    """`said` is what attributions add up to; a feature `raises` it; it now raises it `more`."""

    said: str
    raises: str
    more: str


WORDS: dict[ObjectiveName, AnswerWords] = {
    "binary": AnswerWords("log odds", "speaks for an alarm", "speaks more for an alarm"),
    "regression": AnswerWords("prediction", "raises the prediction", "raises the prediction more"),
    "quantile": AnswerWords("answer", "raises the answer", "raises the answer more"),
}
