"""Current: pointer, snapshot and partitions, and no answer from a damaged manifest."""

import pytest

from lake.errors import NotFoundError
from lake.rules.json_record import RecordError
from lake.steps.current import current_partitions, current_snapshot, read_pointer, read_snapshot
from lake.steps.promote_partition import promote_partition
from tests.builders import BUCKETS, MARCH, SILVER, JobOutput, Rows, lake_on, plan_of, run_id
from tests.fakes import MemoryStore


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    lake = lake_on(store)
    for number, month in ((1, "03"), (2, "02")):
        summary = JobOutput(lake, plan_of(number)).silver((Rows(f"year=2024/month={month}"),))
        promote_partition(lake, SILVER, "silver", summary, summary.partitions[0])
    return store


def test_nothing_is_current_before_the_first_promotion() -> None:
    assert read_pointer(MemoryStore(), SILVER, MARCH) is None
    assert current_partitions(MemoryStore(), SILVER) == []


def test_a_pointer_leads_to_its_snapshot(store: MemoryStore) -> None:
    pointer = read_pointer(store, SILVER, MARCH)
    assert pointer is not None
    assert (pointer.sequence, pointer.run_id) == (1, str(run_id(1)))
    snapshot = current_snapshot(store, SILVER, pointer)
    assert tuple(file.uri for file in snapshot.files) == pointer.uris
    assert read_snapshot(store, SILVER, MARCH, pointer.snapshot_id) == snapshot


def test_partitions_are_those_with_a_manifest(store: MemoryStore) -> None:
    assert current_partitions(store, SILVER) == ["year=2024/month=02", MARCH]


def test_a_manifest_without_its_metadata_says_so(store: MemoryStore) -> None:
    store.write(BUCKETS.silver, SILVER.manifest(MARCH), "s3://t-silver/x\n")
    with pytest.raises(RecordError, match="does not say which snapshot it shows"):
        read_pointer(store, SILVER, MARCH)


def test_a_manifest_that_differs_from_its_snapshot_is_not_built_on(store: MemoryStore) -> None:
    found = store.read(BUCKETS.silver, SILVER.manifest(MARCH))
    store.replace(BUCKETS.silver, SILVER.manifest(MARCH), "s3://t-silver/x\n", found.etag, found.metadata)
    pointer = read_pointer(store, SILVER, MARCH)
    assert pointer is not None
    with pytest.raises(RecordError, match="nothing may build on it"):
        current_snapshot(store, SILVER, pointer)


def test_a_snapshot_that_is_gone_is_an_error(store: MemoryStore) -> None:
    with pytest.raises(NotFoundError):
        read_snapshot(store, SILVER, MARCH, "00000009-x")
