"""promote_run: the files of one layer of a run become current."""

from typing import Any

from functions import wiring
from lake.rules.run import RunId
from lake.steps.promote_run import promote_run


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Promote a layer of a run, or go on where an earlier try stopped."""
    wiring.begin(event)
    return wiring.answer(promote_run(wiring.lake(), RunId(event["run_id"]), event["layer"]))
