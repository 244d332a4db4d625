"""The run summary and the files that a job of the model leaves, as a real one would."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from lake.rules import layout
from lake.rules.held_state import CONDEMNED, OPEN
from lake.rules.run import RunId, RunKind
from lake.rules.summary import (
    REPLACE,
    Base,
    Counts,
    FileEntry,
    PartitionComparison,
    PartitionFiles,
    RunSummary,
)
from lake.steps.current import read_pointer
from tests.builders import BUCKETS, CONTRACTS, MARCH, SILVER, TRANSACTIONS, reference
from tests.held_job import Written
from tests.held_rows import Entry, Row

HELD = layout.quarantine_place(BUCKETS.quarantine, "transactions")
ENDS = ("valid", "quarantined", "condemned", "duplicate", "outside", "erased")


def summary_of(out: Written) -> RunSummary:
    """Write what a job run wrote, and sum it up."""
    plan, world = out.plan, out.world
    silver, held = _part(out, SILVER, MARCH, [*out.valid, *out.taken_over]), _days(out)
    columns = world.lake.contracts.get("transactions", plan.schema_version).columns
    return RunSummary(
        summary_version=1,
        run_id=plan.run_id,
        dataset=plan.dataset,
        layer="silver",
        schema_version=plan.schema_version,
        kind=plan.kind,
        mode=plan.mode,
        execution_arn=plan.execution_arn,
        build_id=plan.build_id,
        contract_version=TRANSACTIONS.version,
        contract_sha256=plan.contract_sha256,
        attempt="jr_1",
        started_at="2024-04-01T02:01:00Z",
        finished_at="2024-04-01T02:02:00Z",
        counts=Counts(plan.input_records, *(out.ends[each] for each in ENDS)),
        columns=_types((*columns, *CONTRACTS.lineage)),
        partitions=(silver,) if silver.files or plan.mode == REPLACE else (),
        quarantine=held,
        quarantine_columns=_types(CONTRACTS.quarantine.columns) if held else {},
        sources=tuple(reference(each) for each in plan.sources),
        carried=len(out.taken_over),
        recovered=out.recovered,
        comparison=_comparison(out, held),
    )


def _days(out: Written) -> tuple[PartitionFiles, ...]:
    """Entries by day; of a day of which rows are erased, all that is left of it."""
    by_day: dict[str, list[Entry]] = {}
    for each in out.entries:
        by_day.setdefault(each.day, []).append(each)
    gone = {each.row_id for each in out.erased}
    for day in {each.day for each in out.erased}:
        left = [each for each in out.world.entries() if each.day == day and each.row_id not in gone]
        by_day[day] = [*left, *(each for each in out.erased if each.day == day)]
    return tuple(_part(out, HELD, f"ingest_date={day}", found) for day, found in sorted(by_day.items()))


def _comparison(out: Written, held: Sequence[PartitionFiles]) -> tuple[PartitionComparison, ...]:
    if out.plan.kind == RunKind.ERASE:
        return tuple(_erasure(out, part) for part in held)
    return (_replacement(out),) if out.plan.mode == REPLACE else ()


def _erasure(out: Written, part: PartitionFiles) -> PartitionComparison:
    gone = {each.row_id for each in out.erased}
    before = [each for each in out.world.entries() if f"ingest_date={each.day}" == part.partition]
    removed = sum(each.row_id in gone for each in before)
    added = len({each.row_id for each in before if each.row_id in gone})
    return PartitionComparison(part.partition, len(before), part.rows, added, removed, 0)


def _replacement(out: Written) -> PartitionComparison:
    old, new = (
        {row.content[0]: row.content for row in rows} for rows in (out.world.silver(), [*out.valid, *out.taken_over])
    )
    changed = sum(old[key] != new[key] for key in old.keys() & new.keys())
    added, removed = len(new.keys() - old.keys()), len(old.keys() - new.keys())
    return PartitionComparison(MARCH, len(old), len(new), added, removed, changed)


def _part(out: Written, place: layout.Place, name: str, rows: Sequence[Row | Entry]) -> PartitionFiles:
    world, run_id = out.world, RunId(out.plan.run_id)
    pointer = read_pointer(world.store, place, name)
    base = Base(pointer.sequence, pointer.snapshot_id) if pointer else None
    if not rows:
        return PartitionFiles(name, 0, (), base)
    key = f"{place.attempt(run_id, 'jr_1')}/{name}/part-0.parquet"
    world.store.write(place.bucket, key, f"{run_id} {name}")
    uri = layout.uri(place.bucket, key)
    world.rows[uri] = rows
    keys = [row.content[0] if isinstance(row, Row) else row.row_id for row in rows]
    size = world.store.head(place.bucket, key).size
    file = FileEntry(uri, len(rows), size, str(run_id), min(keys), max(keys))
    return PartitionFiles(name, len(rows), (_told(file, [each for each in rows if isinstance(each, Entry)]),), base)


def _told(file: FileEntry, entries: Sequence[Entry]) -> FileEntry:
    states = Counter(each.state for each in entries)
    before = Counter(each.previous for each in entries)
    waiting, condemned = (states[each] - before[each] for each in (OPEN, CONDEMNED))
    return replace(file, states=dict(states), waiting=waiting, condemned=condemned)


def _types(columns: Iterable[object]) -> dict[str, str]:
    return {each.name: each.type for each in columns}  # type: ignore[attr-defined]
