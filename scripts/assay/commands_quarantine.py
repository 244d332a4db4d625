"""`assay quarantine summary | list | show | export | report`: what waits, why, and the way out."""

import sys
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from assay import held_rows, quarantine_text, row_story
from assay.console import USAGE, AsJson, CommandError, out, print_json
from assay.held_rows import CONDEMNED, OPEN, Wanted
from assay.report.gather import gather
from assay.report.page import page
from assay.target import LOCAL, Environment, Target, select
from lake.bundle import contracts_root
from lake.errors import InvalidRequestError
from lake.rules.checks import rule_set_of
from lake.rules.contract import Contracts, load_contracts
from lake.rules.correction_sheet import correction_sheet, too_long
from lake.rules.waiting import Waiting, waiting

app = typer.Typer(help="Rows that wait for a person: see why, correct them, try again.", no_args_is_help=True)

Dataset = Annotated[str, typer.Option(help="The dataset whose rows wait.")]
Reason = Annotated[str | None, typer.Option(help="Only rows with this error code, e.g. BAD_TYPE.")]
Source = Annotated[str | None, typer.Option(help="Only rows of this source: its id, or the beginning of it.")]
Since = Annotated[str | None, typer.Option(help="Only rows delivered on this day or later, YYYY-MM-DD.")]
Limit = Annotated[int, typer.Option(help="How many rows to list.")]
RowName = Annotated[str, typer.Argument(metavar="ROW", help="A row id, as `assay quarantine list` shows it.")]
OutFile = Annotated[Path | None, typer.Option("--out", help="Write here instead of to standard output.")]
PageFile = Annotated[Path, typer.Option("--out", help="The HTML file to write.")]


@app.command()
def summary(dataset: Dataset = "transactions", environment: Environment = LOCAL, as_json: AsJson = False) -> None:
    """Rows that wait by reason, age and source; condemned rows; what to do next."""
    target, contracts = begin(environment, dataset)
    today = _today()
    held, condemned = (_waiting(target, contracts, dataset, table, today) for table in (OPEN, CONDEMNED))
    if as_json:
        print_json({"dataset": dataset, "date": today, "open": asdict(held), "condemned": asdict(condemned)})
    else:
        quarantine_text.print_summary(dataset, held, condemned)


@app.command("list")
def list_rows(
    dataset: Dataset = "transactions",
    reason: Reason = None,
    source: Source = None,
    since: Since = None,
    limit: Limit = 20,
    environment: Environment = LOCAL,
    as_json: AsJson = False,
) -> None:
    """The rows that wait, oldest delivery first, with what is wrong with each."""
    wanted = wanted_rows(reason, source, since, limit)
    target, contracts = begin(environment, dataset)
    found = held_rows.rows(target, dataset, OPEN, wanted)
    if as_json:
        print_json([asdict(each) for each in found])
    else:
        quarantine_text.print_list(found, contracts.newest(dataset), limit)


@app.command()
def show(
    row: RowName, dataset: Dataset = "transactions", environment: Environment = LOCAL, as_json: AsJson = False
) -> None:
    """The whole story of one row: its file, its record, what is wrong, what was tried, where it is now."""
    target, contracts = begin(environment, dataset)
    story = row_story.story_of(target, contracts, dataset, row)
    if as_json:
        print_json(row_story.as_json(story))
    else:
        quarantine_text.print_story(story)


@app.command()
def export(
    dataset: Dataset = "transactions",
    reason: Reason = None,
    source: Source = None,
    since: Since = None,
    out_file: OutFile = None,
    environment: Environment = LOCAL,
    as_json: AsJson = False,
) -> None:
    """Rows to correct in a spreadsheet, as CSV: `assay quarantine export --reason BAD_TYPE > fix.csv`."""
    if as_json and out_file is None:
        raise CommandError("the CSV and the JSON cannot both go to standard output; name a file with --out", USAGE)
    wanted = wanted_rows(reason, source, since, None)
    target, contracts = begin(environment, dataset)
    contract, rows = contracts.newest(dataset), held_rows.rows(target, dataset, OPEN, wanted)
    body, cut = correction_sheet(contract, rows).encode(), too_long(contract, rows)
    if out_file is None:
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()
    else:
        out_file.write_bytes(body)
    if as_json:
        print_json({"file": str(out_file), "rows": len(rows), "cut_by_excel": cut})
    else:
        quarantine_text.print_exported(len(rows), cut, str(out_file or "fix.csv"))


@app.command()
def report(
    out_file: PageFile = Path("quarantine.html"),
    dataset: Dataset = "transactions",
    environment: Environment = LOCAL,
    as_json: AsJson = False,
) -> None:
    """Write one HTML file that shows what waits, for how long and where it came from; personal data is masked."""
    target, contracts = begin(environment, dataset)
    found = gather(target, contracts, dataset, datetime.now(UTC))
    out_file.write_text(page(found), encoding="utf-8")
    if as_json:
        print_json({"file": str(out_file), "rows": found.open.rows})
    else:
        out.print(f"wrote [bold]{out_file}[/]: {found.open.rows:,} row(s) wait", soft_wrap=True)


def _waiting(target: Target, contracts: Contracts, dataset: str, table: str, today: date) -> Waiting:
    rule_sets = {each.schema_version: rule_set_of(each) for each in contracts.versions(dataset)}
    return waiting(held_rows.groups(target, dataset, table), today, rule_sets)


def wanted_rows(reason: str | None, source: str | None, since: str | None, limit: int | None) -> Wanted:
    """The rows that a person's options ask for."""
    try:
        day = date.fromisoformat(since).isoformat() if since else None
    except ValueError as error:
        raise CommandError(f"'{since}' is not a day, expected YYYY-MM-DD", USAGE) from error
    return Wanted(reason.upper() if reason else None, source, day, limit)


def begin(environment: str, dataset: str) -> tuple[Target, Contracts]:
    """The environment and the contracts, for a dataset whose rows can wait."""
    contracts = load_contracts(contracts_root())
    try:
        layer = contracts.newest(dataset).layer
    except InvalidRequestError as error:
        raise CommandError(str(error), USAGE) from error
    if layer != "silver":
        raise CommandError(
            f"{dataset} is a dataset of {layer}; only rows of a silver dataset wait in quarantine", USAGE
        )
    return select(environment), contracts


def _today() -> date:
    return datetime.now(UTC).date()
