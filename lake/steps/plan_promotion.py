"""The plan of a promotion by hand: take over the sources and the output of a run that is not promoted."""

from dataclasses import replace

from lake.errors import InvalidRequestError
from lake.rules.bronze import BronzeObject
from lake.rules.contract import Contract
from lake.rules.gate import quality_reasons
from lake.rules.journal import SILVER
from lake.rules.plan import Plan
from lake.rules.reasons import shortened
from lake.rules.run import HELD_KINDS, RunId, RunKind
from lake.rules.summary import APPEND, RunSummary
from lake.rules.trigger import RunRequest
from lake.steps.claims import take_claim
from lake.steps.lake import Lake
from lake.steps.plan_rollback import leave_summary
from lake.steps.ports import Executions
from lake.steps.promote_run import find_journal
from lake.steps.summaries import parts_of, read_plan, read_summary

# they name files of others, prove what they wrote, or have approvals of their own
NEVER_BY_HAND = HELD_KINDS | {
    RunKind.PROMOTE,
    RunKind.ROLLBACK,
    RunKind.COMPACT,
    RunKind.MIGRATE,
    RunKind.BACKFILL,
}


class PromotionPlanner:
    """Plans runs of the kind promote: the files are those of the run that the request names."""

    def plan(self, lake: Lake, executions: Executions, request: RunRequest) -> Plan:
        """Check the run, claim its sources, and leave a summary that names its files."""
        theirs = unpromoted(lake, request)
        part = parts_of(lake, theirs, SILVER)[0]
        summary = read_summary(lake, RunId(theirs.run_id), part)
        plan = replace(
            theirs,
            run_id=request.run_id,
            kind=request.kind,
            execution_arn=request.execution_arn,
            build_id=lake.build_id,
            planned_at=lake.clock.now(),
            details=request.details,
            refused_sources=(),
        )
        plan = replace(plan, notes=set_aside(plan, summary, part.contract))
        _claim(lake, executions, request, plan)
        leave_summary(lake, _as_ours(plan, summary))
        return plan

    def resume(self, lake: Lake, executions: Executions, request: RunRequest, plan: Plan) -> None:
        """A promotion that failed and is resumed gave its claims back; it takes them again."""
        _claim(lake, executions, request, plan)


def unpromoted(lake: Lake, request: RunRequest) -> Plan:
    """The plan of the run that a request wants promoted. Raises InvalidRequestError when it cannot be."""
    run_id = RunId(request.details.get("run", ""))
    plan, journal = read_plan(lake, run_id), find_journal(lake, run_id)
    if request.details.get("override") == "yes" and not (
        request.details.get("reason") and request.details.get("requested_by")
    ):
        raise InvalidRequestError(f"run {run_id}: an override needs a reason and the name of who asks for it")
    if plan.dataset != request.dataset:
        raise InvalidRequestError(f"run {run_id} is of {plan.dataset}, not of {request.dataset}")
    if plan.kind in NEVER_BY_HAND:
        raise InvalidRequestError(f"run {run_id} is of kind {plan.kind}; ask for a new one instead of promoting it")
    if journal is not None and journal.is_complete(SILVER):
        raise InvalidRequestError(f"run {run_id} is promoted already; what was rolled back is run again instead")
    return plan


def set_aside(plan: Plan, summary: RunSummary, contract: Contract) -> tuple[str, ...]:
    """What an override lets pass, in the gate's words; nothing without one."""
    if not plan.overrides_quality:
        return ()
    return shortened(list(quality_reasons(summary, plan, contract)))


def _as_ours(plan: Plan, summary: RunSummary) -> RunSummary:
    reason = plan.details.get("reason")
    if plan.notes:
        reason = f"{reason} (in spite of: {'; '.join(plan.notes)})"
    return replace(
        summary,
        run_id=plan.run_id,
        kind=plan.kind,
        execution_arn=plan.execution_arn,
        approved_by=plan.details.get("requested_by"),
        reason=reason,
    )


def _claim(lake: Lake, executions: Executions, request: RunRequest, plan: Plan) -> None:
    """A run that replaces reads sources that others have ingested; only one that appends needs them for itself."""
    if plan.mode != APPEND:
        return
    contract = lake.contracts.get(plan.dataset, plan.schema_version)
    asked = replace(request, trigger=replace(request.trigger, again=True))
    for each in plan.sources:
        found = BronzeObject(
            each.source_id, each.bucket, each.key, each.version_id, each.etag, each.size, each.ingest_date
        )
        obstacle = take_claim(lake, executions, asked, contract, found).obstacle
        if obstacle:
            raise InvalidRequestError(f"run {plan.writer} cannot be promoted: {each.uri}: {obstacle}")
