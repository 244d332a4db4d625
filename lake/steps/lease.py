"""Take and free the lease of a dataset."""

from dataclasses import replace

from lake.errors import DatasetBusyError
from lake.rules import layout
from lake.rules.lease import FREE, HELD, Lease
from lake.rules.trigger import RunRequest
from lake.steps.lake import Lake
from lake.steps.ports import Executions
from lake.steps.records import put_record


def take_lease(lake: Lake, executions: Executions, request: RunRequest) -> None:
    """Make this run the one that works on its dataset. Raises DatasetBusyError while another does."""
    mine = Lease(HELD, request.run_id, request.execution_arn, lake.clock.now())

    def take(found: Lease | None) -> Lease | None:
        if found is None:
            return mine
        if found.is_held_by(request.run_id):
            return None
        if _is_taken(executions, found, mine.since):
            raise DatasetBusyError(
                f"run {found.run_id} has been working on {request.dataset} since {found.since}; run {request.run_id} "
                "waits for its end"
            )
        return replace(mine, unfinished=found.left_behind)

    put_record(lake.store, Lease, lake.buckets.control, layout.lease(request.dataset), take)


def hold_lease(lake: Lake, executions: Executions, dataset: str, holder: str, until: str) -> None:
    """Keep every run of a dataset waiting, until a moment at most. Raises DatasetBusyError while a run works on it."""
    mine = Lease(HELD, holder, "", lake.clock.now(), until)

    def take(found: Lease | None) -> Lease | None:
        if found is None:
            return mine
        if _is_taken(executions, found, mine.since):
            raise DatasetBusyError(f"{found.run_id} has been working on {dataset} since {found.since}; try again later")
        return replace(mine, unfinished=found.left_behind)

    put_record(lake.store, Lease, lake.buckets.control, layout.lease(dataset), take)


def renew_lease(lake: Lake, dataset: str, holder: str, until: str) -> None:
    """Hold on longer. Raises DatasetBusyError when a run had the lease meanwhile, even one that is over by now."""

    def renew(found: Lease | None) -> Lease | None:
        if found is None or not found.is_held_by(holder):
            by = found.run_id if found else "nobody"
            raise DatasetBusyError(f"{holder} lost the lease of {dataset} to {by} and stops here; begin again")
        return replace(found, until=until)

    put_record(lake.store, Lease, lake.buckets.control, layout.lease(dataset), renew)


def _is_taken(executions: Executions, found: Lease, now: str) -> bool:
    if found.until is not None:
        return found.has_time(now)
    return found.state == HELD and executions.is_running(found.execution_arn)


def free_lease(lake: Lake, dataset: str, run_id: str, *, unfinished: str = "", undone: str = "") -> None:
    """Let the next run begin, which sees to an unfinished one first, unless that was undone.

    Does nothing when the lease is not this run's.
    """

    def free(found: Lease | None) -> Lease | None:
        if found is None or not found.is_held_by(run_id):
            return None
        left = unfinished or ("" if undone and found.unfinished == undone else found.unfinished)
        return Lease(FREE, found.run_id, found.execution_arn, lake.clock.now(), unfinished=left)

    put_record(lake.store, Lease, lake.buckets.control, layout.lease(dataset), free)
