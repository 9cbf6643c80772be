"""validate: every batch passes the declared suite, or is blocked with column, rule and rows."""

from tasks.validate.checker import Checker
from tasks.validate.known import needs_great_expectations
from tasks.validate.result import BatchReport, rules_hash
from tasks.validate.step import Check, Validation, validate

__all__ = [
    "BatchReport",
    "Check",
    "Checker",
    "Validation",
    "needs_great_expectations",
    "rules_hash",
    "validate",
]
