"""The gate's view of silver by kind of run: what was counted, what was compacted, or what comes back."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from lake.errors import NotFoundError
from lake.rules import layout
from lake.rules.compaction import compaction_reasons
from lake.rules.contract import Contract
from lake.rules.gate import conservation_reasons, identity_reasons, silver_reasons
from lake.rules.gate_erasure import erasure_reasons
from lake.rules.gate_held import held_reasons
from lake.rules.gate_migration import migration_reasons
from lake.rules.gate_replacement import replacement_reasons
from lake.rules.gate_retry import retry_reasons
from lake.rules.gate_rollback import Unit, rollback_reasons, units_of
from lake.rules.layout import Place
from lake.rules.plan import Plan
from lake.rules.promotion import base_id
from lake.rules.run import HELD_KINDS, RunKind
from lake.rules.snapshot import Snapshot
from lake.rules.summary import RunSummary
from lake.steps.current import read_snapshot
from lake.steps.lake import Lake
from lake.steps.places import QUARANTINE, SILVER, place_of

AT_ONCE = 8


def judge_silver(lake: Lake, plan: Plan, summary: RunSummary, contract: Contract) -> Iterator[str]:
    """What is wrong with what a run counted, replaced, migrated or compacted."""
    if plan.kind == RunKind.COMPACT:
        yield from compaction_reasons(summary, plan, contract, _rows_before(lake, plan))
    elif plan.kind == RunKind.MIGRATE:
        yield from identity_reasons(summary, plan, contract)
        yield from migration_reasons(summary, plan, sum(_rows_before(lake, plan).values()))
        yield from replacement_reasons(summary, plan)
    elif plan.kind == RunKind.ERASE:
        yield from identity_reasons(summary, plan, contract)
        yield from conservation_reasons(summary, plan)
        yield from erasure_reasons(summary, _days_before(lake, summary))
    elif plan.kind in HELD_KINDS:
        yield from retry_reasons(summary, plan, contract)
        yield from held_reasons(summary, plan)
    else:
        yield from silver_reasons(summary, plan, contract)
        yield from replacement_reasons(summary, plan)
        yield from held_reasons(summary, plan)


def judge_rollback(lake: Lake, plan: Plan, summary: RunSummary, contract: Contract) -> Iterator[str]:
    """What is wrong with a rollback: snapshots and files are looked up again, whatever its summary says."""
    targets: dict[Unit, Snapshot] = {}
    for each in plan.partitions:
        place = place_of(lake, plan.dataset, each.layer, plan.schema_version)
        target = _find(lake, place, each.partition, each.target)
        if target is not None:
            targets[each.layer, each.partition] = target
    files = [file for part in units_of(summary).values() for file in part.files]
    sizes = sizes_of(lake, {layout.run_above(file.uri) for file in files})
    yield from rollback_reasons(summary, plan, contract, targets, sizes)


def sizes_of(lake: Lake, folders: Iterable[str]) -> dict[str, int]:
    """Bytes of everything below folders of runs: a request for a thousand files, where HEAD takes one for each."""

    def listed(folder: str) -> dict[str, int]:
        bucket, prefix = layout.split_uri(folder)
        return {layout.uri(bucket, each.key): each.size for each in lake.store.list(bucket, f"{prefix}/")}

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return {uri: size for found in pool.map(listed, sorted(set(folders))) for uri, size in found.items()}


def _rows_before(lake: Lake, plan: Plan) -> dict[str, int]:
    """Rows of the states that a plan is to replace, by partition."""
    place = place_of(lake, plan.dataset, SILVER, plan.schema_version)
    based = {each.partition: each.base.snapshot_id for each in plan.partitions if each.base}
    return {name: read_snapshot(lake.store, place, name, base).rows for name, base in based.items()}


def _days_before(lake: Lake, summary: RunSummary) -> dict[str, Snapshot]:
    """The days of quarantine as the run read them."""
    place = place_of(lake, summary.dataset, QUARANTINE)
    found = {part.partition: _find(lake, place, part.partition, base_id(part)) for part in summary.quarantine}
    return {name: snapshot for name, snapshot in found.items() if snapshot is not None}


def _find(lake: Lake, place: Place, partition: str, snapshot_id: str | None) -> Snapshot | None:
    try:
        return read_snapshot(lake.store, place, partition, snapshot_id) if snapshot_id else None
    except NotFoundError:
        return None
