"""What can go wrong, as the few kinds a caller acts on differently.

Every message says what was expected, what was found, where, and what to do.
The exit status is part of the command line's contract (`evergreen --help`).
"""

from typing import ClassVar


class EvergreenError(Exception):
    """Base of every error that Evergreen raises on purpose."""

    exit_status: ClassVar[int] = 1


class Refused(EvergreenError):
    """The answer is no: a blocked batch, a failed audit, a promotion that may not happen."""

    exit_status = 1


class BadInput(EvergreenError):
    """A file, a setting or an argument is not what it has to be."""

    exit_status = 2


class Leak(BadInput):
    """A value would be used before it was known."""


class Unavailable(EvergreenError):
    """It could not be done now; the same call may succeed later."""

    exit_status = 3


class StoreUnavailable(Unavailable):
    """The object store did not answer, or answered that it cannot serve."""


class UnsafeStore(Unavailable):
    """The object store answers, but does not keep the promises that the ledger rests on."""


class Conflict(Unavailable):
    """Somebody else changed the same thing first."""


class Defect(EvergreenError):
    """Something that nobody thought of; nothing is promoted, so it counts as a no."""


class Corrupt(Refused):
    """Bytes do not match the hash that names them, or a document is not what was written."""
