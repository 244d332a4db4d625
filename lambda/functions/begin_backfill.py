"""begin_backfill: an approved backfill is running."""

from typing import Any

from functions import wiring
from lake.rules.run import RunId
from lake.steps.advance_backfill import begin_backfill


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """See the approval, move the backfill on; `cancelled` when nobody wants it any more."""
    wiring.begin(event)
    return wiring.answer(begin_backfill(wiring.lake(), RunId(event["run_id"])))
