"""What PlanRun needs from the planner of a kind of run, and how every plan begins."""

from typing import Protocol

from lake.rules.contract import Contract
from lake.rules.plan import Plan
from lake.rules.trigger import RunRequest
from lake.steps.lake import Lake
from lake.steps.ports import Executions


class Planner(Protocol):
    """Makes the plan of a run, once; `resume` gets ready to follow the plan that an earlier try made."""

    def plan(self, lake: Lake, executions: Executions, request: RunRequest) -> Plan:
        """The plan of a new run."""
        ...

    def resume(self, lake: Lake, executions: Executions, request: RunRequest, plan: Plan) -> None:
        """Get ready to follow a plan that is there."""
        ...


def new_plan(lake: Lake, request: RunRequest, contract: Contract, mode: str) -> Plan:
    """A plan that says whose it is, and as yet nothing of sources or partitions."""
    return Plan(
        plan_version=1,
        run_id=request.run_id,
        dataset=request.dataset,
        schema_version=contract.schema_version,
        kind=request.kind,
        mode=mode,
        execution_arn=request.execution_arn,
        build_id=lake.build_id,
        contract_sha256=contract.fingerprint,
        planned_at=lake.clock.now(),
        sources=(),
        details=dict(request.details),
    )
