"""The everyday commands: apply, ingest, runs, query, demo."""

from pathlib import Path
from typing import Annotated, Any

import typer

from assay import cost as costs
from assay import demo as demonstration
from assay import promotion, stack
from assay import runs as run_list
from assay.console import USAGE, AsJson, CommandError, out, print_json, print_wide
from assay.deliveries import ingest_files, run_again
from assay.query import ask
from assay.run_end import end_with
from assay.target import LOCAL, Environment, select

Files = Annotated[list[Path], typer.Argument(help="CSV files, plain or gzip.")]
Dataset = Annotated[str, typer.Option(help="The dataset the files belong to.")]
IngestDate = Annotated[str | None, typer.Option(help="Day of delivery; default: from the path, else today (UTC).")]
Sql = Annotated[str, typer.Argument(help="One Athena statement.")]
RunName = Annotated[str, typer.Argument(help="A run id, as `assay runs` lists it.")]
BronzeKeys = Annotated[list[str], typer.Argument(help="Keys in bronze: DATASET/ingest_date=YYYY-MM-DD/NAME.csv.")]
Again = Annotated[bool, typer.Option("--again", help="Also sources that a run refused.")]
Days = Annotated[int, typer.Option(min=1, help="How many days to look back.")]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="How many runs to list.")]

_runs = typer.Typer(help="The list of runs, and the story of one.", invoke_without_command=True)


def register(app: typer.Typer) -> None:
    """Add the everyday commands to the app."""
    for command in (apply, ingest, query, demo, cost):
        app.command()(command)
    app.add_typer(_runs, name="runs")


def apply(environment: Environment = LOCAL, as_json: AsJson = False) -> None:
    """Build the artefacts and apply Terraform; a stack that has not changed is only looked at."""
    applied = stack.apply(select(environment), quiet=as_json)
    if as_json:
        print_json(applied.__dict__)
    else:
        out.print(f"stack [bold]{applied.name}[/] is up: build {applied.build_id}, {applied.how}")


def ingest(
    files: Files,
    dataset: Dataset = "transactions",
    ingest_date: IngestDate = None,
    environment: Environment = LOCAL,
    as_json: AsJson = False,
) -> None:
    """Deliver files to bronze, one after the other, and follow each run to its end."""
    stories = ingest_files(select(environment), dataset, files, ingest_date, quiet=as_json)
    if as_json:
        print_json(stories)
    end_with(*stories)


def query(sql: Sql, environment: Environment = LOCAL, as_json: AsJson = False) -> None:
    """Ask Athena and print the answer."""
    if not sql.strip():
        raise CommandError("there is no statement; for example: assay query 'SHOW TABLES'", USAGE)
    answer = ask(select(environment), sql)
    if as_json:
        print_json([dict(zip(answer.columns, row, strict=True)) for row in answer.rows])
        return
    print_wide(answer.columns, answer.rows)
    out.print(f"[dim]{len(answer.rows)} row(s), {answer.scanned_bytes:,} bytes scanned, {answer.milliseconds} ms[/]")


def cost(days: Days = 30, environment: Environment = LOCAL, as_json: AsJson = False) -> None:
    """What the runs and queries of the last days cost, from their records and a table of list prices."""
    target = select(environment)
    found, queries = costs.of_runs(target, days), costs.of_queries(target, days)
    if as_json:
        print_json(costs.as_record(found, queries, target.region))
    else:
        costs.print_costs(found, queries, days, target.region)


def demo(as_json: AsJson = False) -> None:
    """The whole thing on this machine: stack up, sample in, run shown, balances from Athena."""
    demonstration.play(quiet=as_json)


@_runs.callback()
def runs(context: typer.Context, limit: Limit = 20, environment: Environment = LOCAL, as_json: AsJson = False) -> None:
    """List the newest runs; `assay runs show RUN` tells the story of one."""
    if context.invoked_subcommand is not None:
        return
    found: list[dict[str, Any]] = run_list.rows(select(environment), limit)
    if as_json:
        print_json(found)
    else:
        run_list.print_rows(found)


@_runs.command()
def show(run: RunName, environment: Environment = LOCAL, as_json: AsJson = False) -> None:
    """Tell the story of one run: sources, counts, errors, states, outcome."""
    story = run_list.story(select(environment), run)
    if as_json:
        print_json(story)
    else:
        run_list.print_story(story)


@_runs.command()
def again(run: RunName, environment: Environment = LOCAL, as_json: AsJson = False) -> None:
    """Run the sources of a run that failed, was refused or was rolled back again, as a new run."""
    ended = run_again(select(environment), run, quiet=as_json)
    if as_json:
        print_json(ended)
    end_with(ended)


@_runs.command()
def plan(
    keys: BronzeKeys,
    dataset: Dataset = "transactions",
    again: Again = False,
    environment: Environment = LOCAL,
    as_json: AsJson = False,
) -> None:
    """Plan a run that you start yourself with `aws glue start-job-run`; it stays unpromoted until `assay promote`."""
    found = promotion.plan_by_hand(select(environment), dataset, keys, again)
    if as_json:
        print_json(found)
    else:
        promotion.print_plan(found)
