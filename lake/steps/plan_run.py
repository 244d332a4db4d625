"""PlanRun: take the dataset's lease where that is due, let the planner of the run's kind plan, write the plan once."""

from dataclasses import dataclass, replace

from lake.errors import ConflictError, InvalidRequestError
from lake.rules import layout
from lake.rules.approval import REQUIRED
from lake.rules.correction import ERASE, RELEASE
from lake.rules.json_record import to_json
from lake.rules.plan import Plan
from lake.rules.reasons import shortened
from lake.rules.run import RunId, RunKind
from lake.rules.trigger import RunRequest
from lake.steps.lake import Lake
from lake.steps.lease import free_lease, take_lease
from lake.steps.plan_backfill import BackfillPlanner
from lake.steps.plan_compaction import CompactionPlanner
from lake.steps.plan_ingest import IngestPlanner
from lake.steps.plan_migration import MigrationPlanner
from lake.steps.plan_promotion import PromotionPlanner
from lake.steps.plan_retry import RetryPlanner
from lake.steps.plan_rollback import RollbackPlanner
from lake.steps.planner import Planner
from lake.steps.ports import Executions
from lake.steps.records import find_record, read_record
from lake.steps.releases import ReleasePlanner
from lake.steps.unfinished import unfinished_run

PLANNED = "planned"
NOTHING_TO_DO = "nothing_to_do"
REFUSED = "refused"
UNFINISHED = "unfinished"
PLANNERS: dict[RunKind, Planner] = {
    RunKind.DAILY: IngestPlanner(),
    RunKind.EVENT: IngestPlanner(),
    RunKind.MIGRATE: MigrationPlanner(),
    RunKind.BACKFILL: BackfillPlanner(),
    RunKind.COMPACT: CompactionPlanner(),
    RunKind.ROLLBACK: RollbackPlanner(),
    RunKind.PROMOTE: PromotionPlanner(),
    RunKind.RETRY: RetryPlanner(),
    RunKind.RELEASE: ReleasePlanner(RELEASE),
    RunKind.ERASE: ReleasePlanner(ERASE),
}
# people may think for days about these: they take the lease when they promote, and until then their bases guard them
LEASED_LATER = frozenset({RunKind.BACKFILL})


@dataclass(frozen=True)
class PlanAnswer:
    """What PlanRun tells the state machine; the sources themselves are in the plan.

    `approval`: a person has to let the run begin. `unfinished`: the run whose promotion has to go on before this one
    can be planned.
    """

    outcome: str
    plan_uri: str
    input_records: int
    sources: int
    reasons: tuple[str, ...]
    approval: bool = False
    unfinished: str = ""


def plan_run(lake: Lake, executions: Executions, request: RunRequest) -> PlanAnswer:
    """Plan a run, or find the plan it made before. Raises DatasetBusyError while another run works."""
    run_id = RunId(request.run_id)
    if request.execution_arn.rpartition(":")[2] != request.run_id:
        raise InvalidRequestError(
            f"run {run_id} was started as execution {request.execution_arn}; an execution has the name of its run, "
            "start runs through the dispatcher"
        )
    planner = _planner(request)
    is_leased_later = request.kind in LEASED_LATER
    if not is_leased_later or unfinished_run(lake, request):
        # nobody finishes a run without the lease: whoever has it may be undoing that very run
        take_lease(lake, executions, request)
    unfinished = unfinished_run(lake, request)
    if unfinished:
        return PlanAnswer(UNFINISHED, "", 0, 0, (), unfinished=unfinished)
    if is_leased_later:
        free_lease(lake, request.dataset, request.run_id)
    key = layout.plan(run_id)
    plan = find_record(lake.store, Plan, lake.buckets.control, key)
    if plan is None:
        plan = _write(lake, key, planner.plan(lake, executions, request))
    else:
        planner.resume(lake, executions, request, plan)
    approval = request.kind == RunKind.BACKFILL and lake.approvals == REQUIRED
    return replace(_answer(plan, layout.uri(lake.buckets.control, key)), approval=approval)


def _planner(request: RunRequest) -> Planner:
    planner = PLANNERS.get(RunKind(request.kind))
    if planner is None:
        raise InvalidRequestError(f"run {request.run_id}: no run of kind '{request.kind}' can be planned")
    return planner


def _write(lake: Lake, key: str, plan: Plan) -> Plan:
    try:
        lake.store.create(lake.buckets.control, key, to_json(plan))
        return plan
    except ConflictError:
        # an earlier try of this run wrote it, or this write went out twice: that plan is the run's plan
        return read_record(lake.store, Plan, lake.buckets.control, key)


def _answer(plan: Plan, uri: str) -> PlanAnswer:
    refused = shortened([f"{each.key}: {each.code}: {each.message}" for each in plan.refused_sources])
    if plan.input_records or plan.partitions:
        outcome, reasons = PLANNED, refused
    elif refused:
        outcome, reasons = REFUSED, refused
    else:
        outcome = NOTHING_TO_DO
        why = "the sources hold no records" if plan.sources else "no source is waiting"
        reasons = shortened(plan.notes) or (why,)
    return PlanAnswer(outcome, uri, plan.input_records, len(plan.sources), reasons)
