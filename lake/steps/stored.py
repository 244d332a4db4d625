"""What a table holds now: rows, partitions and the last write, by its manifests and their snapshots."""

from dataclasses import dataclass

from lake.rules.layout import Place
from lake.steps.current import current_partitions, read_pointer, read_snapshot
from lake.steps.ports import Store


@dataclass(frozen=True)
class Stored:
    """All current partitions together; `last_write` is None where nothing was ever promoted."""

    rows: int
    partitions: int
    last_write: str | None


def stored(store: Store, place: Place) -> Stored:
    """Look at every current partition of a table."""
    pointers = [read_pointer(store, place, partition) for partition in current_partitions(store, place)]
    snapshots = [read_snapshot(store, place, each.partition, each.snapshot_id) for each in pointers if each]
    filled = [each for each in snapshots if each.rows]
    last = max((each.committed_at for each in snapshots), default=None)
    return Stored(sum(each.rows for each in filled), len(filled), last)
