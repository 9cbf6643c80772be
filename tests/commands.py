"""The command line in this process: `evergreen ...` as a person calls it."""

import contextlib
import io
import json
import logging
import sys
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from tasks.__main__ import main

ROW = '{"x": 1.5, "z": null, "colour": "red"}'
"""The features of one row of the small model, as `score --row` takes them."""


@dataclass(frozen=True)
class Said:
    """Exit status, and what went to stdout and stderr."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout; raises where there is another byte."""
        return json.loads(self.out)


def evergreen(*arguments: object) -> Said:
    """Run `evergreen` with these arguments."""
    out, err = io.StringIO(), io.StringIO()
    status: object = 0
    with (
        patch.object(sys, "argv", ["evergreen", *map(str, arguments)]),
        patch.object(logging.root, "handlers", []),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            status = end.code
    return Said(
        status if isinstance(status, int) else int(status is not None), out.getvalue(), err.getvalue()
    )
