"""CloudWatch Logs behind the `JobLogs` port."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lake.aws.errors import translated
from lake.errors import NotFoundError

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

KINDS = ("error", "output")
MOST_LINES = 40


class GlueLogs:
    """What Glue job runs wrote. `prefix` is what Glue names the groups after: security configuration and role."""

    def __init__(self, client: "CloudWatchLogsClient", prefix: str) -> None:
        self._client = client
        self._prefix = prefix

    def tail(self, job_name: str, job_run_id: str) -> list[str]:
        """The last lines of all streams, oldest first. Raises NotFoundError when the run wrote none."""
        found = [event for kind in KINDS for event in self._events(f"{self._prefix}/{job_name}/{kind}", job_run_id)]
        if not found:
            raise NotFoundError(f"job run {job_run_id} of {job_name} wrote no log below {self._prefix}")
        return [message.rstrip("\n") for _, message in sorted(found, key=lambda event: event[0])[-MOST_LINES:]]

    def _events(self, group: str, job_run_id: str) -> Iterator[tuple[int, str]]:
        with translated(f"read the log {group} of {job_run_id}"):
            streams = self._client.describe_log_streams(logGroupName=group, logStreamNamePrefix=job_run_id)
            for stream in streams["logStreams"]:
                events = self._client.get_log_events(
                    logGroupName=group, logStreamName=stream["logStreamName"], limit=MOST_LINES, startFromHead=False
                )
                yield from ((event["timestamp"], event["message"]) for event in events["events"])
