"""begin_promotion: a replacement takes the dataset's lease, and can no longer be cancelled."""

from typing import Any

from functions import wiring
from lake.rules.run import RunId
from lake.steps.advance_backfill import begin_promotion


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """See the approval, take the lease. Raises DatasetBusyError while another run of the dataset works."""
    wiring.begin(event)
    return wiring.answer(begin_promotion(wiring.lake(), wiring.executions(), RunId(event["run_id"])))
