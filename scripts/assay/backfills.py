"""What `assay backfill` does: plan, start, answer, cancel, and tell."""

import json
from dataclasses import asdict
from typing import Any

from assay import executions
from assay.console import USAGE, CommandError, out, print_table
from assay.open_lake import open_lake, who
from assay.target import Target
from lake.aws.task_tokens import StepFunctionsTokens
from lake.errors import BackfillHeldError, BackfillStateError, InvalidRequestError
from lake.rules.approval import APPROVED, ASKED
from lake.rules.backfill import Backfill
from lake.rules.backfill_cost import DEFAULT_DPUS
from lake.rules.backfill_events import comparison_lines, plan_lines
from lake.steps.answer_approval import answer_approval, waiting_question
from lake.steps.backfills import find_backfill, list_backfills
from lake.steps.cancel_backfill import cancel_backfill
from lake.steps.declare_backfill import BackfillRequest, declare_backfill
from lake.steps.start_backfill import start_backfill

COLUMNS = ("backfill", "dataset", "months", "status", "sources", "cost_usd", "run", "reason")
WORKERS_A_DPU = {"G.1X": 1, "G.2X": 2, "G.4X": 4, "G.8X": 8}


def plan(target: Target, dataset: str, months: str, reason: str, include_open: bool = False) -> Backfill:
    """Declare a backfill in the caller's name."""
    return _declare(target, dataset, months, reason, include_open)


def replan(target: Target, backfill_id: str, include_open: bool = False) -> Backfill:
    """The same range and reason again, on what is current now."""
    old = _find(target, backfill_id)
    if not old.is_over:
        raise CommandError(
            f"backfill {backfill_id} is {old.status}; cancel it first: assay backfill cancel {backfill_id}", USAGE
        )
    return _declare(target, old.dataset, old.months, old.reason, include_open, backfill_id)


def _declare(
    target: Target, dataset: str, months: str, reason: str, include_open: bool, replans: str | None = None
) -> Backfill:
    lake = open_lake(target)
    wanted = BackfillRequest(
        dataset=dataset,
        months=months,
        reason=reason,
        requester=who(target),
        at=lake.clock.now(),
        include_open=include_open,
        dpus=_dpus(target),
        region=target.region,
        replans=replans,
    )
    try:
        return declare_backfill(lake, wanted)
    except (InvalidRequestError, BackfillHeldError) as error:
        raise CommandError(str(error), USAGE) from error


def start(target: Target, backfill_id: str) -> str:
    """Ask the dispatcher for the backfill's run; the run id."""
    lake, found = open_lake(target), _find(target, backfill_id)
    try:
        event = start_backfill(lake, found, who(target))
    except (BackfillStateError, BackfillHeldError) as error:
        raise CommandError(str(error), USAGE) from error
    answer = target.client("lambda").invoke(FunctionName=f"{target.name}-dispatch", Payload=json.dumps(event))
    payload: dict[str, Any] = json.loads(answer["Payload"].read())
    if answer.get("FunctionError") or "run_id" not in payload:
        raise CommandError(f"the dispatcher answered: {payload.get('errorMessage') or payload}")
    return str(payload["run_id"])


def answer(target: Target, backfill_id: str, state: str, reason: str) -> dict[str, Any]:
    """Approve or deny what the backfill's run waits for, in the caller's name."""
    lake, found = open_lake(target), _find(target, backfill_id)
    try:
        given = answer_approval(lake, _tokens(target), found, state, who(target), reason)
    except (BackfillStateError, InvalidRequestError) as error:
        raise CommandError(str(error), USAGE) from error
    told = {name: value for name, value in asdict(given).items() if name != "token"}
    if given.state == state == APPROVED and given.by != who(target):
        out.print(f"{given.by} had approved it at {given.answered_at} already", soft_wrap=True)
    return told


def cancel(target: Target, backfill_id: str, reason: str) -> Backfill:
    """Give a backfill up, in the caller's name."""
    found = _find(target, backfill_id)
    running = bool(found.run_id) and executions.describe(target, found.run_id).status not in executions.OVER
    try:
        return cancel_backfill(open_lake(target), _tokens(target), found, who(target), reason, running=running)
    except (BackfillStateError, InvalidRequestError) as error:
        raise CommandError(str(error), USAGE) from error


def story(target: Target, backfill_id: str) -> dict[str, Any]:
    """Everything known about a backfill, and what it waits for."""
    found = _find(target, backfill_id)
    question = waiting_question(open_lake(target), found)
    waits = question.subject if question is not None and question.state == ASKED else None
    return {**asdict(found), "waits_for_approval_of": waits}


