"""`assay drift` and `assay review …`: what workflows ask besides building and deploying."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from assay import drift as drifting
from assay import github, review
from assay.console import REFUSED, USAGE, AsJson, CommandError, out, print_json
from assay.target import LOCAL, Environment, select

DRIFTED = 2
_review = typer.Typer(help="What a pull request would change, for its reviewers.", no_args_is_help=True)

Tell = Annotated[bool, typer.Option("--tell", help="Send an event about drift, which becomes a mail.")]
Against = Annotated[str, typer.Option(help="The commit that the pull request starts from.")]
Output = Annotated[Path, typer.Option(help="The file to write the comment to.")]
Comment = Annotated[Path, typer.Argument(help="The file that `assay review render` wrote.", exists=True)]
PullRequest = Annotated[int, typer.Option(help="The number of the pull request.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    app.command()(drift)
    app.add_typer(_review, name="review")


def drift(tell: Tell = False, environment: Environment = LOCAL, as_json: AsJson = False) -> None:
    """Compare the stack with what Terraform left there; exit code 0: the same, 2: drift, 1: it could not be told."""
    target = select(environment)
    found = drifting.find(target)
    if as_json:
        print_json([asdict(each) for each in found])
    else:
        drifting.print_drift(target, found)
    github.add_summary("\n".join(f"- `{each}`" for each in found) or "No drift.")
    if found and tell:
        drifting.tell(target, found)
    if found:
        raise typer.Exit(DRIFTED)


@_review.command()
def render(against: Against = "origin/main", output: Output = Path("review.md"), as_json: AsJson = False) -> None:
    """Judge the contracts against a commit, plan the stack against that commit's on a local AWS, write a comment."""
    found = review.review(against)
    text = review.markdown(found)
    output.write_text(text, encoding="utf-8")
    github.add_summary(text)
    if as_json:
        print_json(asdict(found))
    else:
        out.print(text, markup=False, soft_wrap=True)
    if found.problems:
        raise CommandError("the contracts are refused: " + "; ".join(found.problems), REFUSED)


@_review.command()
def post(comment: Comment, pull_request: PullRequest, as_json: AsJson = False) -> None:
    """Put the comment on the pull request, in place of the one before (GitHub Actions only)."""
    text = comment.read_text(encoding="utf-8")
    if not text.strip():
        raise CommandError(f"{comment} is empty; write it with: assay review render", USAGE)
    address = github.put_comment(pull_request, review.MARKER, text)
    if as_json:
        print_json({"pull_request": pull_request, "comment": address})
    else:
        out.print(address, soft_wrap=True)
