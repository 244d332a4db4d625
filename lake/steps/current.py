"""What is current: the manifest of a partition, the snapshot behind it, and the list of partitions."""

from collections.abc import Iterator

from lake.errors import NotFoundError
from lake.rules import layout
from lake.rules.json_record import RecordError, from_json
from lake.rules.layout import Place
from lake.rules.snapshot import Pointer, Snapshot, pointer_of
from lake.steps.ports import Store


def read_pointer(store: Store, place: Place, partition: str) -> Pointer | None:
    """The pointer of a partition, None before its first promotion. Raises RecordError when it is damaged."""
    key = place.manifest(partition)
    try:
        found = store.read(place.bucket, key)
    except NotFoundError:
        return None
    try:
        return pointer_of(partition, found.etag, found.text, dict(found.metadata))
    except (KeyError, ValueError) as error:
        raise RecordError(
            f"{layout.uri(place.bucket, key)} does not say which snapshot it shows ({error!r}): expected the "
            "metadata sequence, snapshot-id and run-id; find the newest snapshot of the partition and promote it again"
        ) from error


def read_snapshot(store: Store, place: Place, partition: str, snapshot_id: str) -> Snapshot:
    """One snapshot of a partition. Raises NotFoundError or RecordError."""
    key = place.snapshot(partition, snapshot_id)
    return from_json(Snapshot, store.read(place.bucket, key).body, layout.uri(place.bucket, key))


def current_snapshot(store: Store, place: Place, pointer: Pointer) -> Snapshot:
    """The snapshot a pointer shows. Raises RecordError when manifest and snapshot list different files."""
    snapshot = read_snapshot(store, place, pointer.partition, pointer.snapshot_id)
    if tuple(each.uri for each in snapshot.files) != pointer.uris:
        raise RecordError(
            f"{layout.uri(place.bucket, place.manifest(pointer.partition))} lists {len(pointer.uris)} files, its "
            f"snapshot {pointer.snapshot_id} lists {len(snapshot.files)} or others; nothing may build on it"
        )
    return snapshot


def chain(store: Store, place: Place, newest: Snapshot | None) -> Iterator[Snapshot]:
    """A snapshot and those before it, newest first, each read when it is asked for."""
    while newest is not None:
        yield newest
        newest = read_snapshot(store, place, newest.partition, newest.parent) if newest.parent else None


def current_partitions(store: Store, place: Place) -> list[str]:
    """Every partition that has a manifest, sorted."""
    prefix, end = place.current_prefix, f"/{layout.MANIFEST}"
    keys = (each.key for each in store.list(place.bucket, prefix))
    return sorted(key.removeprefix(prefix).removesuffix(end) for key in keys if key.endswith(end))
