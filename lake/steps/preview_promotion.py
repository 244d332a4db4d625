"""What the promotion of an unpromoted run would change, and what the gate says. Reads only."""

from dataclasses import dataclass

from lake.rules.gate import quality_reasons
from lake.rules.journal import SILVER
from lake.rules.run import RunId
from lake.rules.summary import APPEND
from lake.rules.trigger import RunRequest
from lake.steps.current import read_pointer, read_snapshot
from lake.steps.lake import Lake
from lake.steps.plan_promotion import unpromoted
from lake.steps.read_run_summary import read_run_summary
from lake.steps.summaries import parts_of, read_summary, written_by


@dataclass(frozen=True)
class Change:
    """One partition: what would be current, what is, and what was when the run looked."""

    table: str
    partition: str
    mode: str
    rows: int
    files: int
    rows_now: int
    rows_then: int
    base: str | None
    current: str | None


@dataclass(frozen=True)
class Preview:
    """Everything a promotion would change. `overridable`: those reasons of the gate that a person may set aside."""

    run_id: str
    dataset: str
    reasons: tuple[str, ...]
    overridable: tuple[str, ...]
    changes: tuple[Change, ...]


def preview_promotion(lake: Lake, request: RunRequest) -> Preview:
    """Judge and compare. Raises InvalidRequestError or SummaryMissingError when there is nothing to promote."""
    plan = unpromoted(lake, request)
    run_id = RunId(plan.run_id)
    part = parts_of(lake, plan, SILVER)[0]
    summary = read_summary(lake, run_id, part)
    quality = tuple(quality_reasons(summary, plan, part.contract))
    changes = []
    for written in written_by(lake, part, summary):
        for each in written.partitions:
            pointer = read_pointer(lake.store, written.place, each.partition)
            now = read_snapshot(lake.store, written.place, each.partition, pointer.snapshot_id).rows if pointer else 0
            changes.append(
                Change(
                    table=written.name,
                    partition=each.partition,
                    mode=summary.mode,
                    rows=each.rows,
                    files=len(each.files),
                    rows_now=now,
                    rows_then=now + each.rows if summary.mode == APPEND else each.rows,
                    base=each.base.snapshot_id if each.base else None,
                    current=pointer.snapshot_id if pointer else None,
                )
            )
    reasons = read_run_summary(lake, run_id, SILVER).reasons
    return Preview(plan.run_id, plan.dataset, reasons, quality, tuple(changes))
