"""`assay history`: the snapshots of a partition, newest first."""

from dataclasses import asdict
from typing import Any

from assay.console import out, print_table
from lake.rules.snapshot import Snapshot

COLUMNS = ("sequence", "mode", "rows", "files", "run", "at", "by", "why", "build")


def as_json(found: list[Snapshot]) -> list[dict[str, Any]]:
    """Every snapshot with everything it says, but its files as a number."""
    return [{**asdict(each), "files": len(each.files), "sources": len(each.sources)} for each in found]


def print_history(found: list[Snapshot], partition: str) -> None:
    """The snapshots as a table; the first is current."""
    rows = [
        (
            each.sequence,
            each.mode,
            f"{each.rows:,}",
            len(each.files),
            each.run_id,
            each.committed_at,
            (each.approved_by or "").rpartition("/")[2],
            each.reason,
            each.build_id,
        )
        for each in found
    ]
    print_table(COLUMNS, rows, title=f"{found[0].dataset} {partition}: the first line is current")
    for each in found:
        counts = ", ".join(f"{count:,} {name}" for name, count in each.counts.items() if count)
        out.print(f"[dim]{each.sequence}  {each.snapshot_id}  {counts and f'run: {counts}'}[/]", soft_wrap=True)
