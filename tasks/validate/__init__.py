"""validate: every batch passes the declared suite, or is blocked with column, rule and rows."""

from tasks.validate.result import BatchReport
from tasks.validate.step import Validation, rules_hash, validate

__all__ = ["BatchReport", "Validation", "rules_hash", "validate"]
