"""The gate for a run that erases condemned rows: every other row of the day is still there, in the state it was in."""

from collections.abc import Iterator, Mapping

from lake.rules.snapshot import Snapshot
from lake.rules.summary import PartitionComparison, PartitionFiles, RunSummary


def erasure_reasons(summary: RunSummary, before: Mapping[str, Snapshot]) -> Iterator[str]:
    """What is wrong with what is left of each day. `before`: the snapshots that the run read, by partition."""
    if summary.partitions:
        yield "a run that erases rows of quarantine wrote to silver"
    compared = {each.partition: each for each in summary.comparison}
    for part in summary.quarantine:
        told = compared.get(part.partition)
        if told is None or part.partition not in before:
            yield f"{part.partition} was not compared with what it replaces"
        else:
            yield from (f"{part.partition}: {why}" for why in _day(part, told, before[part.partition]))
    for name in sorted(compared.keys() - {each.partition for each in summary.quarantine}):
        yield f"nothing is left of {name}, not even the entries that tell what was erased"
    erased = sum(each.added for each in summary.comparison)
    if erased != summary.counts.erased:
        yield f"{erased} entries tell of an erased row, the counts say {summary.counts.erased}"


def _day(part: PartitionFiles, told: PartitionComparison, before: Snapshot) -> Iterator[str]:
    if told.rows_before != before.rows or told.rows_after != part.rows:
        yield (
            f"{told.rows_before} entries before and {told.rows_after} after by the comparison, "
            f"{before.rows} before and {part.rows} after by the files"
        )
    if told.rows_before - told.removed + told.added != told.rows_after or told.removed < told.added:
        yield (
            f"{told.rows_before} entries before - {told.removed} removed + {told.added} added are not "
            f"{told.rows_after} after"
        )
    was, now = (sum(file.opened for file in each.files) for each in (before, part))
    if was != now:
        yield f"{was} rows were open, {now} would be"
    was, now = (sum(file.condemned for file in each.files) for each in (before, part))
    if was - told.added != now:
        yield f"{was} rows were condemned and {told.added} of them are erased, but {now} would be condemned"
