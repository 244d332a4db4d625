"""What a failed run leaves behind, and how to read the cause Step Functions gives for it."""

import json
from dataclasses import dataclass, field
from typing import Any

LONGEST_MESSAGE = 2000
_NO_CAUSE = {
    "States.Timeout": "it took longer than it may",
    "States.HeartbeatTimeout": "nothing was heard of it for too long",
}


@dataclass(frozen=True)
class Cause:
    """A cause taken apart: the first error in words, and the job run it came from, if a job failed."""

    message: str
    job_name: str | None = None
    job_run_id: str | None = None


@dataclass(frozen=True)
class JobFailure:
    """A failed Glue job run and the end of its log."""

    name: str
    job_run_id: str
    log_tail: tuple[str, ...]


@dataclass(frozen=True)
class Failure:
    """`_FAILED.json`: everything a person needs to begin with.

    `attempts`: how often the task of the state was tried. `states`: the way there, with seconds. `links`: pages of the
    console, by name.
    """

    failure_version: int
    run_id: str
    dataset: str
    kind: str
    state: str
    error: str
    message: str
    cause: str
    data: str
    next_step: str
    inputs: tuple[str, ...]
    promoted: tuple[str, ...]
    pending: tuple[str, ...]
    execution_arn: str
    build_id: str
    failed_at: str
    job: JobFailure | None = None
    attempts: int = 0
    started_at: str = ""
    states: tuple[str, ...] = ()
    links: dict[str, str] = field(default_factory=dict)


def parse_cause(cause: str, error: str = "") -> Cause:
    """The first error inside a cause: of a Lambda function, of a Glue job run, or the text as it is.

    Step Functions gives no cause for some errors; then the error itself is put in words.
    """
    found = _json(cause)
    if "errorMessage" in found:
        return Cause(_short(str(found["errorMessage"])))
    if "JobRunState" in found:
        message = found.get("ErrorMessage") or f"the job run ended as {found['JobRunState']}"
        return Cause(_short(str(message)), found.get("JobName"), found.get("Id"))
    return Cause(_short(cause or _NO_CAUSE.get(error) or f"{error or 'the state failed'}, and no cause was given"))


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_MESSAGE else f"{text[:LONGEST_MESSAGE]} … (cut)"
