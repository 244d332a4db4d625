"""Reclaim space: delete what nobody can reach, while no run of the dataset works. Snapshots and manifests stay."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from lake.errors import DatasetBusyError
from lake.rules.reachability import Garbage
from lake.steps.find_garbage import find_garbage
from lake.steps.lake import Lake
from lake.steps.lease import free_lease, hold_lease, renew_lease
from lake.steps.ports import Deleter, Executions
from lake.steps.unfinished import left_unfinished

LEASE_MINUTES = 15
MOST_AT_ONCE = 1000


def collect_garbage(
    lake: Lake, executions: Executions, deleter: Deleter, dataset: str, *, keep: int, grace_days: float
) -> list[Garbage]:
    """Find and delete. Runs wait meanwhile, so that no rollback can bring back what is being deleted.

    Raises DatasetBusyError while a run of the dataset works or has to be finished, or when the lease was lost.
    """
    holder = f"gc-{lake.clock.now()}"
    hold_lease(lake, executions, dataset, holder, _until(lake))
    try:
        _refuse_unfinished(lake, dataset)
        found = []
        for each in find_garbage(lake, executions, dataset, keep=keep, grace_days=grace_days):
            renew_lease(lake, dataset, holder, _until(lake))
            found.append(each)
        for each in found:
            for keys in _batches((each.audit, *each.keys)):
                renew_lease(lake, dataset, holder, _until(lake))
                deleter.delete(each.place.bucket, keys)
        return found
    finally:
        free_lease(lake, dataset, holder)


def _refuse_unfinished(lake: Lake, dataset: str) -> None:
    """A rollback that died half way brings back files that no snapshot of today may name."""
    left = left_unfinished(lake, dataset)
    if left:
        raise DatasetBusyError(
            f"run {left} died while it was promoted, and may need files that look like garbage; the next run of "
            f"{dataset} finishes it, then collect again"
        )


def _until(lake: Lake) -> str:
    until = datetime.fromisoformat(lake.clock.now()) + timedelta(minutes=LEASE_MINUTES)
    return until.strftime("%Y-%m-%dT%H:%M:%SZ")


def _batches(keys: Iterable[str]) -> Iterator[list[str]]:
    every = list(keys)
    yield from (every[at : at + MOST_AT_ONCE] for at in range(0, len(every), MOST_AT_ONCE))
