"""compare_run: what a replacement would change, and whether a person has to look at it."""

from typing import Any

from functions import wiring
from lake.rules.run import RunId
from lake.steps.advance_backfill import compare_run


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Keep the comparison with the backfill; hold it against the contract's tolerance."""
    wiring.begin(event)
    return wiring.answer(compare_run(wiring.lake(), RunId(event["run_id"])))
