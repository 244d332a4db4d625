"""One commit for all schema versions: readers see each row exactly once, and each version's table follows."""

from dataclasses import replace

import pytest

from lake.rules import layout
from lake.rules.contract import Contracts
from lake.rules.snapshot import name_snapshot
from lake.rules.summary import REPLACE, Base, FileEntry, PartitionFiles, RunSummary
from lake.steps.current import current_snapshot, read_pointer
from lake.steps.lake import Lake
from lake.steps.promote_partition import promote_partition
from lake.steps.version_manifests import show_versions
from tests.builders import BUCKETS, CONTRACTS, MARCH, SILVER, TRANSACTIONS, JobOutput, lake_on, plan_of, run_id
from tests.fakes import KillAt, KilledError, MemoryStore

WRITES = 5  # snapshot, manifest, two manifests of schema versions, _LATEST.json
V2 = replace(TRANSACTIONS, schema_version="v2")
BOTH: Contracts = replace(CONTRACTS, by_version={**CONTRACTS.by_version, ("transactions", "v2"): V2})


def file(version: str, number: int) -> FileEntry:
    place = layout.table_place(BUCKETS.silver, "transactions", version)
    return FileEntry(layout.uri(place.bucket, f"{place.run(run_id(number))}/part-0.parquet"), 5, 1, str(run_id(number)))


def summary(lake: Lake, number: int, mode: str = "append") -> RunSummary:
    return replace(JobOutput(lake, plan_of(number)).silver(), mode=mode)


def promote(lake: Lake, number: int, *versions: str, mode: str = "append") -> None:
    files = tuple(file(version, number) for version in versions)
    pointer = read_pointer(lake.store, SILVER, MARCH)
    base = Base(pointer.sequence, pointer.snapshot_id) if pointer else None
    part = PartitionFiles(MARCH, 5 * len(files), files, base)
    promote_partition(lake, SILVER, "silver", summary(lake, number, mode), part)


def shown(store: MemoryStore, version: str = "") -> list[str]:
    """The addresses a reader finds: of the dataset, or of one version's own table."""
    place = layout.table_place(BUCKETS.silver, "transactions", version or "v1")
    key = place.version_manifest(MARCH) if version else place.manifest(MARCH)
    return store.read(place.bucket, key).text.splitlines() if (place.bucket, key) in store.objects else []


def uris(*files: FileEntry) -> list[str]:
    return [each.uri for each in files]


def test_all_versions_share_one_commit_and_each_has_its_own_table() -> None:
    store = MemoryStore()
    lake = lake_on(store, BOTH)
    promote(lake, 1, "v1")
    assert shown(store, "v2") == []
    promote(lake, 2, "v1", "v2")
    assert shown(store) == uris(file("v1", 1), file("v1", 2), file("v2", 2))
    assert shown(store, "v1") == uris(file("v1", 1), file("v1", 2))
    assert shown(store, "v2") == uris(file("v2", 2))
    for place in (SILVER, layout.table_place(BUCKETS.silver, "transactions", "v2")):
        pointer = read_pointer(store, place, MARCH)
        assert pointer is not None
        assert pointer.sequence == 2
        assert current_snapshot(store, place, pointer).rows == 15


def test_a_reader_sees_a_migrated_month_before_or_after_at_every_write() -> None:
    store = MemoryStore()
    lake = lake_on(store, BOTH)
    promote(lake, 1, "v1")
    promote(lake, 2, "v2")
    before, after = shown(store), uris(file("v2", 3))
    seen: list[list[str]] = []
    store.on_write = lambda moment: seen.append(shown(store))
    promote(lake, 3, "v2", mode=REPLACE)
    assert seen[0] == before
    assert seen[-1] == after
    assert all(each in (before, after) for each in seen)
    assert (shown(store, "v1"), shown(store, "v2")) == ([], after)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", range(1, WRITES + 1))
def test_a_migration_that_dies_anywhere_is_whole_and_can_be_taken_up(number: int, after: bool) -> None:
    store = MemoryStore()
    lake = lake_on(store, BOTH)
    promote(lake, 1, "v1")
    promote(lake, 2, "v2")
    before, wanted = shown(store), uris(file("v2", 3))
    moved = summary(lake, 3, REPLACE)
    part = PartitionFiles(MARCH, 5, (file("v2", 3),), Base(2, name_snapshot(2, str(run_id(2)))))
    store.on_write = KillAt(number, after)
    with pytest.raises(KilledError):
        promote_partition(lake, SILVER, "silver", moved, part)
    store.on_write = lambda moment: None
    assert shown(store) in (before, wanted)
    promote_partition(lake, SILVER, "silver", moved, part)
    assert shown(store) == shown(store, "v2") == wanted
    assert shown(store, "v1") == []


def test_a_slower_writer_does_not_take_a_version_back() -> None:
    store = MemoryStore()
    lake = lake_on(store, BOTH)
    promote(lake, 1, "v1")
    promote(lake, 2, "v1")
    slow = read_pointer(store, SILVER, MARCH)
    assert slow is not None
    old = current_snapshot(store, SILVER, slow)
    promote(lake, 3, "v2", mode=REPLACE)
    show_versions(lake, SILVER, old)
    assert shown(store, "v1") == []


def test_quarantine_has_no_versions() -> None:
    place = layout.quarantine_place(BUCKETS.quarantine, "transactions")
    assert place.manifest("p") == place.version_manifest("p") == "transactions/quarantined/current/p/symlink.txt"
    store = MemoryStore()
    lake = lake_on(store, BOTH)
    part = PartitionFiles("ingest_date=2024-03-31", 5, (file("v1", 1),))
    promote_partition(lake, place, "quarantine", summary(lake, 1), part)
    assert [key for key in store.keys(BUCKETS.quarantine) if "/current/" in key] == [
        "transactions/quarantined/current/ingest_date=2024-03-31/_LATEST.json",
        "transactions/quarantined/current/ingest_date=2024-03-31/symlink.txt",
    ]


def test_an_address_tells_its_version() -> None:
    assert layout.version_of(file("v2", 1).uri) == "v2"
    assert layout.version_of("s3://q/transactions/quarantined/runs/run_id=r/part-0.parquet") == ""
    assert layout.runs_above(file("v2", 1).uri) == "s3://t-silver/transactions/schema_v=v2/runs"
