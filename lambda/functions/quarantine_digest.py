"""quarantine_digest: once a day, a mail about the rows that wait."""

from typing import Any

from functions import wiring
from lake.steps.quarantine_digest import send_digest


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Mail open quarantine by reason and age; nothing when no row waits."""
    wiring.begin(event)
    events = wiring.events(event.get("rehearsal", ""))
    return wiring.answer(send_digest(wiring.lake(), events, event["scheduled_time"]))
