"""fail_run: the end of a run that failed."""

from typing import Any

from functions import wiring
from lake.rules.json_record import from_dict
from lake.steps.explain_failure import RunFailure
from lake.steps.fail_run import fail_run


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Keep the context, release the claims, write the ledger, free the lease."""
    wiring.begin(event)
    failed = from_dict(RunFailure, event, "the event")
    return wiring.answer(fail_run(wiring.lake(), wiring.executions(), wiring.metrics(), wiring.job_logs(), failed))
