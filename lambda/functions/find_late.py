"""find_late: once a day, objects under ingest dates that no sweep looks at any more."""

from typing import Any

from functions import wiring
from lake.steps.find_late import find_late


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Start a run over the late objects of a dataset, if there are any."""
    wiring.begin(event)
    found = find_late(wiring.lake(), wiring.executions(), wiring.events(), event["dataset"], event["scheduled_time"])
    return wiring.answer(found)
