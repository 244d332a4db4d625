"""The end of a backfill's run: what it means for the backfill, and its partitions are free for others."""

from collections.abc import Iterable, Mapping

from lake.rules import ledger
from lake.rules.backfill import CANCELLED, EXPIRED, FAILED, PROMOTED, REFUSED, Backfill, Change, moved
from lake.rules.run import RunKind
from lake.steps.backfills import DETAIL, change_backfill, free_partitions, read_backfill
from lake.steps.lake import Lake

_STATUS = {
    ledger.SUCCEEDED: PROMOTED,
    ledger.REFUSED: REFUSED,
    ledger.DENIED: REFUSED,
    ledger.CANCELLED: CANCELLED,
    ledger.EXPIRED: EXPIRED,
    ledger.FAILED: FAILED,
}
_MOVED = "PointerMovedError"


def has_moved(reasons: Iterable[str]) -> bool:
    """Whether a run failed because somebody promoted one of its partitions: the declaration no longer holds.

    The job's own error is inside the cause of its state, so the name is looked for in all that is known.
    """
    return any(_MOVED in reason for reason in reasons)


def end_backfill(lake: Lake, end: ledger.RunEnd, details: Mapping[str, str]) -> Backfill | None:
    """Move the backfill of a run to its end, once, and free its partitions. None for every other kind of run."""
    if end.kind != RunKind.BACKFILL or DETAIL not in details:
        return None
    found = read_backfill(lake, end.dataset, details[DETAIL])
    status = _status(end)
    change = Change(lake.clock.now(), status, end.run_id, "; ".join(end.reasons))

    def ended(now: Backfill) -> Backfill:
        return now if now.is_over or not now.is_tried_by(end.run_id) else moved(now, status, change)

    backfill = change_backfill(lake, found, ended)
    if backfill.is_over and backfill.is_tried_by(end.run_id):
        free_partitions(lake, backfill)
    return backfill


def _status(end: ledger.RunEnd) -> str:
    if end.outcome == ledger.FAILED and has_moved(end.reasons):
        return REFUSED
    return _STATUS[end.outcome]
