"""A job's output, shipped to CloudWatch Logs while it runs."""

import contextlib
import logging
import time
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

log = logging.getLogger("local_aws.glue")

_BATCH = 1000


class LogStream:
    """Follows one output file and puts its new lines into a log stream, with the job's own permissions."""

    def __init__(self, client: Any, group: str, stream: str, path: Path) -> None:
        self._client = client
        self._group = group
        self._stream = stream
        self._path = path
        self._read = 0
        self._made = False
        self._denied = False

    def ship(self, last: bool = False) -> None:
        """Put the lines that are complete by now; with `last` also an unfinished one."""
        lines = self._new_lines(last)
        if self._denied:
            return
        try:
            for start in range(0, len(lines), _BATCH):
                self._put(lines[start : start + _BATCH])
        except (ClientError, BotoCoreError) as error:
            self._denied = True  # as on AWS: a role without log permissions runs, but leaves no logs
            log.warning("no logs of job run %s in %s: %s", self._stream, self._group, error)

    def _new_lines(self, last: bool) -> list[str]:
        with self._path.open("rb") as file:
            file.seek(self._read)
            found = file.read()
        end = len(found) if last else found.rfind(b"\n") + 1
        self._read += end
        return [line for line in found[:end].decode(errors="replace").splitlines() if line.strip()]

    def _put(self, lines: list[str]) -> None:
        if not self._made:
            self._make()
        now = int(time.time() * 1000)
        events = [{"timestamp": now, "message": line} for line in lines]
        self._client.put_log_events(logGroupName=self._group, logStreamName=self._stream, logEvents=events)

    def _make(self) -> None:
        steps = (
            (self._client.create_log_group, {"logGroupName": self._group}),
            (self._client.create_log_stream, {"logGroupName": self._group, "logStreamName": self._stream}),
        )
        for create, named in steps:
            with contextlib.suppress(self._client.exceptions.ResourceAlreadyExistsException):
                create(**named)
        self._made = True
