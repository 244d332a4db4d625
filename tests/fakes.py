"""In-memory stand-ins for the ports, true to S3's conditional writes, with faults on demand."""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lake.errors import ConflictError, NotFoundError
from lake.rules.alert import alert_mail
from lake.rules.event import Event, detail, read_detail
from lake.rules.objects import ObjectInfo, StoredObject
from lake.rules.visit import ExecutionEnd, Visit


class KilledError(BaseException):
    """The process died here. Not an Exception, so that no code under test can survive it."""


@dataclass
class KillAt:
    """A hook for MemoryStore: dies before or after its n-th write (1 = the first)."""

    number: int
    after: bool = False
    seen: int = 0

    def __call__(self, moment: str) -> None:
        self.seen += moment == "before"
        if self.seen == self.number and moment == ("after" if self.after else "before"):
            raise KilledError(f"write {self.number}, {moment}")


@dataclass(frozen=True)
class Version:
    """One stored version of an object."""

    version_id: str
    body: bytes
    etag: str
    metadata: Mapping[str, str]


@dataclass
class MemoryStore:
    """S3 with versioning in memory: ETags, user metadata, If-Match and If-None-Match, one lock."""

    on_write: Callable[[str], None] = field(default=lambda moment: None)
    objects: dict[tuple[str, str], list[Version]] = field(default_factory=dict)
    deleted: dict[tuple[str, str], list[Version]] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self, bucket: str, key: str) -> StoredObject:
        found = self._newest(bucket, key)
        return StoredObject(found.body, found.etag, dict(found.metadata))

    def stream(self, bucket: str, key: str, version_id: str) -> Iterator[bytes]:
        body = self._version(bucket, key, version_id).body
        yield from (body[at : at + 7] for at in range(0, len(body), 7))

    def head(self, bucket: str, key: str, version_id: str | None = None) -> ObjectInfo:
        found = self._version(bucket, key, version_id or "")
        return ObjectInfo(key, found.etag, len(found.body), found.version_id, found.metadata)

    def list(self, bucket: str, prefix: str) -> Iterator[ObjectInfo]:
        names = sorted(key for where, key in self.objects if where == bucket and key.startswith(prefix))
        return iter([ObjectInfo(key, (last := self._newest(bucket, key)).etag, len(last.body)) for key in names])

    def create(self, bucket: str, key: str, body: str | bytes, metadata: Mapping[str, str] | None = None) -> str:
        content = body.encode() if isinstance(body, str) else body
        return self._write(bucket, key, content, metadata, lambda found: found is None)

    def replace(self, bucket: str, key: str, body: str, etag: str, metadata: Mapping[str, str] | None = None) -> str:
        return self._write(bucket, key, body.encode(), metadata, lambda found: found is not None and found.etag == etag)

    def write(self, bucket: str, key: str, body: str) -> str:
        return self._write(bucket, key, body.encode(), None, lambda found: True)

    def copy_version(
        self, bucket: str, key: str, version_id: str, to_bucket: str, to_key: str, metadata: Mapping[str, str]
    ) -> None:
        body = self._version(bucket, key, version_id).body
        self._write(to_bucket, to_key, body, metadata, lambda found: True)

    def delete(self, bucket: str, key: str) -> None:
        """A delete marker: the object is gone, its versions are not."""
        self.deleted[bucket, key] = self.objects.pop((bucket, key))

    def put_bytes(self, bucket: str, key: str, body: bytes) -> str:
        """Deliver an object from outside; its version id."""
        self._write(bucket, key, body, None, lambda found: True)
        return self._newest(bucket, key).version_id

    def keys(self, bucket: str, prefix: str = "") -> Sequence[str]:
        return [each.key for each in self.list(bucket, prefix)]

    def _write(
        self,
        bucket: str,
        key: str,
        body: bytes,
        metadata: Mapping[str, str] | None,
        allowed: Callable[[Version | None], bool],
    ) -> str:
        self.on_write("before")
        with self._lock:
            versions = self.objects.get((bucket, key), [])
            if not allowed(versions[-1] if versions else None):
                raise ConflictError(f"s3://{bucket}/{key}: the condition does not hold")
            # as on S3, equal bytes have an equal ETag
            etag = f'"{hashlib.md5(body).hexdigest()}"'
            version = Version(f"v{len(versions) + 1}", body, etag, dict(metadata or {}))
            self.objects[bucket, key] = [*versions, version]
            self.writes.append(f"{bucket}/{key}")
        self.on_write("after")
        return etag

    def _newest(self, bucket: str, key: str) -> Version:
        return self._version(bucket, key, "")

    def _version(self, bucket: str, key: str, version_id: str) -> Version:
        gone = self.deleted.get((bucket, key), []) if version_id else []
        for version in reversed([*gone, *self.objects.get((bucket, key), [])]):
            if version_id in {"", version.version_id}:
                return version
        raise NotFoundError(f"s3://{bucket}/{key} {version_id} does not exist")


