"""add: the next tables of a model folder, cut as the first was and delivered where intake looks."""

from tasks.add.ruling import Wishes
from tasks.add.step import Added, add

__all__ = ["Added", "Wishes", "add"]
