"""The execution whose state runs on this thread."""

from contextvars import ContextVar

from local_aws.hooks import Json

current: ContextVar[Json] = ContextVar("current_execution")


def over(execution: Json) -> bool:
    """Whether the execution ended: by itself, by StopExecution, or by its time limit."""
    return bool(execution.get("status", "RUNNING") != "RUNNING")
