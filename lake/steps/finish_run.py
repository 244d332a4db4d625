"""FinishRun: write down how a run ended, tell people when it was refused, let the next one begin."""

from lake.rules import claim
from lake.rules.backfill_events import not_approved
from lake.rules.journal import SILVER, Journal
from lake.rules.layout import ledger_entry as ledger_key
from lake.rules.ledger import CANCELLED, DENIED, EXPIRED, REFUSED, LedgerEntry, RunEnd
from lake.rules.plan import Plan, Source
from lake.rules.run import RunId
from lake.rules.run_events import override, refusal, refused_sources
from lake.steps.backfills import backfill_of
from lake.steps.end_backfill import end_backfill
from lake.steps.end_run import find_visits, settle_source, write_ledger
from lake.steps.lake import Lake
from lake.steps.lease import free_lease
from lake.steps.ports import Events, Executions, Metrics
from lake.steps.promote_run import find_journal
from lake.steps.propose_backfills import propose_backfills
from lake.steps.records import find_record
from lake.steps.summaries import find_plan, find_summary
from lake.steps.unfinished import has_undone


def finish_run(lake: Lake, events: Events, executions: Executions, metrics: Metrics, end: RunEnd) -> LedgerEntry:
    """Settle the claims, alert, write the ledger, free the lease; the run's line in the ledger."""
    run_id = RunId(end.run_id)
    plan, journal = find_plan(lake, run_id), find_journal(lake, run_id)
    if plan is not None:
        _settle(lake, end, plan, journal)
    if find_record(lake.store, LedgerEntry, lake.buckets.control, ledger_key(end.dataset, run_id)) is None:
        # people are told first: a try that dies in between tells them twice, never not at all
        _tell(lake, events, end, plan, journal)
    end_backfill(lake, end, plan.details if plan else {})
    entry = write_ledger(lake, metrics, end, plan, find_visits(executions, end.execution_arn))
    free_lease(lake, end.dataset, end.run_id, undone=has_undone(lake, plan))
    return entry


def _settle(lake: Lake, end: RunEnd, plan: Plan, journal: Journal | None) -> None:
    reason = "; ".join(end.reasons) or None
    for source in plan.sources:
        if _is_refused(end, source, journal):
            settle_source(lake, plan, source.key, source.source_id, claim.REFUSED, reason)
        else:
            settle_source(lake, plan, source.key, source.source_id, claim.DONE)
    for refused in plan.refused_sources:
        why = f"{refused.code}: {refused.message}"
        settle_source(lake, plan, refused.key, refused.source_id, claim.REFUSED, why)


def _is_refused(end: RunEnd, source: Source, journal: Journal | None) -> bool:
    """A source without records has nothing to refuse; one whose rows are in silver is done, whatever gold says."""
    in_silver = journal is not None and journal.is_complete(SILVER)
    return end.outcome == REFUSED and source.records > 0 and not in_silver


def _tell(lake: Lake, events: Events, end: RunEnd, plan: Plan | None, journal: Journal | None) -> None:
    backfill = backfill_of(lake, plan)
    if propose_backfills(lake, events, end, plan):
        return
    if backfill is not None and end.outcome in {DENIED, EXPIRED, CANCELLED}:
        event = not_approved(lake.environment, end, backfill)
    elif end.outcome == REFUSED:
        summary = find_summary(lake, RunId(end.run_id), plan) if plan else None
        event = refusal(lake.environment, end, plan, journal, summary.errors if summary else None)
    elif plan is not None and plan.overrides_quality:
        event = override(lake.environment, end, plan)
    elif plan is not None and plan.refused_sources:
        event = refused_sources(lake.environment, end, plan)
    else:
        return
    events.tell(event)
