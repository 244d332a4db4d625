"""The plan of a backfill's run: exactly the declared sources and partitions, replacing what was current then."""

from dataclasses import replace

from lake.errors import InvalidRequestError, PointerMovedError, SourceUnreadableError
from lake.rules import layout
from lake.rules.backfill import PLANNED, UNCLAIMED, Backfill, BackfillSource
from lake.rules.bronze import BronzeObject
from lake.rules.contract import Contract
from lake.rules.plan import Plan, PlannedPartition, RefusedSource, Source
from lake.rules.run import RunId
from lake.rules.summary import REPLACE
from lake.rules.trigger import RunRequest
from lake.steps.backfills import DETAIL, change_backfill, hold_partitions, read_backfill
from lake.steps.current import read_pointer
from lake.steps.inspect_source import inspect_version
from lake.steps.lake import Lake
from lake.steps.pin_source import readable_uri
from lake.steps.plan_ingest import newest_of
from lake.steps.planner import new_plan
from lake.steps.ports import Executions


class BackfillPlanner:
    """Plans runs of the kind backfill.

    It takes no claims. A source that no run has ingested stays free for the next daily run, for which its rows of the
    replaced months are then duplicates and all others new: nothing is lost and nothing counted twice.
    """

    def plan(self, lake: Lake, executions: Executions, request: RunRequest) -> Plan:
        """Read the declaration, see that it still holds, count the records of its sources."""
        backfill = self._begin(lake, request)
        _refuse_moved(lake, lake.contracts.get(backfill.dataset, backfill.schema_version), backfill)
        looked = [_look_into(lake, RunId(request.run_id), backfill, each) for each in backfill.sources]
        contract = newest_of(lake, request, [each for each in looked if isinstance(each, Source)])
        refused = [each for each in looked if isinstance(each, RefusedSource)]
        _refuse_unreadable(backfill, refused)
        return replace(
            new_plan(lake, request, contract, REPLACE),
            sources=tuple(each for each in looked if isinstance(each, Source)),
            notes=tuple(f"{each.key}: {each.code}: {each.message}" for each in refused),
            partitions=tuple(PlannedPartition(each.partition, each.base) for each in backfill.partitions),
        )

    def resume(self, lake: Lake, executions: Executions, request: RunRequest, plan: Plan) -> None:
        """The plan stands; the promotion itself sees whether the partitions moved."""

    @staticmethod
    def _begin(lake: Lake, request: RunRequest) -> Backfill:
        """The declared backfill, with this run as its newest try and its partitions held."""
        if DETAIL not in request.details:
            raise InvalidRequestError(f"run {request.run_id} names no backfill; start it with: assay backfill start ID")

        def begun(found: Backfill) -> Backfill:
            if found.status != PLANNED or not found.tries or found.run_id not in {"", request.run_id}:
                raise InvalidRequestError(
                    f"run {request.run_id} is not the try that backfill {found.backfill_id} ({found.status}) waits "
                    f"for; start one with: assay backfill start {found.backfill_id}"
                )
            return replace(found, tries=(*found.tries[:-1], replace(found.tries[-1], run_id=request.run_id)))

        declared = read_backfill(lake, request.dataset, request.details[DETAIL])
        backfill = change_backfill(lake, declared, begun)
        hold_partitions(lake, backfill)
        return backfill


def _refuse_moved(lake: Lake, contract: Contract, backfill: Backfill) -> None:
    place = layout.table_place(lake.buckets.silver, contract.dataset, contract.schema_version)
    for each in backfill.partitions:
        pointer = read_pointer(lake.store, place, each.partition)
        now, then = (pointer.snapshot_id if pointer else None), (each.base.snapshot_id if each.base else None)
        if now != then:
            raise PointerMovedError(
                f"backfill {backfill.backfill_id} was planned on {backfill.dataset} {each.partition} at snapshot "
                f"{then or 'nothing'}, but current is {now or 'nothing'}; nothing was changed; plan it again with: "
                f"assay backfill plan --replan {backfill.backfill_id}"
            )


def _look_into(lake: Lake, run_id: RunId, backfill: Backfill, each: BackfillSource) -> Source | RefusedSource:
    found = BronzeObject(each.source_id, each.bucket, each.key, each.version_id, each.etag, each.size, each.ingest_date)
    versions = lake.contracts.versions(backfill.dataset)
    return inspect_version(lake, versions, found, readable_uri(lake, run_id, found))


def _refuse_unreadable(backfill: Backfill, refused: list[RefusedSource]) -> None:
    """Only a source that no run has ingested may be left out: without any other, current rows would be lost."""
    free = {each.source_id for each in backfill.sources if each.why == UNCLAIMED}
    needed = [each for each in refused if each.source_id not in free]
    if needed:
        listed = "; ".join(f"{each.key}: {each.code}: {each.message}" for each in needed)
        raise SourceUnreadableError(
            f"backfill {backfill.backfill_id}: {len(needed)} of its sources cannot be read under contract "
            f"{backfill.dataset} {backfill.schema_version}, and a replacement without them would lose their rows: "
            f"{listed}"
        )
