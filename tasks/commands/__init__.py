"""The subcommands of `evergreen`: each is a thin layer that calls one step and says what came of it."""

from tasks.commands import (
    adding,
    beginning,
    care,
    control,
    cycle,
    data,
    drift,
    erasure,
    ledger,
    planning,
    provenance,
    quarantine,
    scoring,
    steps,
)
from tasks.commands.group import evergreen, main

__all__ = [
    "adding",
    "beginning",
    "care",
    "control",
    "cycle",
    "data",
    "drift",
    "erasure",
    "evergreen",
    "ledger",
    "main",
    "planning",
    "provenance",
    "quarantine",
    "scoring",
    "steps",
]
