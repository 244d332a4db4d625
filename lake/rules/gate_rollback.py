"""The gate of a rollback: what comes back is what was planned, was committed before, and is still there."""

from collections.abc import Iterator, Mapping

from lake.rules.contract import Contract
from lake.rules.gate import identity_reasons
from lake.rules.plan import Plan, PlannedPartition
from lake.rules.snapshot import Snapshot
from lake.rules.summary import PartitionFiles, RunSummary

Unit = tuple[str, str]


def units_of(summary: RunSummary) -> dict[Unit, PartitionFiles]:
    """Every partition of a run summary by layer and path."""
    by_layer = {"silver": summary.partitions, "quarantine": summary.quarantine}
    return {(layer, part.partition): part for layer, parts in by_layer.items() for part in parts}


def rollback_reasons(
    summary: RunSummary,
    plan: Plan,
    contract: Contract,
    targets: Mapping[Unit, Snapshot],
    sizes: Mapping[str, int],
) -> Iterator[str]:
    """What is wrong with a rollback. `targets`: the planned snapshots; `sizes`: bytes of each file that is in S3."""
    yield from identity_reasons(summary, plan, contract)
    wanted = {(each.layer, each.partition): each for each in plan.partitions}
    found = units_of(summary)
    if set(wanted) != set(found):
        yield f"the summary lists {len(found)} partitions, the plan {len(wanted)} or others"
    for unit, part in found.items():
        if unit in wanted:
            yield from (f"{' '.join(unit)}: {why}" for why in _unit(part, wanted[unit], targets.get(unit), sizes))


def _unit(
    part: PartitionFiles, wanted: PlannedPartition, target: Snapshot | None, sizes: Mapping[str, int]
) -> Iterator[str]:
    if part.base != wanted.base:
        yield f"it starts from {part.base}, planned was {wanted.base}"
    if (target.snapshot_id if target else None) != wanted.target:
        yield f"snapshot {wanted.target} is not there"
    if part.files != (target.files if target else ()):
        yield f"the files are not those of snapshot {wanted.target}"
    for file in part.files:
        size = sizes.get(file.uri)
        if size is None:
            yield f"{file.uri} is gone; space of old runs was reclaimed (assay gc)"
        elif size != file.bytes:
            yield f"{file.uri} has {size} bytes, snapshot {wanted.target} says {file.bytes}"
