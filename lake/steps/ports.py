"""What a step needs from the outside world. `lake.aws` provides it; tests use fakes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from lake.rules.event import Event
from lake.rules.objects import ObjectInfo, StoredObject
from lake.rules.visit import ExecutionEnd, Visit

__all__ = [
    "Clock",
    "Deleter",
    "Events",
    "Executions",
    "JobLogs",
    "Metrics",
    "Notifier",
    "ObjectInfo",
    "Store",
    "StoredObject",
    "TaskTokens",
]


class Store(Protocol):
    """S3, as far as the project uses it.

    Conditional writes raise ConflictError when the condition fails (412, or 404 for If-Match on a missing key);
    409 is retried inside. A missing object raises NotFoundError on `read` and `head`.
    """

    def read(self, bucket: str, key: str) -> StoredObject: ...

    def stream(self, bucket: str, key: str, version_id: str) -> Iterator[bytes]: ...

    def head(self, bucket: str, key: str, version_id: str | None = None) -> ObjectInfo: ...

    def list(self, bucket: str, prefix: str) -> Iterator[ObjectInfo]: ...

    def create(self, bucket: str, key: str, body: str | bytes, metadata: Mapping[str, str] | None = None) -> str: ...

    def replace(
        self, bucket: str, key: str, body: str, etag: str, metadata: Mapping[str, str] | None = None
    ) -> str: ...

    def write(self, bucket: str, key: str, body: str) -> str: ...

    def copy_version(
        self, bucket: str, key: str, version_id: str, to_bucket: str, to_key: str, metadata: Mapping[str, str]
    ) -> None: ...


class Deleter(Protocol):
    """S3 with the right to delete, which only `assay gc` has: at most 1000 keys, a delete marker each."""

    def delete(self, bucket: str, keys: Sequence[str]) -> None: ...


class Executions(Protocol):
    """Step Functions: start a run, ask whether one is over, how it ended, which way it went (oldest state first)."""

    def start(self, run_id: str, payload: str) -> tuple[str, bool]: ...

    def is_running(self, execution_arn: str) -> bool: ...

    def end_of(self, execution_arn: str) -> ExecutionEnd: ...

    def visits(self, execution_arn: str) -> Sequence[Visit]: ...


class TaskTokens(Protocol):
    """Step Functions: answer a state that waits. False when nobody waits for this token (any more)."""

    def succeed(self, token: str, output: str) -> bool: ...

    def fail(self, token: str, error: str, cause: str) -> bool: ...


class Notifier(Protocol):
    """SNS: one mail to whoever reads a topic; its id there. Subjects are cut to 100 ASCII characters."""

    def send(self, subject: str, body: str) -> str: ...


class Events(Protocol):
    """EventBridge: tell what happened. The function `tell_people` makes a mail of it."""

    def tell(self, event: Event) -> None: ...


class Metrics(Protocol):
    """CloudWatch: numbers about one dataset, or one state of its runs. Which run it was is no dimension."""

    def count(self, dataset: str, run_id: str, numbers: Mapping[str, float], state: str = "") -> None: ...


class JobLogs(Protocol):
    """CloudWatch Logs: the last lines a job run wrote, oldest first."""

    def tail(self, job_name: str, job_run_id: str) -> Sequence[str]: ...


class Clock(Protocol):
    """The time, UTC, ISO 8601 with seconds: `2024-03-31T02:00:00Z`."""

    def now(self) -> str: ...
