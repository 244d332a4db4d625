"""Dispatch: turn an event into one run, however often the event comes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lake.rules.json_record import to_json
from lake.rules.run_events import ignored_object
from lake.rules.trigger import SCHEDULE, Ignored, request_of
from lake.steps.announce import announce
from lake.steps.lake import Lake
from lake.steps.ports import Events, Executions


@dataclass(frozen=True)
class DispatchAnswer:
    """The run an event leads to; `started` is False when that run is over, or was asked for in another way."""

    run_id: str
    execution_arn: str
    started: bool


def dispatch(lake: Lake, executions: Executions, events: Events, event: Mapping[str, Any]) -> DispatchAnswer | Ignored:
    """Start the run an event asks for; the daily one also tells owners what became of schema versions.

    Raises InvalidRequestError when the event makes no sense.
    """
    request = request_of(event, lake.buckets.bronze, lake.contracts, lake.clock.now())
    if isinstance(request, Ignored):
        if request.is_lost:
            events.tell(ignored_object(lake.environment, request.reason))
        return request
    execution_arn, started = executions.start(request.run_id, to_json(request, one_line=True))
    if request.trigger.type == SCHEDULE:
        announce(lake, events, request.dataset)
    return DispatchAnswer(request.run_id, execution_arn, started)
