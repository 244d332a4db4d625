"""The plan of a migration: partitions of silver that hold files of older schema versions than the one wanted."""

from collections.abc import Iterator
from dataclasses import replace

from lake.errors import InvalidRequestError
from lake.rules import layout, partition
from lake.rules.contract import Contract
from lake.rules.plan import Plan, PlannedPartition
from lake.rules.snapshot import Pointer
from lake.rules.summary import REPLACE, Base
from lake.rules.trigger import RunRequest
from lake.steps.current import read_pointer
from lake.steps.lake import Lake
from lake.steps.planner import new_plan
from lake.steps.ports import Executions


class MigrationPlanner:
    """Plans runs of the kind migrate. Details: `to` (a schema version), `first` and `last` (`yyyy-MM`)."""

    def plan(self, lake: Lake, executions: Executions, request: RunRequest) -> Plan:
        """Name the partitions that are not wholly of the wanted version, and what is current in each."""
        contract = _target(lake, request)
        first, last = (request.details.get(name, "") for name in ("first", "last"))
        if not first or not last:
            raise InvalidRequestError(f"run {request.run_id}: a migration needs its first and its last month, yyyy-MM")
        found = list(_unmigrated(lake, contract, first, last))
        nothing = f"every month from {first} to {last} is of {contract.schema_version} already"
        return replace(
            new_plan(lake, request, contract, REPLACE),
            notes=() if found else (nothing,),
            partitions=tuple(PlannedPartition(each.partition, Base(each.sequence, each.snapshot_id)) for each in found),
        )

    def resume(self, lake: Lake, executions: Executions, request: RunRequest, plan: Plan) -> None:
        """The plan stands; there is nothing to get ready."""


def _target(lake: Lake, request: RunRequest) -> Contract:
    contract = lake.contracts.get(request.dataset, request.details.get("to", ""))
    newest = lake.contracts.newest(request.dataset)
    if contract.schema_version != newest.schema_version:
        raise InvalidRequestError(
            f"run {request.run_id}: rows of {request.dataset} can only move to {newest.schema_version}, the newest "
            f"version; {contract.schema_version} lacks columns that newer rows have"
        )
    return contract


def _unmigrated(lake: Lake, contract: Contract, first: str, last: str) -> Iterator[Pointer]:
    place = layout.table_place(lake.buckets.silver, contract.dataset, contract.schema_version)
    for month in partition.months_between(first, last):
        pointer = read_pointer(lake.store, place, partition.silver_path(month))
        if pointer and any(layout.version_of(uri) != contract.schema_version for uri in pointer.uris):
            yield pointer
