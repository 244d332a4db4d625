"""`assay contract status | deprecate | close | migrate | archive`: the life of a dataset's schema versions."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Annotated

import typer

from assay import migration, runs, version_life
from assay.console import REFUSED, AsJson, CommandError, out, print_json, print_table
from assay.requests import outcome
from assay.run_end import end_with
from assay.target import LOCAL, Environment, Target, select
from lake.rules.life_cycle import ARCHIVED, CLOSED, DEPRECATED, next_status
from lake.rules.standing import Standing, obstacles

Dataset = Annotated[str, typer.Argument(help="The dataset.")]
Version = Annotated[str, typer.Argument(help="The schema version, such as v1.")]
Reason = Annotated[str, typer.Option(help="Why; producers and readers are told.")]
Days = Annotated[int, typer.Option(help="How many days back to look for writes and readers.")]
Months = Annotated[str, typer.Argument(help="2017-01..2017-05, or one month.")]
Override = Annotated[bool, typer.Option("--override", help="Go on although somebody still writes or reads it.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the group."""
    for command in (status, deprecate, close, migrate, archive):
        app.command()(command)


def status(
    dataset: Dataset = "transactions", days: Days = 30, environment: Environment = LOCAL, as_json: AsJson = False
) -> None:
    """Show each version: rows, last write, who reads it by name, and what is in the way of its next step."""
    target = select(environment)
    found = version_life.standings(target, dataset, days)
    through_the_view = version_life.view_readers(target, dataset, days)
    if as_json:
        versions = [{**asdict(each), "in_the_way": _told(each, days)} for each in found]
        print_json({"versions": versions, "view_readers": [asdict(each) for each in through_the_view]})
        return
    columns = ("version", "status", "rows", "partitions", "last write", "readers", "next step")
    print_table(columns, [_row(each, days) for each in found])
    for each in found:
        _print_list(f"{each.schema_version} is read by", map(str, each.readers))
        _print_list(f"{each.schema_version} cannot be {next_status(each.status)} yet", _told(each, days))
    _print_list(f"through the view {dataset}, which needs nothing of its readers", map(str, through_the_view))


def deprecate(dataset: Dataset, version: Version, reason: Reason, as_json: AsJson = False) -> None:
    """Say that a version has a successor: its owners are mailed, nothing else changes."""
    _move(dataset, version, DEPRECATED, reason, as_json)


def close(
    dataset: Dataset,
    version: Version,
    reason: Reason,
    days: Days = 30,
    override: Override = False,
    environment: Environment = LOCAL,
    as_json: AsJson = False,
) -> None:
    """Let a version accept no more data: a file with its header is refused with the reason."""
    _require_free(select(environment), dataset, version, days, override)
    _move(dataset, version, CLOSED, reason, as_json)


def migrate(
    dataset: Dataset,
    old: Version,
    new: Version,
    months: Months,
    environment: Environment = LOCAL,
    as_json: AsJson = False,
) -> None:
    """Move the rows of months to the newest version: no row changes, and readers of the view see each exactly once."""
    story = migration.migrate(select(environment), dataset, (old, new), months, quiet=as_json)
    if as_json:
        print_json(story)
    else:
        runs.print_story(story, with_states=False)
    end_with({"run": story["run"], "outcome": outcome(story)})


def archive(
    dataset: Dataset,
    version: Version,
    reason: Reason,
    days: Days = 30,
    override: Override = False,
    environment: Environment = LOCAL,
    as_json: AsJson = False,
) -> None:
    """Take a version out of the view, once no row is left in it."""
    _require_free(select(environment), dataset, version, days, override)
    _move(dataset, version, ARCHIVED, reason, as_json)


def _require_free(target: Target, dataset: str, version: str, days: int, override: bool) -> None:
    for found in version_life.standings(target, dataset, days):
        if found.schema_version == version:
            in_the_way = obstacles(found, _today(), days)
            stopping = [each.told for each in in_the_way if each.is_final or not override]
            if stopping:
                raise CommandError("\n".join(stopping), REFUSED)


def _move(dataset: str, version: str, status: str, reason: str, as_json: bool) -> None:
    version_life.move(dataset, version, status, reason, _today())
    if as_json:
        print_json({"dataset": dataset, "version": version, "status": status})
        return
    out.print(f"{dataset} {version} is {status} in contracts/{dataset}/dataset.yaml")
    out.print("next: [bold]make render[/], a pull request, and [bold]assay apply[/]")


def _row(found: Standing, days: int) -> tuple[object, ...]:
    following = next_status(found.status) or "none"
    ready = "" if _told(found, days) else " (nothing in the way)"
    return (
        found.schema_version,
        found.status,
        f"{found.rows:,}",
        found.partitions,
        found.last_write,
        len(found.readers),
        f"{following}{ready}",
    )


def _told(found: Standing, days: int) -> list[str]:
    return [each.told for each in obstacles(found, _today(), days)]


def _print_list(head: str, lines: Iterable[str]) -> None:
    listed = list(lines)
    if listed:
        out.print(f"{head}:")
    for line in listed:
        out.print(f"  {line}", markup=False, soft_wrap=True)


def _today() -> date:
    return datetime.now(UTC).date()
