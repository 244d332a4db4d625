"""`assay backfill start`: another try of a declared backfill, or the one that is under way."""

from dataclasses import replace
from typing import Any

from lake.errors import BackfillStateError
from lake.rules.backfill import PLANNED, TRIED_AGAIN, Backfill, Change, Try, moved
from lake.rules.run import RunKind
from lake.rules.trigger import REQUEST
from lake.steps.backfills import DETAIL, TRY, change_backfill, hold_partitions
from lake.steps.lake import Lake


def start_backfill(lake: Lake, found: Backfill, by: str) -> dict[str, Any]:
    """The request for the dispatcher. Repeated, it asks for the same run until that one has failed or expired.

    Raises BackfillStateError when the backfill is past its start, BackfillHeldError when another has its partitions.
    """
    if found.status in TRIED_AGAIN | {PLANNED}:
        hold_partitions(lake, found)
    backfill = change_backfill(lake, found, lambda now: _tried(now, lake.clock.now(), by))
    newest = backfill.tries[-1]
    return {
        "trigger": REQUEST,
        "kind": str(RunKind.BACKFILL),
        "dataset": backfill.dataset,
        "requested_at": newest.requested_at,
        "details": {DETAIL: backfill.backfill_id, TRY: str(newest.number)},
    }


def _tried(now: Backfill, at: str, by: str) -> Backfill:
    if now.status == PLANNED and now.tries:
        return now
    if now.status not in TRIED_AGAIN | {PLANNED}:
        raise BackfillStateError(
            f"backfill {now.backfill_id} is {now.status}, run {now.run_id}; only a planned, failed or expired one can "
            f"be started; the same range again: assay backfill plan --replan {now.backfill_id}"
        )
    number = len(now.tries) + 1
    if now.status in TRIED_AGAIN:
        now = moved(now, PLANNED, Change(at, PLANNED, by, f"try {number}"))
    return replace(now, tries=(*now.tries, Try(number, at)), comparison=(), above_tolerance=(), approved_by=None)
