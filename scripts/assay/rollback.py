"""`assay rollback`: show what it would do, then ask for the run."""

from typing import Any

from assay import requests
from assay.console import out, print_table
from assay.open_lake import open_lake, who
from assay.target import Target
from lake.rules.rollback import Restoration, order_of
from lake.rules.run import RunKind
from lake.steps.choose_rollback import choose_rollback, sources_lost

COLUMNS = ("layer", "partition", "now", "rows now", "goes back to", "rows then", "commits undone")


def order_details(run: str, partitions: list[str], to: str, reason: str) -> dict[str, str]:
    """The request's details, without what was not given."""
    given = {
        "run": run, "partitions": ",".join(partitions), "to": to, "reason": reason,
    }  # fmt: skip
    return {name: value for name, value in given.items() if value}


def roll_back(target: Target, dataset: str, details: dict[str, str], dry_run: bool, quiet: bool) -> dict[str, Any]:
    """Check and show; unless it is only a look, start the run and follow it."""
    details = {**details, "requested_by": who(target)}
    found = choose_rollback(open_lake(target), dataset, order_of(details))
    told: dict[str, Any] = {"partitions": [_told(each) for each in found], "sources": _lost(found)}
    if not quiet:
        _print(found)
    if dry_run or not found:
        return {**told, "run": None, "outcome": "nothing_to_do" if not found else "dry_run"}
    story = requests.request_and_follow(target, dataset, RunKind.ROLLBACK, details, quiet)
    return {**told, "run": story["run"], "outcome": requests.outcome(story)}


def _told(each: Restoration) -> dict[str, Any]:
    return {
        "layer": each.layer,
        "partition": each.partition,
        "current": each.current.snapshot_id,
        "rows_now": each.current.rows,
        "target": each.target.snapshot_id if each.target else None,
        "rows_then": sum(file.rows for file in each.files),
        "undone": [snapshot.run_id for snapshot in each.undone],
    }


def _lost(found: list[Restoration]) -> list[str]:
    return sorted(each.key for each in sources_lost(found))


def _print(found: list[Restoration]) -> None:
    if not found:
        out.print("nothing to do: the partitions show these files already")
        return
    rows = [
        (
            each["layer"], each["partition"], each["current"], each["rows_now"], each["target"] or "(empty)",
            each["rows_then"], ", ".join(each["undone"]),
        )
        for each in map(_told, found)
    ]  # fmt: skip
    print_table(COLUMNS, rows)
    for key in _lost(found):
        out.print(f"source     {key}: its rows go back; they come again only when somebody asks for it", soft_wrap=True)
