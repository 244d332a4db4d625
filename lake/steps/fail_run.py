"""FailRun: keep the context of a failed run, give its sources back, tell people, let the next one begin."""

from dataclasses import dataclass, field

from lake.errors import LakeError
from lake.rules import claim, layout
from lake.rules.alert import data_sentence, failure_alert
from lake.rules.failure import Failure, JobFailure, parse_cause
from lake.rules.json_record import to_json
from lake.rules.ledger import FAILED, RunEnd
from lake.rules.plan import Plan
from lake.rules.run import RunId, RunKind
from lake.steps.backfills import DETAIL
from lake.steps.end_backfill import end_backfill, has_moved
from lake.steps.end_run import settle_source, write_ledger
from lake.steps.lake import Lake
from lake.steps.lease import free_lease
from lake.steps.ports import JobLogs, Metrics, Notifier
from lake.steps.promote_run import find_journal
from lake.steps.summaries import find_plan

NEXT_STEP = (
    "The sources are free again: the next scheduled run takes them, or start one now with `assay ingest` or a "
    "request to the dispatcher. docs/runbooks/failed-run.md"
)
ASK_AGAIN = (
    "The run took no sources. Correct the cause and ask for the same again: what was promoted already is left alone. "
    "docs/runbooks/failed-run.md"
)


@dataclass(frozen=True)
class RunFailure:
    """What the state machine says of a failure."""

    run_id: str
    dataset: str
    kind: str
    state: str
    error: str
    cause: str
    execution_arn: str
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FailureAnswer:
    """Where the context lies."""

    context_uri: str


def fail_run(lake: Lake, notifier: Notifier, metrics: Metrics, job_logs: JobLogs, failed: RunFailure) -> FailureAnswer:
    """Write `_FAILED.json`, release the claims, write the ledger, alert, free the lease."""
    run_id = RunId(failed.run_id)
    plan = find_plan(lake, run_id)
    failure = _failure(lake, job_logs, run_id, failed, plan)
    bucket, key = lake.buckets.control, layout.failure(run_id)
    lake.store.write(bucket, key, to_json(failure))
    if plan is not None:
        _release(lake, plan, failed.error)
    reason = f"{failed.state}: {failed.error}: {failure.message}"
    end = RunEnd(failed.run_id, failed.dataset, failed.kind, FAILED, failed.execution_arn, (reason,))
    alert = failure_alert(lake.environment, failure, layout.uri(bucket, key))
    notifier.send(alert.subject, alert.body)
    end_backfill(lake, end, failed.details)
    write_ledger(lake, metrics, end, plan)
    free_lease(lake, failed.dataset, failed.run_id)
    return FailureAnswer(layout.uri(bucket, key))


def _release(lake: Lake, plan: Plan, error: str) -> None:
    for source in plan.sources:
        settle_source(lake, plan, source.key, source.source_id, claim.RELEASED, error)
    for refused in plan.refused_sources:
        settle_source(lake, plan, refused.key, refused.source_id, claim.RELEASED, error)


def _failure(lake: Lake, job_logs: JobLogs, run_id: RunId, failed: RunFailure, plan: Plan | None) -> Failure:
    cause, journal = parse_cause(failed.cause), find_journal(lake, run_id)
    layers = journal.layers.values() if journal else ()
    job = None
    if cause.job_run_id:
        job = JobFailure(
            cause.job_name or "", cause.job_run_id, _log_tail(job_logs, cause.job_name or "", cause.job_run_id)
        )
    return Failure(
        failure_version=1,
        run_id=failed.run_id,
        dataset=failed.dataset,
        kind=failed.kind,
        state=failed.state,
        error=failed.error,
        message=cause.message,
        cause=failed.cause,
        data=data_sentence(journal),
        next_step=_next_step(failed, plan),
        inputs=tuple(source.uri for source in plan.sources) if plan else (),
        promoted=tuple(entry.partition for layer in layers for entry in layer.done),
        pending=tuple(name for layer in layers for name in layer.pending),
        execution_arn=failed.execution_arn,
        build_id=lake.build_id,
        failed_at=lake.clock.now(),
        job=job,
    )


def _next_step(failed: RunFailure, plan: Plan | None) -> str:
    if failed.kind != RunKind.BACKFILL:
        return NEXT_STEP if plan is None or plan.sources else ASK_AGAIN
    backfill = failed.details.get(DETAIL, "ID")
    if has_moved((failed.error, failed.cause)):
        return f"Somebody promoted a partition meanwhile; plan it again: assay backfill plan --replan {backfill}"
    return f"Correct the cause, then try again: assay backfill start {backfill}. docs/runbooks/backfill.md"


def _log_tail(job_logs: JobLogs, job_name: str, job_run_id: str) -> tuple[str, ...]:
    try:
        return tuple(job_logs.tail(job_name, job_run_id))
    except LakeError as error:
        # the log is a help for people; a failure to read it must not hide the failure itself
        return (f"(the log of {job_run_id} cannot be read: {error})",)
