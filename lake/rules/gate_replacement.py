"""The gate for a run that replaces: the planned partitions and no other, compared, and nothing lost around them."""

from collections.abc import Iterator

from lake.rules.plan import Plan
from lake.rules.summary import REPLACE, RunSummary


def replacement_reasons(summary: RunSummary, plan: Plan) -> Iterator[str]:
    """What is wrong with a replacement."""
    if summary.mode != plan.mode:
        yield f"the run's mode is {summary.mode}, planned was {plan.mode}"
    if summary.mode == REPLACE:
        yield from _partitions(summary, plan)
        yield from _comparison(summary)
    elif summary.counts.outside:
        yield f"{summary.counts.outside} rows outside, but a run that adds takes the rows of every partition"
    yield from _outside(summary, plan)


def _partitions(summary: RunSummary, plan: Plan) -> Iterator[str]:
    planned = {each.partition: each.base for each in plan.partitions}
    written = {each.partition: each.base for each in summary.partitions}
    for name in sorted(planned.keys() - written.keys()):
        yield f"partition {name} was planned and is missing; a partition without rows is listed without files"
    for name in sorted(written.keys() - planned.keys()):
        yield f"partition {name} was not planned"
    for name in sorted(planned.keys() & written.keys()):
        if planned[name] != written[name]:
            wanted, found = (each.snapshot_id if each else "nothing" for each in (planned[name], written[name]))
            yield f"partition {name} was planned to follow snapshot {wanted}, the run followed {found}"


def _comparison(summary: RunSummary) -> Iterator[str]:
    found = {each.partition: each for each in summary.comparison}
    for part in summary.partitions:
        each = found.get(part.partition)
        if each is None:
            yield f"partition {part.partition} was not compared with what it replaces"
        elif each.rows_after != part.rows or each.rows_before - each.removed + each.added != each.rows_after:
            yield (
                f"partition {part.partition}: {part.rows} rows written, but the comparison says {each.rows_before} "
                f"before - {each.removed} removed + {each.added} added = {each.rows_after} after"
            )


def _outside(summary: RunSummary, plan: Plan) -> Iterator[str]:
    if sum(summary.outside.values()) != summary.counts.outside:
        yield f"{summary.counts.outside} rows outside, by source they are {sum(summary.outside.values())}"
    for unknown in sorted(summary.outside.keys() - {each.source_id for each in plan.sources}):
        yield f"rows outside of source {unknown}, which the plan does not name"
