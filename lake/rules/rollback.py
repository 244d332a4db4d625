"""A rollback: what a person asks for, and what it brings back and undoes, partition by partition."""

from collections.abc import Mapping
from dataclasses import dataclass

from lake.errors import InvalidRequestError
from lake.rules.plan import PlannedPartition
from lake.rules.snapshot import Snapshot
from lake.rules.summary import Base, FileEntry, PartitionFiles, SourceRef


@dataclass(frozen=True)
class Order:
    """Either one partition, to an earlier snapshot or to the one before, or a whole run.

    With a run, `partitions` are those that may go back although they moved since.
    """

    reason: str
    requested_by: str
    run: str = ""
    partitions: tuple[str, ...] = ()
    to: str = ""


@dataclass(frozen=True)
class Restoration:
    """One partition: what is current, what comes back (None: it was empty), which commits and sources that undoes.

    `sources` are those behind the files that come back.
    """

    layer: str
    current: Snapshot
    target: Snapshot | None
    undone: tuple[Snapshot, ...]
    sources: tuple[SourceRef, ...]
    lost: tuple[SourceRef, ...]

    @property
    def partition(self) -> str:
        """Its path."""
        return self.current.partition

    @property
    def files(self) -> tuple[FileEntry, ...]:
        """The files that come back."""
        return self.target.files if self.target else ()

    @property
    def changes_nothing(self) -> bool:
        """Whether these files are current already."""
        return self.files == self.current.files


def order_of(details: Mapping[str, str]) -> Order:
    """The order inside a request. Raises InvalidRequestError when it names nothing, too much, or no reason."""
    named = tuple(each for each in details.get("partitions", "").split(",") if each)
    order = Order(
        details.get("reason", ""),
        details.get("requested_by", ""),
        details.get("run", ""),
        named,
        details.get("to", ""),
    )
    if not order.reason or not order.requested_by:
        raise InvalidRequestError("a rollback needs a reason and the name of who asks for it")
    if not order.run and len(named) != 1:
        raise InvalidRequestError(f"a rollback is of one partition or of a run; found {len(named)} partitions, no run")
    if order.run and order.to:
        raise InvalidRequestError("a run goes back to the snapshots before it; a snapshot is named for one partition")
    return order


def planned(restoration: Restoration) -> PlannedPartition:
    """What the plan says of it."""
    target = restoration.target.snapshot_id if restoration.target else None
    return PlannedPartition(restoration.partition, _base(restoration), restoration.layer, target)


def returned(restoration: Restoration) -> PartitionFiles:
    """What the run summary says of it: the earlier snapshot's files, and their sources."""
    files = restoration.files
    rows = sum(file.rows for file in files)
    return PartitionFiles(restoration.partition, rows, files, _base(restoration), restoration.sources)


def _base(restoration: Restoration) -> Base:
    return Base(restoration.current.sequence, restoration.current.snapshot_id)
