"""The history of a partition."""

from itertools import islice

from lake.errors import NotFoundError
from lake.rules.layout import Place
from lake.rules.snapshot import Snapshot
from lake.steps.current import chain, current_snapshot, read_pointer
from lake.steps.lake import Lake


def history(lake: Lake, place: Place, partition: str, last: int) -> list[Snapshot]:
    """The newest snapshots of a partition, the current one first. Raises NotFoundError when there was never one."""
    pointer = read_pointer(lake.store, place, partition)
    if pointer is None:
        raise NotFoundError(f"{place.prefix} has no partition {partition}; nothing was ever promoted there")
    return list(islice(chain(lake.store, place, current_snapshot(lake.store, place, pointer)), last))
