"""From a URL in params.yaml or on the command line to a store."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tasks.errors import BadInput
from tasks.store.interface import Store
from tasks.store.keys import checked

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_EXPECTED = "A store is `s3://BUCKET[/PREFIX]`, `file:///ABSOLUTE/PATH` or the path of a directory"


def open_store(url: str) -> Store:
    """The store that `url` names; nothing is sent, read or created until its first use.

    Endpoint, region and credentials of an S3 store come from AWS's own environment variables.
    Raises `BadInput` for anything but `s3://bucket[/prefix]`, `file:///path` and a plain path.
    """
    scheme, separator, rest = url.partition("://")
    if not separator:
        return _directory(url, url)
    if scheme == "file":
        if not rest.startswith("/"):
            raise BadInput(f"{_EXPECTED}; found {url!r}: a file URL has three slashes.")
        return _directory(unquote(rest), url)
    if scheme == "s3":
        return _s3(url)
    # Only the scheme is repeated: the rest may hold a password.
    raise BadInput(
        f"{_EXPECTED}; found one that starts with {scheme + separator!r}. Name a store of these kinds."
    )


def _directory(path: str, url: str) -> Store:
    from tasks.store.directory import DirectoryStore

    if not path.strip() or "\0" in path:
        raise BadInput(f"{_EXPECTED}; found {url!r}. Name the directory.")
    found = Path(path).expanduser()
    if found.exists() and not found.is_dir():
        raise BadInput(f"{_EXPECTED}; found {url!r}, which is a file. Name a directory.")
    return DirectoryStore(found)


def _s3(url: str) -> Store:
    from tasks.store.s3 import S3Store

    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise BadInput(
            f"{_EXPECTED}; found user or password in an s3:// URL. "
            "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY instead: URLs end up in logs.",
        )
    if not _BUCKET.fullmatch(parts.netloc) or parts.query or parts.fragment:
        raise BadInput(
            f"{_EXPECTED}; found {url!r}. A bucket's name is 3 to 63 of small letters, digits, `.` and `-`.",
        )
    prefix = parts.path.strip("/")
    return S3Store(parts.netloc, checked(prefix) if prefix else "")