@dataclass
class FixedClock:
    """A clock that stands still until it is set."""

    moment: str = "2024-04-01T02:00:00Z"

    def now(self) -> str:
        return self.moment


@dataclass
class MemoryExecutions:
    """Step Functions: names are unique, an execution runs until it is ended."""

    started: dict[str, str] = field(default_factory=dict)
    running: set[str] = field(default_factory=set)
    histories: dict[str, list[Visit]] = field(default_factory=dict)
    ends: dict[str, ExecutionEnd] = field(default_factory=dict)

    def start(self, run_id: str, payload: str) -> tuple[str, bool]:
        arn = execution_arn(run_id)
        if run_id in self.started:
            return arn, False
        self.started[run_id] = payload
        self.running.add(arn)
        return arn, True

    def is_running(self, arn: str) -> bool:
        assert arn, "boto3 refuses an empty ARN before it asks anybody"
        return arn in self.running

    def end_of(self, arn: str) -> ExecutionEnd:
        return self.ends[arn]

    def visits(self, arn: str) -> list[Visit]:
        return self.histories.get(arn, [])

    def end(self, run_id: str) -> None:
        self.running.discard(execution_arn(run_id))


@dataclass
class MemoryTokens:
    """States that wait: a token is answered once."""

    waiting: set[str] = field(default_factory=set)
    answers: list[tuple[str, str, str]] = field(default_factory=list)

    def succeed(self, token: str, output: str) -> bool:
        return self._answer(token, "success", output)

    def fail(self, token: str, error: str, cause: str) -> bool:
        return self._answer(token, error, cause)

    def _answer(self, token: str, kind: str, text: str) -> bool:
        if token not in self.waiting:
            return False
        self.waiting.discard(token)
        self.answers.append((token, kind, text))
        return True


@dataclass
class Mailbox:
    """Mails, as subject and body, and the events they tell of."""

    mails: list[tuple[str, str]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def send(self, subject: str, body: str) -> str:
        self.mails.append((subject, body))
        return f"mail-{len(self.mails)}"

    def tell(self, event: Event) -> None:
        """What happens on the bus: the event travels as JSON and becomes a mail."""
        came = read_detail(event.kind, json.loads(detail(event)))
        self.events.append(came)
        alert = alert_mail(came)
        self.send(alert.subject, alert.body)


@dataclass
class Counted:
    """Metrics, as dataset and numbers."""

    points: list[tuple[str, dict[str, float]]] = field(default_factory=list)
    states: list[tuple[str, dict[str, float]]] = field(default_factory=list)

    def count(self, dataset: str, run_id: str, numbers: Mapping[str, float], state: str = "") -> None:
        if state:
            self.states.append((state, dict(numbers)))
        else:
            self.points.append((dataset, dict(numbers)))


@dataclass
class MemoryLogs:
    """Logs of job runs by id."""

    lines: dict[str, list[str]] = field(default_factory=dict)

    def tail(self, job_name: str, job_run_id: str) -> Sequence[str]:
        if job_run_id not in self.lines:
            raise NotFoundError(f"no log of {job_run_id}")
        return self.lines[job_run_id]


def execution_arn(run_id: str) -> str:
    """The ARN of a run's execution."""
    return f"arn:aws:states:eu-west-1:000000000000:execution:assay-pipeline:{run_id}"
