"""What S3 said, and what a person should do about it."""

from http import HTTPStatus

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    FlexibleChecksumError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
)
from botocore.parsers import ResponseParserError

from tasks.errors import Corrupt, EvergreenError, StoreUnavailable, UnsafeStore

NO_S3 = (ResponseParserError, RecursionError, KeyError)
"""What a client of S3 raises over an answer of something else: no XML, a way in circles, no etag."""
FAILURES = (ClientError, BotoCoreError, *NO_S3)
"""Everything that a client of S3 raises."""

_CREDENTIALS = {"AccessDenied", "ExpiredToken", "InvalidAccessKeyId", "InvalidToken", "SignatureDoesNotMatch"}


def status(error: Exception) -> int:
    """The HTTP status of the answer; 0 where there was none."""
    if isinstance(error, ClientError):
        return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    return 0


def code(error: Exception) -> str:
    """S3's own error code (`NoSuchKey`), the bare status for a HEAD, or the exception's name."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", status(error)))
    return type(error).__name__


def is_missing(error: Exception) -> bool:
    """The bucket answers and has no such object.

    S3 says so with a code of its own. A bare 404 (a HEAD's, or that of something which is no S3) does not.
    """
    return status(error) == HTTPStatus.NOT_FOUND and code(error) not in {"NoSuchBucket", "404"}


def is_refusal(error: Exception) -> bool:
    """The condition did not hold. `If-Match` on a missing key is 404 on AWS and 412 on SeaweedFS."""
    return status(error) == HTTPStatus.PRECONDITION_FAILED or is_missing(error)


def is_race(error: Exception) -> bool:
    """409: another conditional write was under way, and neither has won yet."""
    return status(error) == HTTPStatus.CONFLICT


def is_open(error: Exception) -> bool:
    """It may or may not have been carried out: sent and not answered, or the server failed on the way."""
    return isinstance(error, (HTTPClientError, *NO_S3)) or status(error) >= HTTPStatus.INTERNAL_SERVER_ERROR


def explained(error: Exception, where: str, bucket: str) -> EvergreenError:
    """The same failure as an error of ours that says what to check. Never names a credential."""
    if code(error) == "NotImplemented":
        return UnsafeStore(
            f"The object store {where} does not implement conditional writes, which the ledger rests on. "
            "Evergreen refuses to promote on it: use a store that does.",
        )
    if isinstance(error, FlexibleChecksumError):
        return Corrupt(
            f"The object store {where} sent bytes that do not match their own checksum. Try again."
        )
    return StoreUnavailable(f"The object store {where} {_hint(error, bucket)}")


def _of_this_machine(error: Exception) -> str | None:
    """What to set right here, if that is what is wrong."""
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return "found no complete credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
    if isinstance(error, NO_S3):
        return f"gave an answer that is none of S3's ({code(error)}). Check AWS_ENDPOINT_URL_S3."
    if code(error) == "RequestTimeTooSkewed":
        return f"refused a request of another time ({code(error)}). Set this machine's clock, or the store's."
    return None


def _hint(error: Exception, bucket: str) -> str:
    name, answer = code(error), status(error)
    if ours := _of_this_machine(error):
        return ours
    if answer == 0:
        return (
            f"did not answer ({name}). Check AWS_ENDPOINT_URL_S3, the network, and that the store is running."
        )
    if name in _CREDENTIALS or answer in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return (
            f"refused the credentials ({name}). Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, and that "
            f"they may list, read, write and delete in bucket {bucket!r} there."
        )
    if answer == HTTPStatus.NOT_FOUND:
        return f"has no bucket {bucket!r}. Create it, or correct the store's URL."
    if answer >= HTTPStatus.INTERNAL_SERVER_ERROR or answer == HTTPStatus.CONFLICT:
        return (
            f"answered {answer} {name}, and again when asked again. Try later, or look into the store's log."
        )
    return f"answered {answer} {name}. Check AWS_DEFAULT_REGION and that this is an S3 endpoint."
