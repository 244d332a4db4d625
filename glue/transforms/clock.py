"""The time, for a job."""

from datetime import UTC, datetime


class SystemClock:
    """The machine's clock as the port `Clock`."""

    def now(self) -> str:
        """Now, UTC, ISO 8601 with seconds."""
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
