"""begin: from a table of one's own to a model folder that `evergreen run` takes, with each guess told."""

from tasks.begin.step import Begun, begin
from tasks.begin.wishes import Wishes

__all__ = ["Begun", "Wishes", "begin"]
