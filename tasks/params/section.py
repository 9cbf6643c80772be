"""What every section of params.yaml is made of."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
A_NAME = "a name: 1 to 64 of A to Z, a to z, 0 to 9, _ and -, beginning with a letter or a digit"
MODEL = r"^[a-z0-9][a-z0-9-]{0,47}$"
IN_WORDS = {
    NAME: A_NAME,
    MODEL: "1 to 48 of a to z, 0 to 9 and -, beginning with a letter or a digit",
}
"""What the patterns ask for."""
Name = Annotated[str, StringConstraints(pattern=NAME)]
Share = Annotated[float, Field(ge=0, le=1)]
Money = Annotated[float, Field(ge=-1e15, le=1e15)]
"""What a float still tells to the cent, and what sums and squares of many rows still hold."""


class Section(BaseModel):
    """Frozen, and strict about its keys and types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
