"""PlanRun: take the dataset's lease, claim the sources, count their records, write the plan."""

from dataclasses import dataclass

from lake.errors import ConflictError, InvalidRequestError
from lake.rules import layout
from lake.rules.bronze import BronzeObject
from lake.rules.contract import Contract
from lake.rules.json_record import to_json
from lake.rules.plan import Plan, RefusedSource, Source
from lake.rules.reasons import shortened
from lake.rules.run import RunId
from lake.rules.summary import APPEND
from lake.rules.trigger import RunRequest
from lake.steps.claims import take_claim
from lake.steps.find_sources import find_sources
from lake.steps.inspect_source import inspect_source
from lake.steps.lake import Lake
from lake.steps.lease import take_lease
from lake.steps.ports import Executions
from lake.steps.records import find_record, read_record

PLANNED = "planned"
NOTHING_TO_DO = "nothing_to_do"
REFUSED = "refused"


@dataclass(frozen=True)
class PlanAnswer:
    """What PlanRun tells the state machine; the sources themselves are in the plan."""

    outcome: str
    plan_uri: str
    input_records: int
    sources: int
    reasons: tuple[str, ...]


def plan_run(lake: Lake, executions: Executions, request: RunRequest) -> PlanAnswer:
    """Plan a run, or find the plan it made before. Raises DatasetBusyError while another run works."""
    run_id = RunId(request.run_id)
    if request.execution_arn.rpartition(":")[2] != request.run_id:
        raise InvalidRequestError(
            f"run {run_id} was started as execution {request.execution_arn}; an execution has the name of its run, "
            "start runs through the dispatcher"
        )
    contract = lake.contracts.newest(request.dataset)
    take_lease(lake, executions, request)
    key = layout.plan(run_id)
    plan = find_record(lake.store, Plan, lake.buckets.control, key)
    if plan is None:
        plan = _write(lake, key, _make(lake, executions, request, contract))
    else:
        _claim_again(lake, executions, request, contract, plan)
    return _answer(plan, layout.uri(lake.buckets.control, key))


def _make(lake: Lake, executions: Executions, request: RunRequest, contract: Contract) -> Plan:
    found = list(find_sources(lake, contract, request))
    obstacles = {each.key: take_claim(lake, executions, request, contract, each) for each in found}
    inspected = [inspect_source(lake, contract, each) for each in found if obstacles[each.key] is None]
    named = request.trigger.keys
    return Plan(
        plan_version=1,
        run_id=request.run_id,
        dataset=request.dataset,
        schema_version=contract.schema_version,
        kind=request.kind,
        mode=APPEND,
        execution_arn=request.execution_arn,
        build_id=lake.build_id,
        contract_sha256=contract.fingerprint,
        planned_at=lake.clock.now(),
        sources=tuple(each for each in inspected if isinstance(each, Source)),
        refused_sources=tuple(each for each in inspected if isinstance(each, RefusedSource)),
        notes=tuple(f"{key}: {reason}" for key, reason in obstacles.items() if reason and key in named),
    )


def _write(lake: Lake, key: str, plan: Plan) -> Plan:
    try:
        lake.store.create(lake.buckets.control, key, to_json(plan))
        return plan
    except ConflictError:
        # an earlier try of this run wrote it, or this write went out twice: that plan is the run's plan
        return read_record(lake.store, Plan, lake.buckets.control, key)


def _claim_again(lake: Lake, executions: Executions, request: RunRequest, contract: Contract, plan: Plan) -> None:
    """A run that failed and is resumed gave its claims back; it goes on only if nobody took them."""
    for each in plan.sources:
        source = BronzeObject(
            each.source_id, each.bucket, each.key, each.version_id, each.etag, each.size, each.ingest_date
        )
        reason = take_claim(lake, executions, request, contract, source)
        if reason:
            raise InvalidRequestError(f"run {request.run_id} cannot go on: {each.uri}: {reason}; start a new run")


def _answer(plan: Plan, uri: str) -> PlanAnswer:
    refused = shortened([f"{each.key}: {each.code}: {each.message}" for each in plan.refused_sources])
    if plan.input_records:
        outcome, reasons = PLANNED, refused
    elif refused:
        outcome, reasons = REFUSED, refused
    else:
        outcome = NOTHING_TO_DO
        why = "the sources hold no records" if plan.sources else "no source is waiting"
        reasons = shortened(plan.notes) or (why,)
    return PlanAnswer(outcome, uri, plan.input_records, len(plan.sources), reasons)
