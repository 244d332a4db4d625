"""The gate for a migration: another schema version for the same rows, and not one of them added, lost or changed."""

from collections.abc import Iterator

from lake.rules.plan import Plan
from lake.rules.summary import PartitionComparison, RunSummary


def migration_reasons(summary: RunSummary, plan: Plan, rows_before: int) -> Iterator[str]:
    """What is wrong with a migration. `rows_before`: rows of the planned bases, as their snapshots count them."""
    if plan.sources:
        yield f"a migration reads what is current, but its plan names {len(plan.sources)} sources"
    if summary.counts.valid != rows_before or summary.counts.accounted != summary.counts.valid:
        yield f"rows are not conserved: {rows_before} rows before, {summary.counts.accounted} written"
    for each in summary.comparison:
        if each.added or each.removed or each.changed:
            yield (
                f"partition {each.partition}: {each.added} rows added, {each.removed} removed, {each.changed} changed; "
                "a migration changes none"
            )
        yield from _amounts(each)


def _amounts(comparison: PartitionComparison) -> Iterator[str]:
    for each in comparison.amounts:
        if each.before != each.after:
            yield (
                f"partition {comparison.partition}: {each.column} in {each.currency} was {each.before}, is {each.after}"
            )
