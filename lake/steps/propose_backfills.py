"""The late policy `propose_backfill`: a refused run with late rows becomes planned backfills and one mail."""

from lake.errors import LakeError
from lake.rules.backfill import Backfill, runs_of_months
from lake.rules.backfill_events import proposal
from lake.rules.bronze import BronzeObject
from lake.rules.gate import late_reason
from lake.rules.ledger import REFUSED, RunEnd
from lake.rules.links import region_of
from lake.rules.plan import Plan, Source
from lake.rules.run import RunId
from lake.rules.summary import APPEND
from lake.steps.declare_backfill import BackfillRequest, declare_backfill
from lake.steps.lake import Lake
from lake.steps.ports import Events
from lake.steps.summaries import find_summary

PROPOSE = "propose_backfill"


def propose_backfills(lake: Lake, events: Events, end: RunEnd, plan: Plan | None) -> bool:
    """Plan a backfill for each unbroken range of late months and mail them; whether lateness was why it was refused."""
    if plan is None or end.outcome != REFUSED or plan.mode != APPEND:
        return False
    contract = lake.contracts.get(plan.dataset, plan.schema_version)
    summary = find_summary(lake, RunId(end.run_id), plan)
    reason = late_reason(summary, contract) if summary else None
    if contract.late_policy != PROPOSE or summary is None or reason is None or end.reasons != (reason,):
        return False
    planned: list[Backfill] = []
    problems: list[str] = []
    for first, last in runs_of_months(list(summary.late)):
        wanted = BackfillRequest(
            dataset=plan.dataset,
            months=first if first == last else f"{first}..{last}",
            reason=f"late rows of run {end.run_id}",
            requester=f"late policy of contract {plan.dataset} {plan.schema_version}",
            at=RunId(end.run_id).at.isoformat(),
            region=region_of(end.execution_arn),
            late=tuple(_object(each) for each in plan.sources),
        )
        try:
            planned.append(declare_backfill(lake, wanted))
        except LakeError as error:
            # the mail tells; a proposal that is not possible must not keep the run from ending
            problems.append(f"{wanted.months}: {error}")
    events.tell(proposal(lake.environment, end, reason, planned, problems))
    return True


def _object(each: Source) -> BronzeObject:
    return BronzeObject(each.source_id, each.bucket, each.key, each.version_id, each.etag, each.size, each.ingest_date)
