"""Any S3 as a store: conditional writes, checksums both ways, lost answers settled by reading back.

Imports boto3, so `open_store` imports this module only for `s3://`.
"""

import base64
import hashlib
import io
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any, TypeVar

from boto3.s3.transfer import TransferConfig

from tasks.errors import EvergreenError
from tasks.store.interface import Object, Precondition
from tasks.store.keys import checked, checked_prefix
from tasks.store.probe import probe
from tasks.store.s3_answers import FAILURES, explained, is_missing, is_open, is_race, is_refusal, status
from tasks.store.s3_client import ATTEMPTS, READ_SECONDS, connect, without_credentials

MULTIPART_BYTES = 64 * 1024**2
_RACE_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds to wait before trying again after a 409."""

_Result = TypeVar("_Result")


def ensure_bucket(bucket: str) -> None:
    """Create `bucket` where it does not exist yet; for stores that are ours, such as the local stack's.

    Raises `StoreUnavailable` when it cannot be created, also because it is somebody else's.
    """
    client = connect()
    try:
        client.create_bucket(Bucket=bucket)
    except client.exceptions.BucketAlreadyOwnedByYou:
        return
    except FAILURES as error:
        raise explained(error, f"at {without_credentials(client.meta.endpoint_url)}", bucket) from error


class S3Store:
    """A bucket, or what lies under a prefix of it. Thread-safe; sends nothing until first used."""

    def __init__(self, bucket: str, prefix: str = "", *, read_seconds: float = READ_SECONDS) -> None:
        self._bucket = bucket
        self._under = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._client = connect(read_seconds)

    @property
    def url(self) -> str:
        """`s3://bucket[/prefix]`."""
        return f"s3://{self._bucket}/{self._under}".rstrip("/")

    @property
    def rehearsal(self) -> bool:
        """Never: an S3 store is shared."""
        return False

    def get(self, key: str, *, etag: str | None = None) -> tuple[bytes, str] | None:
        """Bytes and etag; see `Store.get`. Raises `Corrupt` if the bytes do not match their checksum."""
        attempts = 0
        while (answer := self._opened(key, etag)) is not None:
            try:
                return answer["Body"].read(), answer["ETag"]
            except FAILURES as error:
                # botocore tries again until an answer begins; from there on it is for us to do.
                attempts += 1
                if attempts == ATTEMPTS:
                    raise self._explained(error) from error
        return None

    def create(self, key: str, data: bytes) -> str:
        """Write a new object; see `Store.create`."""
        taken = f"{self.url}/{key} exists already, with other content."
        return self._write_if(key, data, lambda found: found is None, taken, IfNoneMatch="*")

    def replace(self, key: str, data: bytes, *, etag: str) -> str:
        """Write over the version `etag`; see `Store.replace`."""
        moved = f"{self.url}/{key} is not the version {etag} any more (or is gone): read it again."
        return self._write_if(
            key, data, lambda found: found is not None and found[1] == etag, moved, IfMatch=etag
        )

    def put(self, key: str, data: bytes) -> str:
        """Write without a condition, in parts if larger than `MULTIPART_BYTES`; see `Store.put`."""
        if len(data) > MULTIPART_BYTES:
            return self._ask(lambda: self._put_in_parts(key, data))
        return self._ask(lambda: self._put(key, data))

    def exists(self, key: str) -> bool:
        """Whether there is an object at `key`."""
        try:
            self._client.head_object(**self._name(key))
        except FAILURES as error:
            if status(error) != HTTPStatus.NOT_FOUND:
                raise self._explained(error) from error
            # A HEAD answers 404 for a missing bucket too, and that is no "no".
            self._ask(lambda: self._client.head_bucket(Bucket=self._bucket))
            return False
        return True

    def delete(self, key: str) -> None:
        """Remove the object; no error if there is none."""
        self._ask(lambda: self._client.delete_object(**self._name(key)))

    def list(self, prefix: str) -> Iterator[Object]:
        """Objects under `prefix`, sorted here: SeaweedFS lists folder by folder, AWS by key.

        Folder markers (keys that end in `/`, made by consoles) are no objects.
        """
        full = self._under + checked_prefix(prefix)
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=full)
        entries = self._ask(lambda: [entry for page in pages for entry in page.get("Contents", [])])
        objects = [
            Object(
                entry["Key"].removeprefix(self._under), entry["ETag"], entry["Size"], entry["LastModified"]
            )
            for entry in entries
            if not entry["Key"].endswith("/")
        ]
        return iter(sorted(objects, key=lambda found: found.key))

    def probe(self) -> None:
        """Raise `UnsafeStore` unless the store enforces conditions; see `Store.probe`."""
        probe(self)

    def _write_if(
        self,
        key: str,
        data: bytes,
        still_open: Callable[[tuple[bytes, str] | None], bool],
        refusal: str,
        **condition: str,
    ) -> str:
        """PUT under a condition; whatever the answer leaves open is settled by reading back."""
        pauses = iter(_RACE_PAUSES)
        while True:
            try:
                return self._put(key, data, **condition)
            except FAILURES as error:
                if not (is_refusal(error) or is_race(error) or is_open(error)):
                    raise self._explained(error) from error
                failure = error
            found = self.get(key)
            if found is not None and found[0] == data:
                return found[1]  # ours: the answer was lost, and the retry met our own success
            if is_refusal(failure) or not still_open(found):
                raise Precondition(refusal) from failure
            pause = next(pauses, None) if is_race(failure) else None
            if pause is None:
                raise self._explained(failure) from failure
            time.sleep(pause)

    def _opened(self, key: str, etag: str | None) -> Any:
        """The answer to a GET whose body has not been read yet; None where there is no object."""
        request = {**self._name(key), "ChecksumMode": "ENABLED"} | ({"IfMatch": etag} if etag else {})
        try:
            return self._client.get_object(**request)
        except FAILURES as error:
            if is_missing(error):
                return None
            if status(error) == HTTPStatus.PRECONDITION_FAILED:
                raise Precondition(
                    f"{self.url}/{key} is not the version {etag} any more: read it again."
                ) from error
            raise self._explained(error) from error

    def _put(self, key: str, data: bytes, **condition: str) -> str:
        # The checksum as a header of our own: asked for by name only, botocore sends it as a trailer
        # over TLS, which smaller stores reject.
        checksum = base64.b64encode(hashlib.sha256(data).digest()).decode()
        request: dict[str, Any] = {**self._name(key), **condition}
        return self._client.put_object(**request, Body=data, ChecksumSHA256=checksum)["ETag"]

    def _put_in_parts(self, key: str, data: bytes) -> str:
        in_parts = TransferConfig(
            multipart_threshold=MULTIPART_BYTES, multipart_chunksize=MULTIPART_BYTES // 4
        )
        name, checksums = self._name(key), {"ChecksumAlgorithm": "SHA256"}
        self._client.upload_fileobj(io.BytesIO(data), **name, ExtraArgs=checksums, Config=in_parts)
        return self._client.head_object(**name)["ETag"]

    def _name(self, key: str) -> dict[str, Any]:
        return {"Bucket": self._bucket, "Key": self._under + checked(key)}

    def _ask(self, request: Callable[[], _Result]) -> _Result:
        try:
            return request()
        except FAILURES as error:
            raise self._explained(error) from error

    def _explained(self, error: Exception) -> EvergreenError:
        where = f"{self.url} at {without_credentials(self._client.meta.endpoint_url)}"
        return explained(error, where, self._bucket)
