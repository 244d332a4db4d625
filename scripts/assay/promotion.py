"""`assay promote` and `assay runs plan`: runs that a person starts with `aws glue start-job-run`."""

import json
from dataclasses import asdict
from typing import Any

from assay import executions, requests
from assay.console import CommandError, out, print_table
from assay.open_lake import open_lake, who
from assay.target import Target
from lake.rules.json_record import to_json
from lake.rules.run import RunKind
from lake.rules.trigger import REQUEST, Ignored, RunRequest, Trigger, request_of
from lake.steps.preview_promotion import Preview, preview_promotion
from lake.steps.summaries import read_plan

COLUMNS = ("table", "partition", "mode", "files", "rows", "rows now", "rows then", "looked at", "current")


def plan_by_hand(target: Target, dataset: str, keys: list[str], again: bool) -> dict[str, Any]:
    """Plan a run that no execution works on; what to start the job with."""
    lake = open_lake(target)
    event = {"trigger": REQUEST, "dataset": dataset, "keys": keys, "again": again}
    wanted = request_of(event, lake.buckets.bronze, lake.contracts, lake.clock.now())
    if isinstance(wanted, Ignored):
        raise CommandError(wanted.reason)
    payload = {**json.loads(to_json(wanted)), "execution_arn": target.execution(wanted.run_id)}
    answer = target.client("lambda").invoke(FunctionName=f"{target.name}-plan-run", Payload=json.dumps(payload))
    found: dict[str, Any] = json.loads(answer["Payload"].read())
    if answer.get("FunctionError"):
        raise CommandError(f"the run cannot be planned: {found.get('errorMessage') or found}")
    job = f"{target.name}-bronze-to-silver"
    arguments = json.dumps({"--run_id": wanted.run_id, "--plan_uri": found["plan_uri"]})
    return {
        **found,
        "run": wanted.run_id,
        "job": job,
        "start": f"aws glue start-job-run --job-name {job} --arguments '{arguments}'",
        "promote": f"assay promote --run-id {wanted.run_id} --dry-run",
    }


def print_plan(found: dict[str, Any]) -> None:
    """What to type next."""
    taken = f"{found['input_records']:,} records in {found['sources']} source(s)"
    out.print(f"[bold]{found['run']}[/]  {found['outcome']}: {taken}")
    for reason in found["reasons"]:
        out.print(f"reason     {reason}", soft_wrap=True, markup=False)
    if found["outcome"] == "planned":
        out.print(f"start it   {found['start']}", soft_wrap=True, markup=False)
        out.print(f"then       {found['promote']}", soft_wrap=True, markup=False)


def look(target: Target, run_id: str, override: bool, reason: str) -> Preview:
    """What the promotion of a run would change, and what the gate says of it."""
    return preview_promotion(open_lake(target), _request(target, run_id, _details(target, run_id, override, reason)))


def promote(target: Target, run_id: str, override: bool, reason: str, quiet: bool) -> dict[str, Any]:
    """Start the run that promotes another one's output, and follow it."""
    details = _details(target, run_id, override, reason)
    dataset = _request(target, run_id, details).dataset
    story = requests.request_and_follow(target, dataset, RunKind.PROMOTE, details, quiet)
    return {"run": story["run"], "outcome": requests.outcome(story)}


def as_json(found: Preview) -> dict[str, Any]:
    """The preview for programs."""
    return asdict(found)


def print_preview(found: Preview) -> None:
    """The preview for people."""
    rows = [
        (
            each.table, each.partition, each.mode, each.files, each.rows, each.rows_now, each.rows_then,
            each.base or "(nothing)", each.current or "(nothing)",
        )
        for each in found.changes
    ]  # fmt: skip
    print_table(COLUMNS, rows, title=f"run {found.run_id} of {found.dataset}")
    for reason in found.reasons:
        sign = "may be overridden" if reason in found.overridable else "final"
        out.print(f"refused    {reason} ({sign})", soft_wrap=True, markup=False)
    if not found.reasons:
        out.print("the gate lets it pass")


def _details(target: Target, run_id: str, override: bool, reason: str) -> dict[str, str]:
    given = {"run": run_id, "override": "yes" if override else "", "reason": reason, "requested_by": who(target)}
    return {name: value for name, value in given.items() if value}


def _request(target: Target, run_id: str, details: dict[str, str]) -> RunRequest:
    plan = read_plan(open_lake(target), executions.parse(run_id))
    return RunRequest(run_id, plan.dataset, RunKind.PROMOTE, Trigger(REQUEST), details=details)
