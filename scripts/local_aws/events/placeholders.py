"""The `<aws.scheduler.…>` words in a schedule's input."""

import re
import uuid
from datetime import UTC, datetime

from local_aws.hooks import Json

_ONCE = re.compile(r"\s*at\((.+)\)\s*")


def filled(text: str, schedule: Json, now: float) -> str:
    """The input with every placeholder replaced."""
    words = {
        "scheduled-time": scheduled_time(schedule.get("ScheduleExpression", ""), now),
        "schedule-arn": schedule.get("Arn", ""),
        "execution-id": str(uuid.uuid4()),
        "attempt-number": "1",
    }
    for word, value in words.items():
        text = text.replace(f"<aws.scheduler.{word}>", value)
    return text


def scheduled_time(expression: str, now: float) -> str:
    """When the schedule was to fire: the minute of a cron or a rate, the very second of an at()."""
    once = _ONCE.fullmatch(expression)
    if once is not None:
        return f"{once[1].strip()}Z"
    return datetime.fromtimestamp(now - now % 60, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
