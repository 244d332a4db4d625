"""Backfill records: found, listed, moved on; and the locks on their partitions."""

from collections.abc import Callable, Iterable, Iterator

from lake.errors import BackfillHeldError, InvalidRequestError
from lake.rules import layout
from lake.rules.backfill import Backfill
from lake.rules.backfill_lock import FREE, HELD, PartitionLock
from lake.rules.plan import Plan
from lake.rules.run import RunKind
from lake.steps.lake import Lake
from lake.steps.records import find_record, put_record, read_record

DETAIL = "backfill"
TRY = "try"


def read_backfill(lake: Lake, dataset: str, backfill_id: str) -> Backfill:
    """One backfill of a dataset. Raises NotFoundError or RecordError."""
    return read_record(lake.store, Backfill, lake.buckets.control, layout.backfill(dataset, backfill_id))


def find_backfill(lake: Lake, backfill_id: str) -> Backfill:
    """A backfill by its id alone. Raises InvalidRequestError when no dataset has it."""
    for dataset in lake.contracts.datasets("silver"):
        found = find_record(lake.store, Backfill, lake.buckets.control, layout.backfill(dataset, backfill_id))
        if found is not None:
            return found
    raise InvalidRequestError(f"there is no backfill {backfill_id}; see: assay backfill list")


def list_backfills(lake: Lake, dataset: str) -> Iterator[Backfill]:
    """Every backfill of a dataset, oldest first."""
    prefix = layout.backfills_prefix(dataset)
    for each in lake.store.list(lake.buckets.control, prefix):
        if "/" not in each.key.removeprefix(prefix):
            yield read_record(lake.store, Backfill, lake.buckets.control, each.key)


def backfill_of(lake: Lake, plan: Plan | None) -> Backfill | None:
    """The backfill a run is a try of, None for every other kind of run."""
    if plan is None or plan.kind != RunKind.BACKFILL or DETAIL not in plan.details:
        return None
    return read_backfill(lake, plan.dataset, plan.details[DETAIL])


def change_backfill(lake: Lake, found: Backfill, change: Callable[[Backfill], Backfill]) -> Backfill:
    """Move a backfill on from the state it is in when it is written."""

    def changed(now: Backfill | None) -> Backfill:
        if now is None:
            raise InvalidRequestError(f"backfill {found.backfill_id} of {found.dataset} is gone; nothing was done")
        return change(now)

    key = layout.backfill(found.dataset, found.backfill_id)
    return put_record(lake.store, Backfill, lake.buckets.control, key, changed) or found


def hold_partitions(lake: Lake, found: Backfill) -> None:
    """Keep every other backfill out of these partitions. Raises BackfillHeldError when one has them already."""
    mine = PartitionLock(HELD, found.backfill_id, lake.clock.now())

    def hold(lock: PartitionLock | None) -> PartitionLock | None:
        if lock is not None and lock.is_held_by(found.backfill_id):
            return None
        _refuse_held(lake, found.dataset, lock)
        return mine

    for each in found.partitions:
        key = layout.partition_lock(found.dataset, each.partition)
        put_record(lake.store, PartitionLock, lake.buckets.control, key, hold)


def free_partitions(lake: Lake, found: Backfill) -> None:
    """Let other backfills have the partitions. Does nothing to a lock that is not this backfill's."""

    def free(lock: PartitionLock | None) -> PartitionLock | None:
        if lock is None or not lock.is_held_by(found.backfill_id):
            return None
        return PartitionLock(FREE, found.backfill_id, lake.clock.now())

    for each in found.partitions:
        key = layout.partition_lock(found.dataset, each.partition)
        put_record(lake.store, PartitionLock, lake.buckets.control, key, free)


def refuse_held(lake: Lake, dataset: str, backfill_id: str, partitions: Iterable[str]) -> None:
    """Raise BackfillHeldError when a backfill other than this one is in flight in one of the partitions."""
    for each in partitions:
        key = layout.partition_lock(dataset, each)
        lock = find_record(lake.store, PartitionLock, lake.buckets.control, key)
        if lock is not None and not lock.is_held_by(backfill_id):
            _refuse_held(lake, dataset, lock)


def _refuse_held(lake: Lake, dataset: str, lock: PartitionLock | None) -> None:
    if lock is None or lock.state == FREE:
        return
    holder = find_record(lake.store, Backfill, lake.buckets.control, layout.backfill(dataset, lock.backfill_id))
    if holder is None or holder.is_over:
        # it died between its end and the freeing of its locks
        return
    held = ", ".join(each.partition for each in holder.partitions)
    raise BackfillHeldError(
        f"backfill {holder.backfill_id} of {dataset} ({holder.months}, {holder.status}, '{holder.reason}') is in "
        f"flight and holds {held}; let it end, or give it up: assay backfill cancel {holder.backfill_id} --reason TEXT"
    )
