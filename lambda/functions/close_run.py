"""close_run: an execution ended badly, says Step Functions."""

from typing import Any

from functions import wiring
from lake.steps.close_run import EndedExecution, close_run


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """See that the context is kept, whatever became of the run, and tell people."""
    detail = event["detail"]
    ended = EndedExecution(detail["name"], detail["executionArn"], detail["status"])
    wiring.begin({"run_id": ended.name})
    return wiring.answer(
        close_run(wiring.lake(), wiring.events(), wiring.executions(), wiring.metrics(), wiring.job_logs(), ended)
    )
