"""The plan of a compaction: partitions of silver whose rows lie in more files than they need."""

from collections.abc import Iterator
from dataclasses import replace

from lake.errors import InvalidRequestError
from lake.rules import partition
from lake.rules.compaction import files_needed, is_scattered
from lake.rules.contract import Contract
from lake.rules.plan import Plan, PlannedPartition
from lake.rules.snapshot import Snapshot
from lake.rules.summary import REPLACE, Base
from lake.rules.trigger import RunRequest
from lake.steps.current import current_snapshot, read_pointer
from lake.steps.lake import Lake
from lake.steps.places import SILVER, place_of
from lake.steps.planner import new_plan
from lake.steps.ports import Executions


class CompactionPlanner:
    """Plans runs of the kind compact: same rows, fewer files."""

    def plan(self, lake: Lake, executions: Executions, request: RunRequest) -> Plan:
        """Name the partitions, and what is current in each."""
        contract = lake.contracts.newest(request.dataset)
        first, last = (request.details.get(name, "") for name in ("first", "last"))
        found = scattered(lake, contract, first, last)
        return replace(
            new_plan(lake, request, contract, REPLACE),
            notes=() if found else (f"no month from {first} to {last} has many more files than it needs",),
            partitions=tuple(PlannedPartition(each.partition, Base(each.sequence, each.snapshot_id)) for each in found),
        )

    def resume(self, lake: Lake, executions: Executions, request: RunRequest, plan: Plan) -> None:
        """The plan stands; there is nothing to get ready."""


def scattered(lake: Lake, contract: Contract, first: str, last: str) -> list[Snapshot]:
    """What is current in every month of the range that is worth a compaction. Months as `yyyy-MM`, both included."""
    if not first or not last:
        raise InvalidRequestError("a compaction needs its first and its last month, as yyyy-MM")
    return [each for each in _current(lake, contract, first, last) if is_scattered(each.files, _target(contract))]


def files_after(contract: Contract, snapshot: Snapshot) -> int:
    """How many files a compacted partition has, about."""
    return files_needed(snapshot.files, _target(contract))


def _current(lake: Lake, contract: Contract, first: str, last: str) -> Iterator[Snapshot]:
    place = place_of(lake, contract.dataset, SILVER, contract.schema_version)
    for month in partition.months_between(first, last):
        pointer = read_pointer(lake.store, place, partition.silver_path(month))
        if pointer is not None:
            yield current_snapshot(lake.store, place, pointer)


def _target(contract: Contract) -> int:
    return contract.target_file_megabytes
