"""How a run went from state to state, as the history of its execution tells it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

_STARTS = frozenset({"TaskScheduled", "LambdaFunctionScheduled"})


@dataclass(frozen=True)
class JobUse:
    """What a Glue job run took."""

    name: str
    job_run_id: str
    seconds: int
    dpus: float


@dataclass(frozen=True)
class Visit:
    """One state of a run: when it was entered and left (None: it works), how often its task was tried, its last job."""

    state: str
    started: datetime
    ended: datetime | None = None
    tries: int = 0
    job: JobUse | None = None

    def seconds(self, now: datetime) -> float:
        """How long the state has taken; never less than nothing, if a clock is behind."""
        return max(0.0, ((self.ended or now) - self.started).total_seconds())


@dataclass(frozen=True)
class ExecutionEnd:
    """How an execution ended, and the input it was started with."""

    error: str
    cause: str
    given: str


def visits(history: Iterable[Mapping[str, Any]]) -> list[Visit]:
    """The states of an execution, oldest first, from its events, oldest first."""
    found: list[Visit] = []
    for event in history:
        kind, at = event["type"], event["timestamp"]
        if kind.endswith("StateEntered"):
            found.append(Visit(event["stateEnteredEventDetails"]["name"], at))
        elif not found:
            continue
        elif kind.endswith("StateExited"):
            found[-1] = replace(found[-1], ended=at)
        elif kind in _STARTS:
            found[-1] = replace(found[-1], ended=None, tries=found[-1].tries + 1)
        elif kind in {"TaskSucceeded", "TaskFailed"}:
            found[-1] = replace(found[-1], job=_job(event) or found[-1].job)
    return found


def _job(event: Mapping[str, Any]) -> JobUse | None:
    """A job run that ended well is the task's output, one that failed is the cause."""
    text = event.get("taskSucceededEventDetails", {}).get("output") or event.get("taskFailedEventDetails", {}).get(
        "cause"
    )
    try:
        run = json.loads(text or "{}")
    except ValueError:
        return None
    if not isinstance(run, dict) or "JobRunState" not in run:
        return None
    return JobUse(
        run.get("JobName", ""),
        run.get("Id", ""),
        int(run.get("ExecutionTime") or 0),
        float(run.get("MaxCapacity") or 0),
    )
