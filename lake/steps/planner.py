"""What PlanRun needs from the planner of a kind of run."""

from typing import Protocol

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
