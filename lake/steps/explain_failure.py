"""What is known about a run that failed, put together; nothing is written here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from lake.errors import LakeError
from lake.rules.failure import Cause, Failure, JobFailure, parse_cause
from lake.rules.links import links
from lake.rules.plan import Plan
from lake.rules.remedy import remedy
from lake.rules.run import HELD_KINDS, RunId, RunKind
from lake.rules.run_events import data_sentence
from lake.rules.trigger import REQUESTED_KINDS
from lake.rules.visit import Visit
from lake.steps.backfills import DETAIL
from lake.steps.end_backfill import has_moved
from lake.steps.lake import Lake
from lake.steps.ports import JobLogs
from lake.steps.promote_run import find_journal
from lake.steps.unfinished import FINISH_PROMOTION, left_unfinished


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


def explain_failure(
    lake: Lake, visits: Sequence[Visit], job_logs: JobLogs, failed: RunFailure, plan: Plan | None
) -> Failure:
    """Everything a person needs to begin with."""
    cause, journal = parse_cause(failed.cause, failed.error), find_journal(lake, RunId(failed.run_id))
    layers, now = (journal.layers.values() if journal else ()), lake.clock.now()
    job = _job(job_logs, cause)
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
        next_step=_next_step(lake, failed, plan, job),
        inputs=tuple(source.uri for source in plan.sources) if plan else (),
        promoted=tuple(entry.partition for layer in layers for entry in layer.done),
        pending=tuple(name for layer in layers for name in layer.pending),
        execution_arn=failed.execution_arn,
        build_id=lake.build_id,
        failed_at=now,
        job=job,
        attempts=sum(each.tries for each in visits if each.state == failed.state),
        started_at=visits[0].started.strftime("%Y-%m-%dT%H:%M:%SZ") if visits else "",
        states=tuple(f"{each.state} {each.seconds(datetime.fromisoformat(now)):.1f} s" for each in visits),
        links=links(failed.execution_arn, cause),
    )


def _job(job_logs: JobLogs, cause: Cause) -> JobFailure | None:
    if not cause.job_run_id:
        return None
    name, run = cause.job_name or "", cause.job_run_id
    try:
        return JobFailure(name, run, tuple(job_logs.tail(name, run)))
    except LakeError as error:
        # the log is a help for people; a failure to read it must not hide the failure itself
        return JobFailure(name, run, (f"(the log of {run} cannot be read: {error})",))


def _next_step(lake: Lake, failed: RunFailure, plan: Plan | None, job: JobFailure | None) -> str:
    told = (failed.error, failed.cause, *(job.log_tail if job else ()))
    if failed.state == FINISH_PROMOTION:
        left = left_unfinished(lake, failed.dataset)
        return (
            "a run that died half way cannot be finished, and until then no other begins; undo it: "
            f"assay rollback --run {left or 'RUN'} --reason TEXT --env {lake.environment}"
        )
    if failed.kind == RunKind.BACKFILL:
        backfill = failed.details.get(DETAIL, "ID")
        if has_moved(told):
            return (
                "somebody promoted a partition meanwhile, plan it again: "
                f"assay backfill plan --replan {backfill} --env {lake.environment}"
            )
        return f"correct the cause, then: assay backfill start {backfill} --env {lake.environment}"
    without_sources = not plan.sources if plan else failed.kind in REQUESTED_KINDS
    if without_sources or failed.kind in HELD_KINDS:
        return "correct the cause and ask for the same again: what was promoted already is left alone"
    return remedy(failed.run_id, lake.environment, *told)
