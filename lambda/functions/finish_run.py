"""finish_run: the end of a run that did not fail."""

from typing import Any

from functions import wiring
from lake.rules.json_record import from_dict
from lake.rules.ledger import RunEnd
from lake.steps.finish_run import finish_run


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Settle the claims, alert, write the ledger, free the lease."""
    wiring.begin(event)
    end = from_dict(RunEnd, event, "the event")
    return wiring.answer(finish_run(wiring.lake(), wiring.events(), wiring.executions(), wiring.metrics(), end))
