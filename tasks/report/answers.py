"""What the models' answers are called where they are taken apart, by objective. Pure."""

from dataclasses import dataclass

from tasks.objectives import ObjectiveName


@dataclass(frozen=True)
class AnswerWords:
    """`said` is what attributions add up to; a feature `raises` it; it now raises it `more`.

    `about` says what is asked, where that is not plain.
    """

    said: str
    raises: str
    more: str
    about: str = ""


WORDS: dict[ObjectiveName, AnswerWords] = {
    "binary": AnswerWords("log odds", "speaks for an alarm", "speaks more for an alarm"),
    "regression": AnswerWords("prediction", "raises the prediction", "raises the prediction more"),
    "multiclass": AnswerWords(
        "log odds",
        "speaks for the class",
        "speaks more for the class",
        "Of each row, what speaks for the class that the challenger finds likeliest there, in either model: "
        "its log odds against another class, on average over the others.",
    ),
    "quantile": AnswerWords("answer", "raises the answer", "raises the answer more"),
}
