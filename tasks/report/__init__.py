"""report: a decision as a person reads it: one page of HTML that stands alone, or a few lines of markdown.

And a model's past on one page, with what other gates would have done.
"""

from tasks.report.history import render_history
from tasks.report.page import Inputs, render
from tasks.report.step import report
from tasks.report.summary import markdown

__all__ = ["Inputs", "markdown", "render", "render_history", "report"]
