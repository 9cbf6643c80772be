"""report: a decision as a person reads it: one page of HTML that stands alone, or a few lines of markdown."""

from tasks.report.page import Inputs, render
from tasks.report.step import report
from tasks.report.summary import markdown

__all__ = ["Inputs", "markdown", "render", "report"]
