"""fail_run: the end of a run that failed."""

from typing import Any

from functions import wiring
from lake.rules.json_record import from_dict
from lake.steps.fail_run import RunFailure, fail_run


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Keep the context, release the claims, write the ledger, alert, free the lease."""
    wiring.begin(event)
    failed = from_dict(RunFailure, event, "the event")
    return wiring.answer(fail_run(wiring.lake(), wiring.mail(), wiring.metrics(), wiring.job_logs(), failed))
