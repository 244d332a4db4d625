"""What a step needs from the outside world. `lake.aws` provides it; tests use fakes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class StoredObject:
    """An object as read: bytes, ETag and user metadata."""

    body: bytes
    etag: str
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The body as UTF-8."""
        return self.body.decode()


@dataclass(frozen=True)
class ObjectInfo:
    """An object's head, or one entry of a listing (then version_id is empty)."""

    key: str
    etag: str
    size: int
    version_id: str = ""


class Store(Protocol):
    """S3, as far as the project uses it.

    Conditional writes raise ConflictError when the condition fails (412, or 404 for If-Match on a missing key);
    409 is retried inside. A missing object raises NotFoundError on `read` and `head`.
    """

    def read(self, bucket: str, key: str) -> StoredObject: ...

    def stream(self, bucket: str, key: str, version_id: str) -> Iterator[bytes]: ...

    def head(self, bucket: str, key: str, version_id: str | None = None) -> ObjectInfo: ...

    def list(self, bucket: str, prefix: str) -> Iterator[ObjectInfo]: ...

    def create(self, bucket: str, key: str, body: str, metadata: Mapping[str, str] | None = None) -> str: ...

    def replace(
        self, bucket: str, key: str, body: str, etag: str, metadata: Mapping[str, str] | None = None
    ) -> str: ...

    def write(self, bucket: str, key: str, body: str) -> str: ...


class Executions(Protocol):
    """Step Functions: start a run, ask whether one is over."""

    def start(self, run_id: str, payload: str) -> tuple[str, bool]: ...

    def is_running(self, execution_arn: str) -> bool: ...


class Notifier(Protocol):
    """SNS: one mail to the platform team. Subjects are cut to 100 ASCII characters."""

    def send(self, subject: str, body: str) -> None: ...


class Clock(Protocol):
    """The time, UTC, ISO 8601 with seconds: `2024-03-31T02:00:00Z`."""

    def now(self) -> str: ...
