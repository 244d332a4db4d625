"""plan_run: lease, claims, record counts and the plan of a run."""

from typing import Any

from functions import wiring
from lake.rules.json_record import from_dict
from lake.rules.trigger import RunRequest
from lake.steps.plan_run import plan_run


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Plan a run. Raises DatasetBusyError while another run of the dataset works."""
    wiring.begin(event)
    return wiring.answer(plan_run(wiring.lake(), wiring.executions(), from_dict(RunRequest, event, "the event")))
