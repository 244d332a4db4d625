"""CloseRun: the execution of a run ended badly; tell people, and do FailRun's work where the run could not.

A run that is aborted, or takes too long as a whole, never comes to FailRun; one whose FailRun failed neither.
"""

from dataclasses import dataclass, replace

from lake.rules import layout
from lake.rules.event import EventKind
from lake.rules.failure import Failure
from lake.rules.json_record import from_json
from lake.rules.run import RunId
from lake.rules.run_events import failure
from lake.rules.timings import Timings
from lake.rules.trigger import RunRequest
from lake.steps.end_run import find_visits
from lake.steps.explain_failure import RunFailure
from lake.steps.fail_run import fail_run, let_go
from lake.steps.lake import Lake
from lake.steps.ports import Events, Executions, JobLogs, Metrics
from lake.steps.records import find_record

KINDS = {"FAILED": EventKind.RUN_FAILED, "TIMED_OUT": EventKind.RUN_TIMED_OUT, "ABORTED": EventKind.RUN_ABORTED}
_NO_CAUSE = {
    "TIMED_OUT": "the run as a whole took longer than it may",
    "ABORTED": "somebody, or something, stopped the execution and gave no cause",
    "FAILED": "the execution failed and gave no cause",
}


@dataclass(frozen=True)
class EndedExecution:
    """An execution that ended badly, as its event tells it: without a long input, and not always with its cause."""

    name: str
    execution_arn: str
    status: str


@dataclass(frozen=True)
class CloseAnswer:
    """Where the context lies, and what people are told of."""

    context_uri: str
    kind: str


def close_run(
    lake: Lake, events: Events, executions: Executions, metrics: Metrics, job_logs: JobLogs, ended: EndedExecution
) -> CloseAnswer:
    """See that the context of the run is kept, then tell people. A second call tells them a second time."""
    bucket, key = lake.buckets.control, layout.failure(RunId(ended.name))
    found = find_record(lake.store, Failure, bucket, key)
    if found is None:
        fail_run(lake, executions, metrics, job_logs, _failed(executions, ended))
        found = from_json(Failure, lake.store.read(bucket, key).text, layout.uri(bucket, key))
    elif not _is_written_down(lake, RunId(ended.name)):
        # whoever kept the context died before it came to the rest
        failed = replace(_failed(executions, ended), state=found.state, error=found.error)
        let_go(lake, metrics, failed, found.message, find_visits(executions, ended.execution_arn))
    event = failure(KINDS[ended.status], lake.environment, found, layout.uri(bucket, key))
    events.tell(event)
    return CloseAnswer(event.context_uri, event.kind)


def _is_written_down(lake: Lake, run_id: RunId) -> bool:
    """Whether an end got to its timings: they come after all but the lease, which the next run takes anyway."""
    return find_record(lake.store, Timings, lake.buckets.control, layout.timings(run_id)) is not None


def _failed(executions: Executions, ended: EndedExecution) -> RunFailure:
    end = executions.end_of(ended.execution_arn)
    request = from_json(RunRequest, end.given, f"the input of {ended.execution_arn}")
    visits = find_visits(executions, ended.execution_arn)
    error = end.error or {"TIMED_OUT": "States.Timeout", "ABORTED": "Aborted"}.get(ended.status, "States.Runtime")
    return RunFailure(
        ended.name,
        request.dataset,
        request.kind,
        visits[-1].state if visits else "an unknown step",
        error,
        end.cause or _NO_CAUSE[ended.status],
        ended.execution_arn,
        request.details,
    )
