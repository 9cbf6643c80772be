"""A client of S3, set up by AWS's own environment, with bounded patience."""

import os
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import boto3.session
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError
from botocore.loaders import Loader, create_loader

from tasks.errors import BadInput

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CONNECT_SECONDS = 3.0
READ_SECONDS = 20.0
"""How long one answer, or the next piece of one, may take."""
ATTEMPTS = 3
"""Tries per request, with botocore's jittered back-off between them: at most 3 s of waiting."""
_CONNECTIONS = 32
"""Kept open per store: as many as threads that share it."""


def connect(read_seconds: float = READ_SECONDS) -> "S3Client":
    """A thread-safe client; sends nothing yet.

    Endpoint, region and credentials: `AWS_ENDPOINT_URL_S3`, `AWS_DEFAULT_REGION`, `AWS_ACCESS_KEY_ID` and
    whatever else AWS's own tools read. A store with an endpoint of its own is addressed by path, as bucket
    names are no host names there, and gets no checksums that it may not know unless the environment asks.
    Raises `BadInput` where the environment does not make sense.
    """
    own = "AWS_ENDPOINT_URL_S3" in os.environ or "AWS_ENDPOINT_URL" in os.environ
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=read_seconds,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        max_pool_connections=_CONNECTIONS,
        s3={"addressing_style": "path" if own else "auto"},
        # None leaves it to the environment.
        request_checksum_calculation=None
        if "AWS_REQUEST_CHECKSUM_CALCULATION" in os.environ
        else "when_required",
    )
    try:
        # A session of its own: boto3's default one is not safe to make in several threads at once.
        return boto3.session.Session(botocore_session=_session()).client("s3", config=config)
    except (BotoCoreError, ValueError) as error:
        # Of a ValueError only the kind is told: its text repeats the endpoint, which may hold a password.
        what = error if isinstance(error, BotoCoreError) else "the endpoint is not a URL"
        raise BadInput(
            f"An S3 store needs a client set up by AWS's environment variables, and they do not: {what}. "
            "Check AWS_ENDPOINT_URL_S3, AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
        ) from None


class _Models(Loader):
    """S3's model, parsed once: each session would parse it anew, in most of the time that a client takes."""

    @property
    def search_paths(self) -> list[str]:
        """A copy, to which each session of boto3 adds its own folder."""
        return list(super().search_paths)


@lru_cache(maxsize=1)
def _models(data_path: str | None) -> Loader:
    return _Models(create_loader(data_path).search_paths, include_default_search_paths=False)


def _session() -> botocore.session.Session:
    session = botocore.session.Session()
    session.register_component("data_loader", _models(session.get_config_variable("data_path")))
    return session


def without_credentials(url: str) -> str:
    """`url` less any user and password."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
