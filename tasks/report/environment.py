"""Where the pages' templates come from, with every text from outside escaped."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.periods import spanned
from tasks.report import wording

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def environment() -> "Environment":
    """The templates of this package, each compiled once; a name that a template does not know is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    found = Environment(
        autoescape=True,
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for helper in (
        wording.number,
        wording.counted,
        wording.share,
        wording.minus,
        wording.instant,
        wording.size,
        wording.confidence,
        spanned,
    ):
        found.filters[helper.__name__] = helper
    return found
