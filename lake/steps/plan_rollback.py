"""The plan of a rollback: the snapshots that come back, and a run summary that names their files."""

from dataclasses import replace

from lake.errors import ConflictError
from lake.rules import layout
from lake.rules.contract import Contract
from lake.rules.json_record import to_json
from lake.rules.plan import Plan
from lake.rules.rollback import Order, Restoration, order_of, planned, returned
from lake.rules.run import HELD_KINDS, RunId
from lake.rules.summary import ROLLBACK, Counts, RunSummary, SourceRef
from lake.rules.trigger import RunRequest
from lake.steps.choose_rollback import choose_rollback, sources_lost
from lake.steps.claims import take_back
from lake.steps.lake import Lake
from lake.steps.places import QUARANTINE, SILVER, place_of
from lake.steps.planner import new_plan
from lake.steps.ports import Executions
from lake.steps.records import find_record
from lake.steps.summaries import read_plan


class RollbackPlanner:
    """Plans runs of the kind rollback: they write no data file, only commits."""

    def plan(self, lake: Lake, executions: Executions, request: RunRequest) -> Plan:
        """Choose, check everything, leave the summary, and take the claims of what goes back."""
        order = order_of(request.details)
        contract = lake.contracts.newest(request.dataset)
        found = choose_rollback(lake, request.dataset, order)
        plan = _plan(lake, request, contract, found)
        if found:
            leave_summary(lake, _summary(lake, plan, contract, order, found))
        _take_back(lake, request, order, sources_lost(found))
        return plan

    def resume(self, lake: Lake, executions: Executions, request: RunRequest, plan: Plan) -> None:
        """The plan and its summary stand; there is nothing to get ready."""


def leave_summary(lake: Lake, summary: RunSummary) -> None:
    """Write the summary of a run that no job writes one for; an equal one of an earlier try is as good."""
    place = place_of(lake, summary.dataset, SILVER, summary.schema_version)
    key = place.summary(RunId(summary.run_id))
    try:
        lake.store.create(place.bucket, key, to_json(summary))
    except ConflictError:
        found = find_record(lake.store, RunSummary, place.bucket, key)
        if found is None or found.partitions != summary.partitions:
            raise


def _plan(lake: Lake, request: RunRequest, contract: Contract, found: list[Restoration]) -> Plan:
    return replace(
        new_plan(lake, request, contract, ROLLBACK),
        notes=() if found else ("the partitions show these files already",),
        partitions=tuple(planned(each) for each in found),
    )


def _summary(lake: Lake, plan: Plan, contract: Contract, order: Order, found: list[Restoration]) -> RunSummary:
    silver, held = (tuple(returned(each) for each in found if each.layer == layer) for layer in (SILVER, QUARANTINE))
    return RunSummary(
        summary_version=1,
        run_id=plan.run_id,
        dataset=plan.dataset,
        layer=contract.layer,
        schema_version=plan.schema_version,
        kind=plan.kind,
        mode=plan.mode,
        execution_arn=plan.execution_arn,
        build_id=plan.build_id,
        contract_version=contract.version,
        contract_sha256=plan.contract_sha256,
        attempt=plan.kind,
        started_at=plan.planned_at,
        finished_at=plan.planned_at,
        counts=Counts(0, 0),
        columns={},
        partitions=silver,
        quarantine=held,
        approved_by=order.requested_by,
        reason=order.reason,
    )


def _take_back(lake: Lake, request: RunRequest, order: Order, lost: tuple[SourceRef, ...]) -> None:
    """No source may count as ingested while its rows are not current. Done first: taking one too many is harmless,
    its rows are duplicates then.
    """
    sources = {each.source_id: (each.ingest_date, each.source_id) for each in lost}
    if order.run:
        plan = read_plan(lake, RunId(order.run))
        taken = () if plan.kind in HELD_KINDS else plan.sources
        sources |= {each.source_id: (each.ingest_date, each.source_id) for each in taken}
    why = f"rolled back by run {request.run_id}: {order.reason}"
    for ingest_date, source_id in sources.values():
        take_back(lake, layout.claim(request.dataset, ingest_date, source_id), why)
