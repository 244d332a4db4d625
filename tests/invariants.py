"""What must hold for every partition at every moment, whoever died where."""

from lake.rules import layout
from lake.rules.json_record import from_json
from lake.rules.layout import Place
from lake.rules.snapshot import Snapshot
from lake.steps.current import current_partitions, current_snapshot, read_pointer, read_snapshot
from tests.fakes import MemoryStore, Version


def check_place(store: MemoryStore, place: Place) -> None:
    """Check every partition of a place, and every state its manifest ever had."""
    for partition in current_partitions(store, place):
        check_partition(store, place, partition)


def check_partition(store: MemoryStore, place: Place, partition: str) -> None:
    """Complete snapshots only, each file once and in the store, sequences without holes, an unbroken chain."""
    pointer = read_pointer(store, place, partition)
    assert pointer is not None
    snapshot: Snapshot | None = current_snapshot(store, place, pointer)
    assert snapshot is not None
    uris = [file.uri for file in snapshot.files]
    assert len(set(uris)) == len(uris), "a file is listed twice"
    for file in snapshot.files:
        assert store.head(*layout.split_uri(file.uri)).size == file.bytes
    while snapshot is not None:
        parent = read_snapshot(store, place, partition, snapshot.parent) if snapshot.parent else None
        assert snapshot.sequence == (parent.sequence + 1 if parent else 1)
        snapshot = parent
    _check_history(store.objects[place.bucket, place.manifest(partition)])
    latest = store.objects.get((place.bucket, place.latest(partition)))
    if latest:
        assert from_json(Snapshot, latest[-1].body, "latest").sequence <= pointer.sequence


def _check_history(versions: list[Version]) -> None:
    assert [int(version.metadata["sequence"]) for version in versions] == list(range(1, len(versions) + 1))
    runs = [version.metadata["run-id"] for version in versions]
    assert len(set(runs)) == len(runs), "a run was promoted twice"
