"""Ask the dispatcher for a run of a kind that only people start, and follow it."""

import json
from typing import Any

from assay import runs
from assay.console import USAGE, CommandError
from assay.progress import follow
from assay.target import Target


def request(target: Target, dataset: str, kind: str, details: dict[str, str]) -> str:
    """Start a run about `details`; its run id."""
    event = {"trigger": "request", "kind": kind, "dataset": dataset, "details": details}
    answer = target.client("lambda").invoke(FunctionName=f"{target.name}-dispatch", Payload=json.dumps(event))
    payload: dict[str, Any] = json.loads(answer["Payload"].read())
    if answer.get("FunctionError") or "run_id" not in payload:
        raise CommandError(f"the dispatcher answered: {payload.get('errorMessage') or payload}", USAGE)
    return str(payload["run_id"])


def request_and_follow(target: Target, dataset: str, kind: str, details: dict[str, str], quiet: bool) -> dict[str, Any]:
    """Start the run and wait for its end; its story."""
    run_id = request(target, dataset, kind, details)
    follow(target, run_id, quiet)
    story = runs.story(target, run_id)
    if not quiet:
        runs.print_story(story, with_states=False)
    return story


def outcome(story: dict[str, Any]) -> str:
    """How it ended."""
    return str(story["ledger"].get("outcome") or story["status"].lower())
