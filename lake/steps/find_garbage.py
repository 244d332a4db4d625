"""Find what nobody can reach: list first, then ask what is reachable, so that what comes in between is kept."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from lake.rules import layout
from lake.rules.journal import Journal
from lake.rules.layout import Place
from lake.rules.lease import HELD, Lease
from lake.rules.plan import Plan
from lake.rules.reachability import Garbage, garbage, grace_ends
from lake.rules.run import RunId, RunKind
from lake.rules.snapshot import Snapshot
from lake.steps.current import chain, current_partitions, current_snapshot, read_pointer
from lake.steps.erased_corrections import erased_corrections
from lake.steps.lake import Lake
from lake.steps.places import places_of
from lake.steps.ports import Executions
from lake.steps.records import find_record

AT_ONCE = 16


def find_garbage(
    lake: Lake, executions: Executions, dataset: str, *, keep: int, grace_days: float
) -> Iterator[Garbage]:
    """The garbage of a silver dataset and of gold built from it. `keep`: how many snapshots a partition keeps."""
    before = grace_ends(lake.clock.now(), grace_days)
    for place in places_of(lake, dataset):
        listed = list(lake.store.list(place.bucket, f"{place.prefix}/runs/"))
        kept = _named(lake, place, keep)
        runs = {each.run_id: each for each in garbage(place, listed, kept, before)}
        still_open = {run for run in runs if _is_open(lake, executions, RunId(run))}
        yield from (each for run, each in runs.items() if run not in still_open)
    yield from erased_corrections(lake, dataset)


def _named(lake: Lake, place: Place, keep: int) -> set[str]:
    """Every file that the newest snapshots of each partition name; nothing goes back behind an erasure."""

    def of_partition(name: str) -> set[str]:
        pointer = read_pointer(lake.store, place, name)
        newest = current_snapshot(lake.store, place, pointer) if pointer else None
        snapshots = islice(_since_erasure(chain(lake.store, place, newest)), keep)
        return {file.uri for each in snapshots for file in each.files}

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return set().union(*pool.map(of_partition, current_partitions(lake.store, place)))


def _since_erasure(snapshots: Iterator[Snapshot]) -> Iterator[Snapshot]:
    for each in snapshots:
        yield each
        if RunId(each.run_id).kind == RunKind.ERASE:
            return


def _is_open(lake: Lake, executions: Executions, run_id: RunId) -> bool:
    """Whether a run still works, holds its dataset's lease, or stopped in the middle of its promotion."""
    plan = find_record(lake.store, Plan, lake.buckets.control, layout.plan(run_id))
    if plan is None:
        return False
    lease = find_record(lake.store, Lease, lake.buckets.control, layout.lease(plan.dataset))
    journal = find_record(lake.store, Journal, lake.buckets.control, layout.journal(run_id))
    return (
        executions.is_running(plan.execution_arn)
        or (lease is not None and lease.state == HELD and lease.run_id == str(run_id))
        or (journal is not None and not all(each.is_complete for each in journal.layers.values()))
    )
