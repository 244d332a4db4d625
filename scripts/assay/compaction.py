"""`assay compact`: show which months are worth it, then ask for the run."""

from typing import Any

from assay import requests
from assay.console import out, print_table
from assay.open_lake import open_lake, who
from assay.target import Target
from lake.rules.partition import month_of
from lake.rules.run import RunKind
from lake.steps.plan_compaction import files_after, scattered

COLUMNS = ("month", "rows", "files", "files_after")


def compact(target: Target, dataset: str, given: dict[str, str], dry_run: bool, quiet: bool) -> dict[str, Any]:
    """Look and show; unless it is only a look, start the run and follow it."""
    details = {name: value for name, value in {**given, "requested_by": who(target)}.items() if value}
    rows = _months(target, dataset, details)
    told: dict[str, Any] = {"months": [dict(zip(COLUMNS, row, strict=True)) for row in rows], "run": None}
    if not quiet:
        _print(rows)
    if dry_run or not rows:
        return {**told, "outcome": "dry_run" if rows else "nothing_to_do"}
    story = requests.request_and_follow(target, dataset, RunKind.COMPACT, details, quiet)
    return {**told, "run": story["run"], "outcome": requests.outcome(story)}


def _months(target: Target, dataset: str, details: dict[str, str]) -> list[tuple[str, int, int, int]]:
    lake = open_lake(target)
    contract = lake.contracts.newest(dataset)
    found = scattered(lake, contract, details["first"], details["last"])
    return [(month_of(each.partition), each.rows, len(each.files), files_after(contract, each)) for each in found]


def _print(rows: list[tuple[str, int, int, int]]) -> None:
    if rows:
        print_table(COLUMNS, rows)
    else:
        out.print("nothing to do: no month has many more files than it needs")
