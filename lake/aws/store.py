"""S3 behind the `Store` port: conditional writes, versions, user metadata."""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lake.aws.errors import CONFLICTING_REQUEST, code_of, translated
from lake.errors import ConflictError, NotFoundError
from lake.rules import layout
from lake.rules.objects import ObjectInfo, StoredObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CHUNK_BYTES = 1 << 20
_TRIES = 8


class S3Store:
    """One S3 client as a `Store`."""

    def __init__(self, client: "S3Client", pause: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._pause = pause

    def read(self, bucket: str, key: str) -> StoredObject:
        """The newest version of an object."""
        with translated(f"read {layout.uri(bucket, key)}"):
            found = self._client.get_object(Bucket=bucket, Key=key)
            return StoredObject(found["Body"].read(), found["ETag"], found.get("Metadata", {}))

    def stream(self, bucket: str, key: str, version_id: str) -> Iterator[bytes]:
        """One version of an object, a piece at a time."""
        with translated(f"read {layout.uri(bucket, key)} version {version_id or 'newest'}"):
            found = self._client.get_object(Bucket=bucket, Key=key, **_version(version_id))
            yield from found["Body"].iter_chunks(CHUNK_BYTES)

    def head(self, bucket: str, key: str, version_id: str | None = None) -> ObjectInfo:
        """Size, ETag, version and user metadata of an object."""
        with translated(f"look at {layout.uri(bucket, key)}"):
            found = self._client.head_object(Bucket=bucket, Key=key, **_version(version_id))
        version, metadata = found.get("VersionId", ""), found.get("Metadata", {})
        stored_at = found["LastModified"].strftime("%Y-%m-%dT%H:%M:%SZ")
        return ObjectInfo(key, found["ETag"], found["ContentLength"], version, metadata, stored_at)

    def list(self, bucket: str, prefix: str) -> Iterator[ObjectInfo]:
        """Every object below a prefix, in key order."""
        with translated(f"list {layout.uri(bucket, prefix)}"):
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
                for each in page.get("Contents", []):
                    yield ObjectInfo(each["Key"], each["ETag"], each["Size"])

    def create(self, bucket: str, key: str, body: str | bytes, metadata: Mapping[str, str] | None = None) -> str:
        """Write an object that must not exist; its ETag."""
        return self._put(bucket, key, body, metadata, IfNoneMatch="*")

    def replace(self, bucket: str, key: str, body: str, etag: str, metadata: Mapping[str, str] | None = None) -> str:
        """Write an object that must still be the one with this ETag; the new ETag."""
        try:
            return self._put(bucket, key, body, metadata, IfMatch=etag)
        except NotFoundError as error:
            raise ConflictError(f"{layout.uri(bucket, key)} is gone, expected the one with ETag {etag}") from error

    def write(self, bucket: str, key: str, body: str) -> str:
        """Write an object whatever is there; its ETag."""
        return self._put(bucket, key, body, None)

    def copy_version(
        self, bucket: str, key: str, version_id: str, to_bucket: str, to_key: str, metadata: Mapping[str, str]
    ) -> None:
        """Copy one version of an object inside S3, in parts where it is large; only this metadata, no tags."""
        settings = {"MetadataDirective": "REPLACE", "Metadata": dict(metadata), "TaggingDirective": "REPLACE"}
        with translated(f"copy version {version_id} of {layout.uri(bucket, key)} to {layout.uri(to_bucket, to_key)}"):
            self._client.copy(
                {"Bucket": bucket, "Key": key, "VersionId": version_id}, to_bucket, to_key, ExtraArgs=settings
            )

    def _put(
        self, bucket: str, key: str, body: str | bytes, metadata: Mapping[str, str] | None, **condition: Any
    ) -> str:
        with translated(f"write {layout.uri(bucket, key)}"):
            for attempt in range(1, _TRIES):
                try:
                    return self._put_once(bucket, key, body, metadata, condition)
                except ClientError as error:
                    if code_of(error) != CONFLICTING_REQUEST:
                        raise
                    # 409: a write of the same key was under way; neither won nor lost, so the same request may go again
                    self._pause(random.uniform(0, 0.05 * 2**attempt))
            return self._put_once(bucket, key, body, metadata, condition)

    def _put_once(
        self, bucket: str, key: str, body: str | bytes, metadata: Mapping[str, str] | None, condition: dict[str, Any]
    ) -> str:
        answer = self._client.put_object(
            Bucket=bucket,
            Key=key,
            Body=body.encode() if isinstance(body, str) else body,
            ContentType=_content_type(key, body),
            Metadata=dict(metadata or {}),
            **condition,
        )
        return answer["ETag"]


def _content_type(key: str, body: str | bytes) -> str:
    if key.endswith(".json"):
        return "application/json"
    return "text/plain; charset=utf-8" if isinstance(body, str) else "application/octet-stream"


def _version(version_id: str | None) -> dict[str, Any]:
    return {"VersionId": version_id} if version_id else {}
