"""dispatch: a schedule, an S3 event or a request becomes one run."""

from typing import Any

from functions import wiring
from lake.rules.trigger import Ignored
from lake.steps.dispatch import dispatch


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Start the run an event asks for, or say why it asks for none."""
    wiring.begin(event)
    found = dispatch(wiring.lake(), wiring.executions(), wiring.events(), event)
    if isinstance(found, Ignored):
        wiring.logger.warning("ignored", extra={"reason": found.reason})
        return {"ignored": found.reason}
    return wiring.answer(found)