def rows(target: Target, dataset: str | None) -> list[dict[str, Any]]:
    """Every backfill, newest first."""
    lake = open_lake(target)
    datasets = [dataset] if dataset else lake.contracts.datasets("silver")
    found = [each for name in datasets for each in list_backfills(lake, name)]
    return [_row(each) for each in sorted(found, key=lambda each: each.backfill_id, reverse=True)]


def print_rows(found: list[dict[str, Any]]) -> None:
    """The list as a table."""
    if not found:
        out.print("no backfills yet; plan one with: assay backfill plan DATASET MONTHS --reason TEXT")
        return
    print_table(COLUMNS, [[row[name] for name in COLUMNS] for row in found])


def print_plan(found: Backfill) -> None:
    """A fresh plan, and what to do with it."""
    out.print(f"[bold]{found.backfill_id}[/]  {found.dataset} {found.months}  [bold]{found.status}[/]")
    for line in plan_lines(found):
        out.print(f"  {line}", soft_wrap=True, markup=False)
    _print_partitions(found)
    _print_sources(found)
    out.print(f"start it with: assay backfill start {found.backfill_id}", soft_wrap=True)


def markdown(found: Backfill) -> str:
    """A fresh plan for its reviewers."""
    lines = [f"### Backfill {found.backfill_id}: {found.dataset} {found.months}", "", f"{found.reason}", ""]
    lines += [f"- {line}" for line in plan_lines(found)]
    lines += ["", "| partition | rows now | bytes now |", "|---|---|---|"]
    lines += [f"| {each.partition} | {each.rows} | {each.bytes} |" for each in found.partitions]
    lines += ["", "| source | version | bytes | why |", "|---|---|---|---|"]
    lines += [f"| `{each.key}` | {each.version_id} | {each.size} | {each.why} |" for each in found.sources]
    return "\n".join(lines)


def print_story(target: Target, backfill_id: str) -> None:
    """The story for people: plan, comparison, history, and the next command."""
    found = _find(target, backfill_id)
    told = story(target, backfill_id)
    out.print(f"[bold]{found.backfill_id}[/]  {found.dataset} {found.months}  [bold]{found.status}[/]")
    out.print("reason    ", found.reason, soft_wrap=True, markup=False)
    out.print("requester ", found.requester, soft_wrap=True, markup=False)
    for line in (*plan_lines(found), *comparison_lines(found.comparison)):
        out.print(f"  {line}", soft_wrap=True, markup=False)
    _print_partitions(found)
    _print_sources(found)
    changes = [(each.at, each.status, each.by, each.reason) for each in found.history]
    print_table(("at", "status", "by", "reason"), changes)
    if found.run_id:
        out.print(f"run        {found.run_id}  (assay runs show {found.run_id})", soft_wrap=True)
    if told["waits_for_approval_of"]:
        out.print(
            f"waits for an approval of its {told['waits_for_approval_of']}: "
            f"assay backfill approve|deny {found.backfill_id} --reason TEXT",
            soft_wrap=True,
            markup=False,
        )


def _print_partitions(found: Backfill) -> None:
    columns = ("partition", "sequence", "rows", "bytes", "etag")
    listed = [
        (each.partition, each.base.sequence if each.base else 0, each.rows, each.bytes, each.etag)
        for each in found.partitions
    ]
    print_table(columns, listed)


def _print_sources(found: Backfill) -> None:
    columns = ("source", "version", "bytes", "records", "why")
    listed = [(each.key, each.version_id, each.size, each.records, each.why) for each in found.sources]
    print_table(columns, listed)


def _row(found: Backfill) -> dict[str, Any]:
    return {
        "backfill": found.backfill_id,
        "dataset": found.dataset,
        "months": found.months,
        "status": found.status,
        "sources": len(found.sources),
        "cost_usd": found.estimate.cost_usd,
        "run": found.run_id,
        "reason": found.reason,
    }


def _find(target: Target, backfill_id: str) -> Backfill:
    try:
        return find_backfill(open_lake(target), backfill_id)
    except InvalidRequestError as error:
        raise CommandError(str(error), USAGE) from error


def _dpus(target: Target) -> int:
    """How many DPUs the silver job has, for the estimate."""
    job = target.client("glue").get_job(JobName=f"{target.name}-bronze-to-silver")["Job"]
    return int(job.get("NumberOfWorkers", DEFAULT_DPUS)) * WORKERS_A_DPU.get(job.get("WorkerType", "G.1X"), 1)


def _tokens(target: Target) -> StepFunctionsTokens:
    return StepFunctionsTokens(target.client("stepfunctions"))
