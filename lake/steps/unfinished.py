"""A run that died between silver and quarantine: its rows are in both, or in neither, until its promotion goes on."""

from collections.abc import Mapping
from dataclasses import replace

from lake.rules import layout
from lake.rules.journal import SILVER
from lake.rules.lease import Lease
from lake.rules.plan import Plan
from lake.rules.run import HELD_KINDS, RunId, RunKind
from lake.rules.trigger import RunRequest
from lake.steps.lake import Lake
from lake.steps.promote_run import find_journal
from lake.steps.records import find_record, put_record
from lake.steps.summaries import recovers

# the state in which the next run finishes it
FINISH_PROMOTION = "FinishPromotion"
_MOVING_KINDS = HELD_KINDS | {RunKind.ROLLBACK}


def unfinished_run(lake: Lake, request: RunRequest) -> str:
    """The run whose promotion is to be finished before this one looks at rows; empty when there is none.

    Whoever wants to undo that very run finds it as it is.
    """
    marked = _marked(lake, request.dataset)
    if not marked or undoes(request.kind, request.details) == marked:
        return ""
    if is_half_promoted(lake, RunId(marked)):
        return marked

    def done(found: Lease | None) -> Lease | None:
        return replace(found, unfinished="") if found is not None and found.unfinished == marked else None

    put_record(lake.store, Lease, lake.buckets.control, layout.lease(request.dataset), done)
    return ""


def left_unfinished(lake: Lake, dataset: str) -> str:
    """The run that the next run of a dataset has to finish; empty when there is none."""
    marked = _marked(lake, dataset)
    return marked if marked and is_half_promoted(lake, RunId(marked)) else ""


def _marked(lake: Lake, dataset: str) -> str:
    lease = find_record(lake.store, Lease, lake.buckets.control, layout.lease(dataset))
    return lease.unfinished if lease else ""


def undoes(kind: str, details: Mapping[str, str]) -> str:
    """The run that a run is to undo as a whole; empty for any other."""
    return details.get("run", "") if kind == RunKind.ROLLBACK else ""


def has_undone(lake: Lake, plan: Plan | None) -> str:
    """The run that a run undid, or has begun to: that one is not to be finished any more, however this one ended.

    Where there was nothing to undo, that is so at once.
    """
    undone = undoes(plan.kind, plan.details) if plan else ""
    if plan is None or not undone:
        return ""
    journal = find_journal(lake, RunId(plan.run_id))
    return undone if not plan.partitions or (journal is not None and SILVER in journal.layers) else ""


def is_half_promoted(lake: Lake, run_id: RunId) -> bool:
    """Whether a run that moves rows between silver and quarantine, or back, has begun to, and is not at the end."""
    journal = find_journal(lake, run_id)
    if journal is None or SILVER not in journal.layers or journal.is_complete(SILVER):
        return False
    return run_id.kind in _MOVING_KINDS or recovers(lake, run_id)
