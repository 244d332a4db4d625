"""BeginBackfill, CompareWithCurrent, BeginPromotion: the steps a backfill's run takes between what people decide."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from lake.errors import BackfillStateError, NotFoundError
from lake.rules import layout
from lake.rules.approval import APPROVED as ANSWERED_YES
from lake.rules.approval import COMPARISON, REQUIRED, START, Approval
from lake.rules.backfill import (
    APPROVED,
    CANCELLED,
    COMPARED,
    PLANNED,
    PROMOTING,
    RUNNING,
    Backfill,
    Change,
    moved,
    noted,
)
from lake.rules.run import RunId
from lake.rules.tolerance import above_tolerance, missing_comparisons
from lake.rules.trigger import REQUEST, RunRequest, Trigger
from lake.steps.backfills import DETAIL, backfill_of, change_backfill
from lake.steps.lake import Lake
from lake.steps.lease import take_lease
from lake.steps.ports import Executions
from lake.steps.records import find_record
from lake.steps.summaries import find_summary, read_plan
from lake.steps.unfinished import left_unfinished

GO = "go"
REFUSE = "refuse"


@dataclass(frozen=True)
class Advance:
    """Whether the run goes on: `go`, `refuse` or `cancelled`; `approval`: a person has to look first."""

    decision: str
    reasons: tuple[str, ...] = ()
    approval: bool = False


def begin_backfill(lake: Lake, run_id: RunId) -> Advance:
    """Approved, so running. Raises BackfillStateError when nobody approved it where that is required."""

    def begun(now: Backfill) -> Backfill:
        if now.status == PLANNED:
            yes = _answer(lake, run_id, START)
            yes_by = Change(yes.answered_at, APPROVED, yes.by, yes.reason)
            now = moved(replace(now, approved_by=yes.by), APPROVED, yes_by)
        if now.status == APPROVED:
            now = moved(now, RUNNING, Change(lake.clock.now(), RUNNING, str(run_id), ""))
        return now

    return _advance(lake, run_id, begun)


def compare_run(lake: Lake, run_id: RunId) -> Advance:
    """Keep what the run would change; above the contract's tolerance a person has to look at it."""
    plan = read_plan(lake, run_id)
    summary = find_summary(lake, run_id, plan)
    found = summary.comparison if summary else ()
    missing = missing_comparisons([each.partition for each in plan.partitions], found)
    if missing:
        return Advance(REFUSE, (f"the run compared nothing with what is current in {', '.join(missing)}",))
    contract = lake.contracts.get(plan.dataset, plan.schema_version)
    above = tuple(above_tolerance(found, contract.tolerance))

    def compared(now: Backfill) -> Backfill:
        if now.status != RUNNING:
            return now
        told = "; ".join(above) or "within the contract's tolerance"
        now = replace(now, comparison=found, above_tolerance=above)
        return moved(now, COMPARED, Change(lake.clock.now(), COMPARED, str(run_id), told))

    return replace(_advance(lake, run_id, compared), approval=bool(above) and lake.approvals == REQUIRED)


def begin_promotion(lake: Lake, executions: Executions, run_id: RunId) -> Advance:
    """Take the dataset's lease and leave no way back.

    Raises DatasetBusyError while another run works, BackfillStateError when one has to be finished that died.
    """
    plan = read_plan(lake, run_id)
    take_lease(lake, executions, RunRequest(str(run_id), plan.dataset, plan.kind, Trigger(REQUEST), plan.execution_arn))
    left = left_unfinished(lake, plan.dataset)
    if left:
        raise BackfillStateError(
            f"run {left} died while it was promoted; the next run of {plan.dataset} finishes it, and this one would be "
            f"in its way; try it again: assay backfill start {plan.details[DETAIL]}"
        )

    def promoting(now: Backfill) -> Backfill:
        if now.status != COMPARED:
            return now
        if now.above_tolerance:
            yes = _answer(lake, run_id, COMPARISON)
            now = noted(replace(now, approved_by=yes.by), Change(yes.answered_at, COMPARED, yes.by, yes.reason))
        return moved(now, PROMOTING, Change(lake.clock.now(), PROMOTING, str(run_id), ""))

    return _advance(lake, run_id, promoting)


def _advance(lake: Lake, run_id: RunId, change: Callable[[Backfill], Backfill]) -> Advance:
    found = backfill_of(lake, read_plan(lake, run_id))
    if found is None:
        raise BackfillStateError(f"run {run_id} is no try of a backfill")

    def checked(now: Backfill) -> Backfill:
        if not now.is_tried_by(str(run_id)):
            raise BackfillStateError(f"backfill {now.backfill_id} is now tried by run {now.run_id}, not by {run_id}")
        return now if now.is_over else change(now)

    backfill = change_backfill(lake, found, checked)
    last = backfill.history[-1]
    if backfill.status == CANCELLED:
        return Advance(CANCELLED, (f"cancelled by {last.by}: {last.reason}",))
    if backfill.is_over:
        raise BackfillStateError(f"backfill {backfill.backfill_id} is {backfill.status} already: {last.reason}")
    return Advance(GO)


def _answer(lake: Lake, run_id: RunId, subject: str) -> Approval:
    """Who let the run go on. Taken from the record, not from the state machine's word."""
    if lake.approvals != REQUIRED:
        by = f"nobody: approvals are off in {lake.environment}"
        return Approval(1, str(run_id), "", "", subject, ANSWERED_YES, "", "", by, "", lake.clock.now())
    key = layout.approval(run_id, subject)
    found = find_record(lake.store, Approval, lake.buckets.control, key)
    if found is None:
        raise NotFoundError(f"run {run_id}: nobody was asked about its {subject}: there is no {key}")
    if found.state != ANSWERED_YES:
        raise BackfillStateError(f"run {run_id}: its {subject} is {found.state}, not approved; nothing goes on")
    return found
