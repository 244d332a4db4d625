"""The sources behind rows that are written again as they are: those of the state they come from."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from lake.rules.history import feeding_sources
from lake.rules.layout import Place
from lake.rules.snapshot import Pointer
from lake.rules.summary import PartitionFiles
from lake.steps.current import chain, current_snapshot
from transforms.job_run import JobRun


def traced(
    run: JobRun, place: Place, parts: Iterable[PartitionFiles], bases: Mapping[str, Pointer]
) -> list[PartitionFiles]:
    """The same partitions, each with the sources of the state it is to replace."""
    return [_traced(run, place, part, bases.get(part.partition)) for part in parts]


def _traced(run: JobRun, place: Place, part: PartitionFiles, base: Pointer | None) -> PartitionFiles:
    if base is None:
        return part
    before = chain(run.lake.store, place, current_snapshot(run.lake.store, place, base))
    return replace(part, sources=tuple(feeding_sources(before).values()))
