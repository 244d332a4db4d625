"""What one schema version holds now: rows, partitions and the last write, by the commits of its dataset."""

from dataclasses import dataclass

from lake.rules.layout import Place, uri
from lake.rules.run import RunId
from lake.rules.summary import FileEntry
from lake.steps.current import current_partitions, read_pointer, read_snapshot
from lake.steps.ports import Store


@dataclass(frozen=True)
class Stored:
    """All current partitions together. `last_write`: when the newest run began that wrote one of the files."""

    rows: int
    partitions: int
    last_write: str | None


def stored(store: Store, place: Place) -> Stored:
    """Look at every current partition of a dataset for the files of one version."""
    found = [_files(store, place, partition) for partition in current_partitions(store, place)]
    files = [each for partition in found for each in partition]
    last = max((RunId(each.run_id).at for each in files), default=None)
    return Stored(
        sum(each.rows for each in files),
        sum(1 for partition in found if partition),
        last.strftime("%Y-%m-%dT%H:%M:%SZ") if last else None,
    )


def _files(store: Store, place: Place, partition: str) -> list[FileEntry]:
    pointer, mine = read_pointer(store, place, partition), uri(place.bucket, f"{place.prefix}/")
    if pointer is None or not any(each.startswith(mine) for each in pointer.uris):
        return []
    snapshot = read_snapshot(store, place, partition, pointer.snapshot_id)
    return [each for each in snapshot.files if each.uri.startswith(mine)]
