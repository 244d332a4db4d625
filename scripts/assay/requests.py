"""Ask the dispatcher for a run of a kind that only people start."""

import json
from typing import Any

from assay.console import USAGE, CommandError
from assay.target import Target


def request(target: Target, dataset: str, kind: str, details: dict[str, str]) -> str:
    """Start a run about `details`; its run id."""
    event = {"trigger": "request", "kind": kind, "dataset": dataset, "details": details}
    answer = target.client("lambda").invoke(FunctionName=f"{target.name}-dispatch", Payload=json.dumps(event))
    payload: dict[str, Any] = json.loads(answer["Payload"].read())
    if answer.get("FunctionError") or "run_id" not in payload:
        raise CommandError(f"the dispatcher answered: {payload.get('errorMessage') or payload}", USAGE)
    return str(payload["run_id"])
