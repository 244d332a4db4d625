"""S3 as a query sees it: listings, objects copied once to disk, and manifests."""

import hashlib
import uuid
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from local_aws.athena.failures import QueryError


@dataclass(frozen=True)
class S3Object:
    """An object as S3 listed it."""

    uri: str
    etag: str
    size: int


def split(uri: str) -> tuple[str, str]:
    """Bucket and key of an s3:// address."""
    parts = urlsplit(uri)
    return parts.netloc, parts.path.lstrip("/")


class Objects:
    """Reads S3 through the caller's client; bodies are kept on disk by ETag."""

    def __init__(self, s3: Any, cache: Path) -> None:
        self.s3 = s3
        self._cache = cache

    def under(self, prefix: str) -> list[S3Object]:
        """Every data object under the address: not empty, no name in its path hidden by `_` or `.`."""
        bucket, key = split(prefix)
        found: list[S3Object] = []
        try:
            for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key):
                for entry in page.get("Contents", []):
                    hidden = any(part[:1] in "_." for part in entry["Key"][len(key) :].split("/") if part)
                    if entry["Size"] and not hidden:
                        found.append(S3Object(f"s3://{bucket}/{entry['Key']}", entry["ETag"], entry["Size"]))
        except ClientError as error:
            raise QueryError("HIVE_CANNOT_OPEN_SPLIT", f"{prefix}: {error.response['Error']['Message']}") from error
        return found

    def head(self, uri: str) -> S3Object:
        """One object; a missing one is what a dangling manifest line leads to."""
        bucket, key = split(uri)
        try:
            found = self.s3.head_object(Bucket=bucket, Key=key)
        except ClientError as error:
            denied = error.response["Error"]["Code"] in ("403", "AccessDenied")
            reason = "Access Denied" if denied else "key does not exist"
            raise QueryError("HIVE_CANNOT_OPEN_SPLIT", f"Error opening Hive split {uri}: {reason}") from error
        return S3Object(uri, found["ETag"], found["ContentLength"])

    def path(self, found: S3Object) -> Path:
        """The object's bytes on disk."""
        digest = hashlib.sha256(f"{found.uri} {found.etag}".encode()).hexdigest()
        path = self._cache / digest[:2] / digest[2:18] / PurePosixPath(found.uri).name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f"{uuid.uuid4().hex}.draft")
            draft.write_bytes(self.read(found.uri))
            draft.replace(path)
        return path

    def read(self, uri: str) -> bytes:
        """The object's bytes."""
        bucket, key = split(uri)
        try:
            body: bytes = self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        except ClientError as error:
            raise QueryError("HIVE_CANNOT_OPEN_SPLIT", f"{uri}: {error.response['Error']['Message']}") from error
        return body

    def manifest(self, found: S3Object) -> list[S3Object]:
        """The data files a symlink manifest names."""
        lines = self.path(found).read_text().splitlines()
        return [self.head(line.strip()) for line in lines if line.strip()]
