"""Which names an object may have: the same ones in every kind of store."""

import re

from tasks.errors import BadInput

_SEGMENT = re.compile(r"[A-Za-z0-9._=-]+")
_PREFIX = re.compile(r"[A-Za-z0-9._=/-]*")


def checked(key: str) -> str:
    """`key` itself, or `BadInput` where it is not `/`-separated segments of `[A-Za-z0-9._=-]`.

    The segments `.` and `..` are refused: in a directory they would lead out of the store.
    """
    for segment in key.split("/"):
        if segment in {".", ".."} or not _SEGMENT.fullmatch(segment):
            raise BadInput(
                f"An object's key is `/`-separated segments of letters, digits and `._=-`; found {key!r}, "
                f"whose segment {segment!r} is not one. Give the object another name.",
            )
    return key


def checked_prefix(prefix: str) -> str:
    """`prefix` itself, or `BadInput` where no key could start with it."""
    absolute, escaping = prefix.startswith("/"), {".", ".."} & set(prefix.split("/")[:-1])
    if absolute or escaping or "//" in prefix or not _PREFIX.fullmatch(prefix):
        raise BadInput(
            f"No object's key can start with {prefix!r}: see the rule for keys in tasks/store/keys.py."
        )
    return prefix
