"""A `Store` over folders: bucket `b` is `<root>/b`. Spark reads and writes the same files as `s3://b/…`."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from lake.errors import ConflictError, NotFoundError
from lake.rules.objects import ObjectInfo, StoredObject

_METADATA = ".metadata"


class LocalStore:
    """Objects are files; user metadata lies beside them in a hidden file. One writer at a time."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, bucket: str, key: str) -> StoredObject:
        file = self._file(bucket, key)
        if not file.is_file():
            raise NotFoundError(f"there is no {bucket}/{key}")
        return StoredObject(file.read_bytes(), _etag(file), _metadata(file))

    def stream(self, bucket: str, key: str, version_id: str) -> Iterator[bytes]:
        yield self.read(bucket, key).body

    def head(self, bucket: str, key: str, version_id: str | None = None) -> ObjectInfo:
        file = self._file(bucket, key)
        if not file.is_file():
            raise NotFoundError(f"there is no {bucket}/{key}")
        return ObjectInfo(key, _etag(file), file.stat().st_size, "v1", _metadata(file))

    def list(self, bucket: str, prefix: str) -> Iterator[ObjectInfo]:
        for file in sorted((self.root / bucket).rglob("*")):
            key = file.relative_to(self.root / bucket).as_posix()
            if file.is_file() and not file.name.startswith(".") and key.startswith(prefix):
                yield ObjectInfo(key, _etag(file), file.stat().st_size)

    def create(self, bucket: str, key: str, body: str, metadata: Mapping[str, str] | None = None) -> str:
        if self._file(bucket, key).exists():
            raise ConflictError(f"there is a {bucket}/{key}")
        return self._put(bucket, key, body, metadata)

    def replace(self, bucket: str, key: str, body: str, etag: str, metadata: Mapping[str, str] | None = None) -> str:
        file = self._file(bucket, key)
        if not file.exists() or _etag(file) != etag:
            raise ConflictError(f"{bucket}/{key} is not {etag}")
        return self._put(bucket, key, body, metadata)

    def write(self, bucket: str, key: str, body: str) -> str:
        return self._put(bucket, key, body, None)

    def _put(self, bucket: str, key: str, body: str, metadata: Mapping[str, str] | None) -> str:
        file = self._file(bucket, key)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(body)
        _beside(file).write_text(json.dumps(dict(metadata or {})))
        return _etag(file)

    def _file(self, bucket: str, key: str) -> Path:
        return self.root / bucket / key


def _metadata(file: Path) -> dict[str, str]:
    beside = _beside(file)
    return dict(json.loads(beside.read_text())) if beside.exists() else {}


def _beside(file: Path) -> Path:
    return file.with_name(f".{file.name}{_METADATA}")


def _etag(file: Path) -> str:
    # as with SSE-KMS, equal content written twice has two ETags; S3 does not read an object to tell its ETag either
    found = file.stat()
    return f'"{found.st_ino:x}-{found.st_mtime_ns:x}-{found.st_size:x}"'
