"""`assay backfill …`: past months read again, reviewed, compared and replaced."""

from dataclasses import asdict
from typing import Annotated

import typer

from assay import backfills, github, reviewed_backfill, runs
from assay.console import FAILED, REFUSED, USAGE, AsJson, CommandError, out, print_json
from assay.progress import follow
from assay.target import LOCAL, Environment, select
from lake.rules.approval import APPROVED, DENIED, OFF

app = typer.Typer(help="Backfills: plan, start, approve, follow, cancel.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(help="A backfill's id, as `assay backfill list` shows it.")]
DatasetName = Annotated[str | None, typer.Argument(help="The dataset.")]
Months = Annotated[str | None, typer.Argument(help="2024-03, or 2024-03..2024-05.")]
Reason = Annotated[str, typer.Option(help="Why; it is kept in the backfill, its mails and every snapshot.")]
Replan = Annotated[str | None, typer.Option(help="Plan this ended backfill again: same months, same reason.")]
IncludeOpen = Annotated[bool, typer.Option("--include-open", help="Also months that daily runs still add to.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask; only where the environment's approvals are off.")]
Reviewed = Annotated[str, typer.Option(help="Where reviewers let it begin; the first approval is given, naming this.")]
Follow = Annotated[bool, typer.Option("--follow", help="Wait for the end of the run.")]
OfDataset = Annotated[str | None, typer.Option("--dataset", help="Only those of this dataset.")]


@app.command()
def plan(
    dataset: DatasetName = None,
    months: Months = None,
    reason: Reason = "",
    replan: Replan = None,
    include_open: IncludeOpen = False,
    environment: Environment = LOCAL,
    as_json: AsJson = False,
) -> None:
    """Say what a backfill would read, replace and cost, and keep it as planned. Nothing is read or changed yet."""
    if not replan and not (dataset and months and reason.strip()):
        raise CommandError("expected DATASET MONTHS --reason TEXT, or --replan ID", USAGE)
    target = select(environment)
    found = (
        backfills.replan(target, replan, include_open)
        if replan
        else backfills.plan(target, str(dataset), str(months), reason, include_open)
    )
    github.set_output("backfill", found.backfill_id)
    github.add_summary(backfills.markdown(found))
    if as_json:
        print_json(asdict(found))
    else:
        backfills.print_plan(found)


@app.command()
def start(
    backfill_id: Id,
    yes: Yes = False,
    wait: Follow = False,
    reviewed: Reviewed = "",
    environment: Environment = LOCAL,
    as_json: AsJson = False,
) -> None:
    """Start the run of a planned backfill; where approvals are required it waits for one before it reads anything."""
    target = select(environment)
    if yes and target.approvals != OFF:
        raise CommandError(
            f"approvals are required in {environment} (terraform/envs/{environment}.tfvars), so --yes is not possible; "
            f"start it without, then somebody approves it: assay backfill approve {backfill_id} --reason TEXT",
            USAGE,
        )
    if target.approvals == OFF and not yes and not reviewed:
        typer.confirm(f"Start backfill {backfill_id} in {environment} now?", abort=True)
    run_id = backfills.start(target, backfill_id)
    if reviewed and target.approvals != OFF:
        reviewed_backfill.approve_start(target, backfill_id, f"reviewed at {reviewed}")
    if wait:
        follow(target, run_id, quiet=as_json)
    found = runs.story(target, run_id)
    outcome = found["ledger"].get("outcome") or found["status"].lower()
    if as_json:
        print_json({"backfill": backfill_id, "run": run_id, "outcome": outcome})
    else:
        out.print(f"run [bold]{run_id}[/] of backfill {backfill_id}: {outcome}", soft_wrap=True)
        if target.approvals != OFF and not wait and not reviewed:
            out.print(f"it waits for: assay backfill approve {backfill_id} --reason TEXT", soft_wrap=True)
    if wait and outcome != "succeeded":
        raise CommandError(f"run {run_id} ended as {outcome}", FAILED if outcome == "failed" else REFUSED)


@app.command()
def approve(backfill_id: Id, reason: Reason = "", environment: Environment = LOCAL, as_json: AsJson = False) -> None:
    """Let a run that waits go on: begin, or promote what it would change. Who and why goes into every snapshot."""
    _answer(backfill_id, APPROVED, reason, environment, as_json)


@app.command()
def deny(backfill_id: Id, reason: Reason = "", environment: Environment = LOCAL, as_json: AsJson = False) -> None:
    """End a run that waits; nothing of it is promoted."""
    _answer(backfill_id, DENIED, reason, environment, as_json)


@app.command()
def cancel(backfill_id: Id, reason: Reason = "", environment: Environment = LOCAL, as_json: AsJson = False) -> None:
    """Give a backfill up, as long as its promotion has not begun; its months are free for another one."""
    found = backfills.cancel(select(environment), backfill_id, reason)
    if as_json:
        print_json(asdict(found))
    else:
        out.print(f"backfill {backfill_id} is {found.status}; nothing was changed", soft_wrap=True)


@app.command()
def status(backfill_id: Id, environment: Environment = LOCAL, as_json: AsJson = False) -> None:
    """Tell the story of a backfill: plan, comparison, history, what it waits for."""
    target = select(environment)
    if as_json:
        print_json(backfills.story(target, backfill_id))
    else:
        backfills.print_story(target, backfill_id)


@app.command("list")
def list_(dataset: OfDataset = None, environment: Environment = LOCAL, as_json: AsJson = False) -> None:
    """List every backfill, newest first."""
    found = backfills.rows(select(environment), dataset)
    if as_json:
        print_json(found)
    else:
        backfills.print_rows(found)


def _answer(backfill_id: str, state: str, reason: str, environment: str, as_json: bool) -> None:
    given = backfills.answer(select(environment), backfill_id, state, reason)
    if as_json:
        print_json(given)
    else:
        out.print(f"{given['subject']} of run {given['run_id']} is {given['state']} by {given['by']}", soft_wrap=True)
