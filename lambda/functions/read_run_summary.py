"""read_run_summary: the gate's decision about one layer of a run."""

from typing import Any

from functions import wiring
from lake.rules.run import RunId
from lake.steps.read_run_summary import read_run_summary


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Decide whether what a run wrote may be promoted."""
    wiring.begin(event)
    return wiring.answer(read_run_summary(wiring.lake(), RunId(event["run_id"]), event["layer"]))
