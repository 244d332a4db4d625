"""What people are told of backfills: what is asked or happened, what to look at, the exact command."""

from collections.abc import Sequence

from lake.rules.approval import START
from lake.rules.backfill import Backfill
from lake.rules.event import Event, EventKind
from lake.rules.ledger import CANCELLED, DENIED, EXPIRED, RunEnd
from lake.rules.summary import PartitionComparison

_ENDS = {DENIED: "was denied", EXPIRED: "expired", CANCELLED: "was cancelled"}


def approval_needed(environment: str, backfill: Backfill, subject: str, hours: float) -> Event:
    """People are asked whether a run may begin, or promote what it has written."""
    name = backfill.backfill_id
    if subject == START:
        what, lines = "to begin", plan_lines(backfill)
        data = "No. Nothing has been read or written yet."
    else:
        what = "to promote"
        lines = [*backfill.above_tolerance, "All of it:", *comparison_lines(backfill.comparison)]
        data = "No. What it wrote lies under its own run_id; readers see what they saw before."
    return Event(
        EventKind.APPROVAL_NEEDED,
        environment,
        reason=f"backfill of {backfill.months} waits {what} ({name})",
        dataset=backfill.dataset,
        run_id=backfill.run_id or "",
        lines=(
            f"reason: {backfill.reason}",
            f"requested by: {backfill.requester}",
            *lines,
            f"look at it: assay backfill status {name} --env {environment}",
            f"deny it: assay backfill deny {name} --reason TEXT --env {environment}",
            f"without an answer it expires after {hours:g} hours, and nothing is changed",
        ),
        data=data,
        next_step=f"approve it or deny it: assay backfill approve {name} --reason TEXT --env {environment}",
    )


def not_approved(environment: str, end: RunEnd, backfill: Backfill) -> Event:
    """A run that ended because people said no, said nothing, or gave it up."""
    again = "start" if end.outcome == EXPIRED else "plan --replan"
    return Event(
        EventKind.NOT_APPROVED,
        environment,
        reason=f"backfill of {backfill.months} {_ENDS[end.outcome]} ({backfill.backfill_id})",
        dataset=backfill.dataset,
        run_id=end.run_id,
        execution_arn=end.execution_arn,
        lines=end.reasons,
        next_step=f"if it is still wanted: assay backfill {again} {backfill.backfill_id} --env {environment}",
    )


def proposal(environment: str, end: RunEnd, reason: str, planned: Sequence[Backfill], problems: Sequence[str]) -> Event:
    """Late rows: their run was refused, and this is planned in its place."""
    lines = [f"run {end.run_id} was refused; the contract's late policy is propose_backfill"]
    for each in planned:
        lines += [
            f"planned: backfill {each.backfill_id} of {each.months}",
            *plan_lines(each),
            f"start it: assay backfill start {each.backfill_id} --env {environment}",
            f"give it up: assay backfill cancel {each.backfill_id} --reason TEXT --env {environment}",
        ]
    lines += [f"Not planned: {problem}" for problem in problems]
    again = f"assay runs again {end.run_id} --env {environment}"
    first = (
        f"assay backfill start {planned[0].backfill_id} --env {environment}, when it is promoted " if planned else ""
    )
    return Event(
        EventKind.LATE_DATA,
        environment,
        reason=f"{reason}; {len(planned)} backfill(s) planned",
        dataset=end.dataset,
        run_id=end.run_id,
        execution_arn=end.execution_arn,
        lines=(*lines, "rows of open months are in the same files; what a backfill brought is a duplicate for them"),
        data="No. Nothing was promoted; the files stay in bronze.",
        next_step=f"{first}{again}",
    )


def plan_lines(backfill: Backfill) -> list[str]:
    """A plan in a few lines."""
    found, rows = backfill.estimate, sum(each.rows for each in backfill.partitions)
    reasons = sorted({each.why for each in backfill.sources})
    counted = ", ".join(f"{sum(each.why == why for each in backfill.sources)} {why}" for why in reasons)
    return [
        f"replaces {len(backfill.partitions)} partition(s) with {rows:,} rows now",
        f"reads {len(backfill.sources)} source(s) ({counted}), {found.bytes:,} bytes",
        *(f"{each.key}: {each.note}" for each in backfill.sources if each.note),
        *(f"leaves out {each.key}: {each.reason}" for each in backfill.left_out),
        f"takes about {found.minutes:g} minutes and {found.dpu_hours:g} DPU-hours, {_usd(found.cost_usd)}",
    ]


def _usd(cost: float | None) -> str:
    return "in a region whose prices are not known" if cost is None else f"{cost:.2f} USD"


def comparison_lines(found: Sequence[PartitionComparison]) -> list[str]:
    """What a replacement changes, a line a partition and a line for each currency that moves."""
    lines = []
    for each in found:
        lines.append(
            f"{each.partition}: {each.rows_before:,} rows become {each.rows_after:,} "
            f"({each.added:,} added, {each.removed:,} removed, {each.changed:,} changed)"
        )
        moving = (amount for amount in each.amounts if amount.before != amount.after)
        lines += [f"{each.partition}: {a.column} {a.currency} {a.before} -> {a.after}" for a in moving]
    return lines
