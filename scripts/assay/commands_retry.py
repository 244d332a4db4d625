"""`assay quarantine retry | accept | check`: what a steward does about rows that wait."""

from pathlib import Path
from typing import Annotated, Any

import typer

from assay import retries
from assay.build import REPOSITORY
from assay.commands_quarantine import Dataset, Reason, begin, wanted_rows
from assay.console import FAILED, USAGE, AsJson, CommandError, out, print_json, print_table
from assay.query import ask
from assay.run_end import end_with
from assay.target import LOCAL, Environment, select
from lake.rules.correction import ACCEPT, RETRY
from lake.rules.held_state import OPEN

Sheet = Annotated[Path | None, typer.Argument(metavar="FILE", help="A correction sheet, as `export` wrote it.")]
All = Annotated[bool, typer.Option("--all", help="Open rows as they are, where the rules have changed.")]
Why = Annotated[str, typer.Option(help="Why; it goes into the history of every row.")]
Note = Annotated[str, typer.Option(help="Why, for the ledger.")]
Ids = Annotated[str, typer.Option(help="Row ids, separated by commas.")]
CHECK = REPOSITORY / "sql" / "checks" / "rows_are_in_one_state.sql"
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only check, and say what would be tried.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the app."""
    for command in (retry, accept, check):
        app.command()(command)


def retry(
    file: Sheet = None,
    every: All = False,
    reason: Reason = None,
    note: Note = "",
    dataset: Dataset = "transactions",
    dry_run: DryRun = False,
    environment: Environment = LOCAL,
    as_json: AsJson = False,
) -> None:
    """Try rows again: those of a correction sheet, or with --all those whose rules have changed."""
    if (file is None) is not every:
        raise CommandError("name a correction sheet, or --all with or without --reason", USAGE)
    target, contracts = begin(environment, dataset)
    left = 0
    if file is not None:
        rows, why = retries.from_sheet(target, contracts, dataset, file), note or f"corrections in {file.name}"
    else:
        rows, left = retries.as_they_are(target, contracts, dataset, wanted_rows(reason, None, None, None))
        why = note or f"the rules have changed{f' ({reason})' if reason else ''}"
    if not as_json:
        out.print(f"{len(rows):,} row(s) to try again" + (f"; {left:,} wait under the same rules" if left else ""))
    if not rows or dry_run:
        tell_run({"rows": len(rows), "run": None, "outcome": "dry_run" if rows else "nothing_to_do"}, as_json)
        return
    tell_run(retries.ask(target, dataset, rows, RETRY, why, quiet=as_json), as_json)


def accept(
    ids: Ids,
    reason: Why,
    dataset: Dataset = "transactions",
    environment: Environment = LOCAL,
    as_json: AsJson = False,
) -> None:
    """Give rows up: nobody can say what was meant. They are condemned, and stay findable."""
    target, contracts = begin(environment, dataset)
    rows = retries.named(target, contracts, dataset, split_ids(ids), OPEN)
    tell_run(retries.ask(target, dataset, rows, ACCEPT, _given(reason), quiet=as_json), as_json)


def split_ids(ids: str) -> list[str]:
    """Row ids that a person typed."""
    found = [each.strip() for each in ids.split(",") if each.strip()]
    if not found:
        raise CommandError("--ids names no row", USAGE)
    return found


def _given(reason: str) -> str:
    if not reason.strip():
        raise CommandError("a --reason is needed", USAGE)
    return reason


def tell_run(told: dict[str, Any], as_json: bool) -> None:
    """Say how a run ended; whatever is no success ends the command with an error."""
    if as_json:
        print_json(told)
    elif told.get("counts", {}).get("outside"):
        out.print(f"{told['counts']['outside']:,} row(s) were tried since by somebody else and were left alone")
    end_with(told)


def check(environment: Environment = LOCAL, as_json: AsJson = False) -> None:
    """See that each row of quarantine is in one state, and in silver only where it is recovered."""
    answer = ask(select(environment), CHECK.read_text())
    if as_json:
        print_json([dict(zip(answer.columns, row, strict=True)) for row in answer.rows])
    elif answer.rows:
        print_table(answer.columns, answer.rows)
    if answer.rows:
        raise CommandError(f"{len(answer.rows)} row(s) are in two states, or in none", FAILED)
    if not as_json:
        out.print("each row is in exactly one state")
