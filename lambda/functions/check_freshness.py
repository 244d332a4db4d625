"""check_freshness: once a day, datasets whose daily run is missing."""

from typing import Any

from functions import wiring
from lake.steps.check_freshness import check_freshness


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Tell people of each dataset that is older than its contract allows."""
    wiring.begin(event)
    events = wiring.events(event.get("rehearsal", ""))
    return wiring.answer(check_freshness(wiring.lake(), events, wiring.metrics(), event["scheduled_time"]))
