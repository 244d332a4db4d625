"""`assay deploy …`: make a build the active one, with a smoke test before and the previous build behind."""

from pathlib import Path
from typing import Annotated, Any

import typer

from assay import deploy as deployments
from assay import github, planned_file
from assay.console import REFUSED, AsJson, CommandError, out, print_json, print_table
from assay.deploy import How
from assay.deployment_text import status_lines
from assay.target import LOCAL, Environment, select

app = typer.Typer(help="Make a build the active one; status, resume, revert, plan.", invoke_without_command=True)
BuildId = Annotated[str | None, typer.Option("--build", help="A kept build; default: one of these sources.")]
Reason = Annotated[str, typer.Option(help="Why; it goes into the journal and the mail.")]
TakeOver = Annotated[
    bool, typer.Option("--take-over", help="Another process began, and you know that it is not at work any more.")
]
ReviewedPlan = Annotated[
    Path | None, typer.Option(help="What `plan --out` wrote; deploy only if the plan is still the same.", exists=True)
]
Out = Annotated[Path | None, typer.Option("--out", help="Also write the plan to this file, for --reviewed-plan.")]
AllowDestroy = Annotated[
    list[str] | None, typer.Option("--allow-destroy", metavar="ADDRESS", help="A protected resource that may go.")
]


@app.callback()
def deploy(
    context: typer.Context,
    build_id: BuildId = None,
    reason: Reason = "",
    allow_destroy: AllowDestroy = None,
    take_over: TakeOver = False,
    reviewed_plan: ReviewedPlan = None,
    environment: Environment = LOCAL,
    as_json: AsJson = False,
) -> None:
    """Plan, apply, smoke-test and activate a build; whatever fails, the previous build comes back."""
    if context.invoked_subcommand is not None:
        return
    target = select(environment)
    approved = planned_file.read(reviewed_plan) if reviewed_plan is not None else None
    how = How(reason, tuple(allow_destroy or ()), approved, take_over)
    _tell(deployments.deploy(target, build_id, how, quiet=as_json), as_json)


@app.command()
def resume(take_over: TakeOver = False, environment: Environment = LOCAL, as_json: AsJson = False) -> None:
    """Go on with a deployment whose process died."""
    _tell(deployments.resume(select(environment), take_over, quiet=as_json), as_json)


@app.command()
def revert(
    reason: Reason = "asked for at the command line",
    take_over: TakeOver = False,
    environment: Environment = LOCAL,
    as_json: AsJson = False,
) -> None:
    """Give an unfinished deployment up, or deploy the build that was active before."""
    _tell(deployments.revert(select(environment), reason, take_over, quiet=as_json), as_json)


@app.command()
def status(environment: Environment = LOCAL, as_json: AsJson = False) -> None:
    """Say which build is active, and how far the newest deployment is."""
    found = deployments.status(select(environment))
    if as_json:
        print_json(found)
    else:
        for line in status_lines(found):
            out.print(line, soft_wrap=True, markup=False, highlight=False)


@app.command()
def plan(
    build_id: BuildId = None, out_file: Out = None, environment: Environment = LOCAL, as_json: AsJson = False
) -> None:
    """Show what a deployment would change; exit code 3 when it would not be allowed."""
    found = deployments.plan(select(environment), build_id)
    github.add_summary(planned_file.markdown(found, environment))
    if out_file is not None:
        planned_file.write(found, out_file)
    if as_json:
        print_json(found)
    else:
        print_table(("change", "resource"), [("/".join(each["actions"]), each["address"]) for each in found["changes"]])
        told = ", ".join(f"{count} {word}" for word, count in found["counts"].items()) or "nothing changes"
        out.print(f"build [bold]{found['build_id']}[/]: {told}; plan [bold]{found['digest']}[/]")
    if found["refused"]:
        raise CommandError("a deployment would refuse this plan: " + "; ".join(found["refused"]), REFUSED)


def _tell(deployment: Any, as_json: bool) -> None:
    if as_json:
        print_json(deployment.__dict__)
    elif deployment.phase == "deployed":
        out.print(f"build [bold]{deployment.build_id}[/] is active in {deployment.environment}")
    deployments.end_with(deployment)
