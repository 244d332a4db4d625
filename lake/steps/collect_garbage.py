"""Reclaim space: delete what nobody can reach, while no run of the dataset works. Snapshots and manifests stay."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from lake.rules.reachability import Garbage
from lake.steps.find_garbage import find_garbage
from lake.steps.lake import Lake
from lake.steps.lease import free_lease, hold_lease
from lake.steps.ports import Deleter, Executions

LEASE_MINUTES = 15
MOST_AT_ONCE = 1000


def collect_garbage(
    lake: Lake, executions: Executions, deleter: Deleter, dataset: str, *, keep: int, grace_days: float
) -> list[Garbage]:
    """Find and delete. Runs wait meanwhile, so that no rollback can bring back what is being deleted.

    Raises DatasetBusyError while a run of the dataset works, or when the lease was lost on the way.
    """
    holder = f"gc-{lake.clock.now()}"
    _hold(lake, executions, dataset, holder)
    try:
        found = list(find_garbage(lake, executions, dataset, keep=keep, grace_days=grace_days))
        for each in found:
            for keys in _batches((each.audit, *each.keys)):
                _hold(lake, executions, dataset, holder)
                deleter.delete(each.place.bucket, keys)
        return found
    finally:
        free_lease(lake, dataset, holder)


def _hold(lake: Lake, executions: Executions, dataset: str, holder: str) -> None:
    until = datetime.fromisoformat(lake.clock.now()) + timedelta(minutes=LEASE_MINUTES)
    hold_lease(lake, executions, dataset, holder, until.strftime("%Y-%m-%dT%H:%M:%SZ"))


def _batches(keys: Iterable[str]) -> Iterator[list[str]]:
    every = list(keys)
    yield from (every[at : at + MOST_AT_ONCE] for at in range(0, len(every), MOST_AT_ONCE))
