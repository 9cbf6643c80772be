"""SeaweedFS, the object store that comes with Evergreen: how it is started and known to be ours."""

import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING

from services.layout import BINARIES, Credentials, Layout, write_private
from services.supervise import Service
from tasks.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NAME = "seaweedfs"
BUCKET = "evergreen"
MARKER = "stack/identity"


def service(layout: Layout) -> Service:
    """One `weed server`: master, volume, filer and S3, on loopback and on ports that are all named.

    SeaweedFS does not fsync what it acknowledges by default: a power cut can lose the last writes.
    That is fit for one machine's default and not for production; name another S3 there.
    Only the S3 port asks for credentials, so other users of this machine are to be trusted.
    """
    port = layout.s3_port
    options = {
        "dir": str(layout.seaweedfs / "data"),
        "ip": "127.0.0.1",
        "ip.bind": "127.0.0.1",
        "master.port": port + 1,
        "master.port.grpc": port + 2,
        "master.telemetry": "false",
        # There is nobody to elect but itself; 10 s by default, at every start but the first.
        "master.electionTimeout": "1s",
        # 30 GB by default, seven of them for the first write to a bucket: too much for a laptop.
        "master.volumeSizeLimitMB": 256,
        "master.volumePreallocate": "false",
        "volume.port": port + 3,
        "volume.port.grpc": port + 4,
        "volume.max": 0,  # as many as the disk holds; 8 by default, which two buckets use up
        "volume.preStopSeconds": 0,  # nobody else has to notice that it leaves: 10 s less in `make down`
        "filer": "true",
        "filer.port": port + 5,
        "filer.port.grpc": port + 6,
        "filer.localSocket": "",
        "s3": "true",
        "s3.port": port,
        "s3.port.grpc": port + 7,
        "s3.port.iceberg": 0,
        "s3.port.lance": 0,
        "s3.iam": "false",
        "s3.config": str(layout.seaweedfs / "s3.json"),
    }
    arguments = [f"-{name}={value}" for name, value in options.items() if value != ""]
    return Service(NAME, [str(BINARIES / "weed"), "server", *arguments])


def client(layout: Layout, credentials: Credentials) -> "S3Client":
    """A client of the embedded store with short time-outs: the first requests after a start can hang."""
    import boto3
    from botocore.config import Config

    return boto3.client(
        "s3",
        endpoint_url=layout.s3_endpoint,
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
        region_name="us-east-1",
        config=Config(
            connect_timeout=1,
            read_timeout=2,
            retries={"total_max_attempts": 1},
            s3={"addressing_style": "path"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            proxies={},
        ),
    )


def ready(layout: Layout) -> bool:
    """Whether the store takes writes: false while it starts, `Unavailable` if it is not ours."""
    from botocore.exceptions import BotoCoreError, ClientError

    s3 = client(layout, layout.credentials)
    try:
        if BUCKET not in {bucket.get("Name") for bucket in s3.list_buckets()["Buckets"]}:
            s3.create_bucket(Bucket=BUCKET)
        _check_marker(layout, s3)
    except ClientError as error:
        if _status(error) in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise Unavailable(f"{_other(layout)}: it refuses the credentials of this stack.") from error
        return False
    except BotoCoreError:
        return False
    return True


def _check_marker(layout: Layout, s3: "S3Client") -> None:
    """Write the identity at the first start; find it at every later one."""
    from botocore.exceptions import ClientError

    path = layout.seaweedfs / "identity"
    if not path.exists():
        # The same at each try: one that timed out may still be carried out after one that did not.
        chosen = path.with_suffix(".new")
        if not chosen.exists():
            write_private(chosen, secrets.token_hex(16))
        s3.put_object(Bucket=BUCKET, Key=MARKER, Body=chosen.read_bytes())
        chosen.replace(path)
    try:
        found = s3.get_object(Bucket=BUCKET, Key=MARKER)["Body"].read().decode(errors="replace")
    except ClientError as error:
        if _status(error) != HTTPStatus.NOT_FOUND:
            raise
        found = "nothing"
    if found != path.read_text():
        raise Unavailable(
            f"{_other(layout)}: s3://{BUCKET}/{MARKER} should hold what {path} does, found {found}. "
            f"If its data was removed on purpose, remove {path} too."
        )


def check_refuses_strangers(layout: Layout) -> None:
    """Raise `Unavailable` if the store takes a wrong secret: then it checks none, or is not ours."""
    from botocore.exceptions import ClientError

    wrong = Credentials(layout.credentials.access_key, secrets.token_urlsafe(32))
    try:
        client(layout, wrong).list_buckets()
    except ClientError as error:
        if _status(error) == HTTPStatus.FORBIDDEN:
            return
        raise Unavailable(f"{_other(layout)}: a wrong secret was answered with {error}.") from error
    raise Unavailable(f"{_other(layout)}: it accepts a wrong secret.")


def _other(layout: Layout) -> str:
    return f"The server at {layout.s3_endpoint} is not this stack's object store"


def _status(error: "Exception") -> int:
    response = getattr(error, "response", {})
    return int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
