"""FailRun: keep the context of a failed run, give its sources back, let the next one begin.

People are told when the execution has ended, by CloseRun.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lake.rules import claim, layout
from lake.rules.json_record import to_json
from lake.rules.ledger import FAILED, RunEnd
from lake.rules.plan import Plan
from lake.rules.run import RunId
from lake.rules.visit import Visit
from lake.steps.end_backfill import end_backfill
from lake.steps.end_run import find_visits, settle_source, write_ledger
from lake.steps.explain_failure import RunFailure, explain_failure
from lake.steps.lake import Lake
from lake.steps.lease import free_lease
from lake.steps.ports import Executions, JobLogs, Metrics
from lake.steps.summaries import find_plan
from lake.steps.unfinished import has_undone, is_half_promoted


@dataclass(frozen=True)
class FailureAnswer:
    """Where the context lies."""

    context_uri: str


def fail_run(
    lake: Lake, executions: Executions, metrics: Metrics, job_logs: JobLogs, failed: RunFailure
) -> FailureAnswer:
    """Write `_FAILED.json`, release the claims, write the ledger, free the lease."""
    run_id = RunId(failed.run_id)
    plan, visits = find_plan(lake, run_id), find_visits(executions, failed.execution_arn)
    failure = explain_failure(lake, visits, job_logs, failed, plan)
    bucket, key = lake.buckets.control, layout.failure(run_id)
    lake.store.write(bucket, key, to_json(failure))
    let_go(lake, metrics, failed, failure.message, visits)
    return FailureAnswer(layout.uri(bucket, key))


def let_go(lake: Lake, metrics: Metrics, failed: RunFailure, message: str, visits: Sequence[Visit]) -> None:
    """What follows once the context is kept; whatever is done already is left as it is."""
    run_id = RunId(failed.run_id)
    plan = find_plan(lake, run_id)
    if plan is not None:
        _release(lake, plan, failed.error)
    reason = f"{failed.state}: {failed.error}: {message}"
    end = RunEnd(failed.run_id, failed.dataset, failed.kind, FAILED, failed.execution_arn, (reason,))
    end_backfill(lake, end, failed.details)
    write_ledger(lake, metrics, end, plan, visits)
    half = is_half_promoted(lake, run_id)
    free_lease(
        lake, failed.dataset, failed.run_id, unfinished=failed.run_id if half else "", undone=has_undone(lake, plan)
    )


def _release(lake: Lake, plan: Plan, error: str) -> None:
    for source in plan.sources:
        settle_source(lake, plan, source.key, source.source_id, claim.RELEASED, error)
    for refused in plan.refused_sources:
        settle_source(lake, plan, refused.key, refused.source_id, claim.RELEASED, error)
