"""The mails about backfills: what is asked or happened, what to look at, the exact command."""

from collections.abc import Sequence

from lake.rules.alert import Alert
from lake.rules.approval import START
from lake.rules.backfill import Backfill
from lake.rules.ledger import CANCELLED, DENIED, EXPIRED, RunEnd
from lake.rules.summary import PartitionComparison

_ENDS = {DENIED: "was denied", EXPIRED: "expired", CANCELLED: "was cancelled"}


def question_mail(environment: str, backfill: Backfill, subject: str, hours: float) -> Alert:
    """People are asked whether a run may begin, or promote what it has written."""
    if subject == START:
        what, lines = "to begin", plan_lines(backfill)
        now = "Nothing has been read or written yet."
    else:
        what = "to promote"
        lines = [*backfill.above_tolerance, "All of it:", *comparison_lines(backfill.comparison)]
        now = "What it wrote lies under its own run_id; readers see what they saw before."
    body = [
        f"Backfill {backfill.backfill_id} of {backfill.dataset} {backfill.months} waits for an approval {what}.",
        f"Reason: {backfill.reason}",
        f"Requested by: {backfill.requester}",
        f"Run: {backfill.run_id}",
        "",
        *(f"- {line}" for line in lines),
        "",
        f"Data: {now}",
        f"Look at it:  assay backfill status {backfill.backfill_id} --env {environment}",
        f"Approve it:  assay backfill approve {backfill.backfill_id} --reason TEXT --env {environment}",
        f"Deny it:     assay backfill deny {backfill.backfill_id} --reason TEXT --env {environment}",
        f"Without an answer it expires after {hours:g} hours, and nothing is changed. docs/runbooks/backfill.md",
        "",
    ]
    return Alert(f"Assay {environment}: backfill of {backfill.dataset} waits {what}", "\n".join(body))


def unapproved_mail(environment: str, end: RunEnd, backfill: Backfill) -> Alert:
    """A run that ended because people said no, said nothing, or gave it up."""
    how = _ENDS[end.outcome]
    body = [
        f"Backfill {backfill.backfill_id} of {backfill.dataset} {backfill.months} {how}.",
        f"Run: {end.run_id}",
        *(f"- {reason}" for reason in end.reasons),
        "",
        "Data: nothing was promoted; readers see what they saw before. Its partitions and sources are free.",
        _after(end, backfill, environment),
        "",
    ]
    return Alert(f"Assay {environment}: backfill of {backfill.dataset} {how}", "\n".join(body))


def proposal_mail(
    environment: str, end: RunEnd, reason: str, planned: Sequence[Backfill], problems: Sequence[str]
) -> Alert:
    """Late rows: their run was refused, and this is planned in its place."""
    body = [
        f"Run {end.run_id} of {end.dataset} was refused: {reason}.",
        "Its contract has the late policy propose_backfill.",
        "",
    ]
    for each in planned:
        body += [
            f"Planned: backfill {each.backfill_id} of {each.months}",
            *(f"- {line}" for line in plan_lines(each)),
            f"Start it:   assay backfill start {each.backfill_id} --env {environment}",
            f"Give it up: assay backfill cancel {each.backfill_id} --reason TEXT --env {environment}",
            "",
        ]
    body += [
        *(f"Not planned: {problem}" for problem in problems),
        "Data: nothing was promoted; the files stay in bronze.",
        "Rows of open months are in the same files. When the backfill is promoted, run them again; what it brought is "
        f"a duplicate then:  assay runs again {end.run_id} --env {environment}",
        "docs/runbooks/backfill.md",
        "",
    ]
    return Alert(f"Assay {environment}: late rows of {end.dataset}, a backfill is planned", "\n".join(body))


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
        f"takes about {found.minutes:g} minutes and {found.dpu_hours:g} DPU-hours, {found.cost_usd:.2f} USD",
    ]


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


def _after(end: RunEnd, backfill: Backfill, environment: str) -> str:
    command = "start" if end.outcome == EXPIRED else "plan --replan"
    return f"Next step: if it is still wanted, assay backfill {command} {backfill.backfill_id} --env {environment}"
