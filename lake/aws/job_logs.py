"""CloudWatch Logs behind the `JobLogs` port."""

from typing import TYPE_CHECKING

from lake.aws.errors import translated

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

ERROR_LOG = "/aws-glue/jobs/error"
MOST_LINES = 40


class GlueLogs:
    """What Glue job runs wrote to their error log."""

    def __init__(self, client: "CloudWatchLogsClient") -> None:
        self._client = client

    def tail(self, job_run_id: str) -> list[str]:
        """The last lines, oldest first. Raises NotFoundError when the run wrote none."""
        with translated(f"read the log {ERROR_LOG} of {job_run_id}"):
            found = self._client.get_log_events(
                logGroupName=ERROR_LOG, logStreamName=job_run_id, limit=MOST_LINES, startFromHead=False
            )
        return [event["message"].rstrip("\n") for event in found["events"]]
