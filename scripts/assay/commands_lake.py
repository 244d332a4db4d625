"""What is current, and how people change it: history, rollback, promote, compact, gc."""

from typing import Annotated, Any

import typer

from assay import collection, compaction, promotion
from assay import history as history_of
from assay import rollback as rolling
from assay.console import USAGE, AsJson, CommandError, print_json
from assay.open_lake import open_lake
from assay.run_end import DRY_RUN, end_with
from assay.target import LOCAL, Environment, select
from lake.rules.partition import named
from lake.steps.history import history as read_history
from lake.steps.places import SILVER, place_of

Dataset = Annotated[str, typer.Option(help="The dataset.")]
Partition = Annotated[str, typer.Argument(help="2024-03, or its path year=2024/month=03.")]
Partitions = Annotated[list[str] | None, typer.Argument(help="One partition; with --run those that moved since.")]
Layer = Annotated[str, typer.Option(help="silver, gold or quarantine.")]
Last = Annotated[int, typer.Option(min=1, help="How many snapshots to list.")]
To = Annotated[str, typer.Option(help="Snapshot id or sequence; default: the one before the current.")]
Run = Annotated[str, typer.Option("--run", help="Undo everything this run promoted in silver and quarantine.")]
RunId = Annotated[str, typer.Option("--run-id", help="The run whose output is to be promoted.")]
Reason = Annotated[str, typer.Option(help="Why; it goes into the snapshot and the ledger.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")]
Override = Annotated[bool, typer.Option("--override", help="Set quality thresholds aside; needs --reason.")]
Months = Annotated[str, typer.Argument(help="A month, or two: 2024-01..2024-03.")]
Keep = Annotated[int, typer.Option(min=1, help="Snapshots of each partition that may still come back.")]
Grace = Annotated[float, typer.Option(min=0, help="Days for which the output of a run is kept in any case.")]
Delete = Annotated[bool, typer.Option("--delete/--dry-run", help="Delete, or only look (the default).")]


def register(app: typer.Typer) -> None:
    """Add these commands to the app."""
    for command in (history, rollback, promote, compact, gc):
        app.command()(command)


def history(
    partition: Partition,
    dataset: Dataset = "transactions",
    layer: Layer = SILVER,
    last: Last = 20,
    environment: Environment = LOCAL,
    as_json: AsJson = False,
) -> None:
    """List the snapshots of a partition, newest first: what, when, which run, who and why."""
    name, lake = named(partition, layer), open_lake(select(environment))
    found = read_history(lake, place_of(lake, dataset, layer), name, last)
    if as_json:
        print_json(history_of.as_json(found))
    else:
        history_of.print_history(found, name)


def rollback(
    partitions: Partitions = None,
    run: Run = "",
    to: To = "",
    reason: Reason = "",
    dataset: Dataset = "transactions",
    dry_run: DryRun = False,
    environment: Environment = LOCAL,
    as_json: AsJson = False,
) -> None:
    """Make an earlier snapshot of a partition current again, or undo a whole run; gold follows."""
    if not reason:
        raise CommandError("a rollback needs a --reason", USAGE)
    paths = [named(each) for each in partitions or []]
    details = rolling.order_details(run, paths, to, reason)
    told = rolling.roll_back(select(environment), dataset, details, dry_run, quiet=as_json)
    if as_json:
        print_json(told)
    end_with(told)


def promote(
    run_id: RunId,
    dry_run: DryRun = False,
    override: Override = False,
    reason: Reason = "",
    environment: Environment = LOCAL,
    as_json: AsJson = False,
) -> None:
    """Promote the output of an unpromoted run: one started by hand, or, with --override, one the gate refused."""
    if override and not reason:
        raise CommandError("--override needs a --reason", USAGE)
    target = select(environment)
    preview = promotion.look(target, run_id, override, reason)
    if not as_json:
        promotion.print_preview(preview)
    if dry_run:
        told: dict[str, Any] = promotion.as_json(preview)
    else:
        told = promotion.promote(target, run_id, override, reason, quiet=as_json)
    if as_json:
        print_json(told)
    end_with({"outcome": DRY_RUN, **told})


def compact(
    dataset: Annotated[str, typer.Argument(help="A silver dataset.")],
    months: Months,
    reason: Reason = "",
    dry_run: DryRun = False,
    environment: Environment = LOCAL,
    as_json: AsJson = False,
) -> None:
    """Write months of many small files into few large ones; the rows stay the same, and it is proved."""
    first, _, last = months.partition("..")
    given = {"first": first, "last": last or first, "reason": reason}
    told = compaction.compact(select(environment), dataset, given, dry_run, quiet=as_json)
    if as_json:
        print_json(told)
    end_with(told)


def gc(
    dataset: Dataset = "transactions",
    keep: Keep = 10,
    grace_days: Grace = 14,
    delete: Delete = False,
    environment: Environment = LOCAL,
    as_json: AsJson = False,
) -> None:
    """Show, or delete, files of runs that no kept snapshot names: of the dataset, its quarantine and its gold."""
    found = collection.collect(select(environment), dataset, keep, grace_days, delete)
    if as_json:
        print_json(collection.as_json(found, delete))
    else:
        collection.print_garbage(found, delete)
