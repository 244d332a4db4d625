"""The gate, second half: whether the files a run wrote are all there, whole, and what the contract promises."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from lake.rules.contract import Column, Contract
from lake.rules.layout import Place, uri
from lake.rules.projection import uncovered
from lake.rules.run import RunId
from lake.rules.summary import FileEntry, PartitionFiles

_MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Shape:
    """The files of one schema version: where they lie, what they must look like, what they look like."""

    place: Place
    columns: Mapping[str, str]
    found_columns: Mapping[str, str]


@dataclass(frozen=True)
class Written:
    """One kind of rows that a run wrote: where it lies, what it must look like, what the summary says of it.

    A partition may hold files of `older` schema versions too; each is compared with its own contract.
    """

    name: str
    layer: str
    place: Place
    columns: Mapping[str, str]
    partition_columns: tuple[Column, ...]
    found_columns: Mapping[str, str]
    partitions: tuple[PartitionFiles, ...]
    rows: int
    older: tuple[Shape, ...] = ()

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """Every schema version that was written."""
        return (Shape(self.place, self.columns, self.found_columns), *self.older)


def file_reasons(
    written: Written, contract: Contract, run_id: RunId, sizes: Mapping[str, int], today: date
) -> Iterator[str]:
    """What is wrong with the files of one kind of rows. `sizes`: bytes of each file of the run that is in S3."""
    homes = {uri(each.place.bucket, each.place.run(run_id)) + "/": each for each in written.shapes}
    for home, shape in homes.items():
        filled = any(file.uri.startswith(home) for part in written.partitions for file in part.files)
        if filled and dict(shape.found_columns) != dict(shape.columns):
            yield f"{written.name}: {_columns_differ(shape)}"
    rows = sum(part.rows for part in written.partitions)
    if rows != written.rows:
        yield f"{written.name}: the partitions hold {rows} rows, the counts say {written.rows}"
    names = [part.partition for part in written.partitions]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{written.name}: partition {name} is listed twice"
    for part in written.partitions:
        yield from (f"{written.name}: {reason}" for reason in _partition(part, written, contract, today))
        for file in part.files:
            yield from (f"{written.name}: {reason}" for reason in _file(file, run_id, tuple(homes), contract, sizes))


def _columns_differ(shape: Shape) -> str:
    expected, found = dict(shape.columns), dict(shape.found_columns)
    differing = sorted(name for name in {*expected, *found} if expected.get(name) != found.get(name))
    listed = ", ".join(f"{n}: {found.get(n, 'missing')} (expected {expected.get(n, 'none')})" for n in differing)
    return f"the files do not have the contract's columns: {listed}"


def _partition(part: PartitionFiles, written: Written, contract: Contract, today: date) -> Iterator[str]:
    reason = uncovered(part.partition, written.partition_columns, today)
    if reason:
        yield reason
    if sum(file.rows for file in part.files) != part.rows:
        yield f"partition {part.partition}: its files hold {sum(f.rows for f in part.files)} rows, expected {part.rows}"
    limit = contract.thresholds.max_files_per_partition
    if len(part.files) > limit:
        yield f"partition {part.partition}: {len(part.files)} files, allowed are {limit}"
    if len({file.uri for file in part.files}) != len(part.files):
        yield f"partition {part.partition}: a file is listed twice"


def _file(
    file: FileEntry, run_id: RunId, homes: tuple[str, ...], contract: Contract, sizes: Mapping[str, int]
) -> Iterator[str]:
    size, limit = sizes.get(file.uri), contract.thresholds.max_file_megabytes
    if not file.uri.startswith(homes) or file.run_id != str(run_id):
        yield f"{file.uri} is not a file of this run, expected one below {' or '.join(homes)}"
    if size is None:
        yield f"{file.uri} is missing"
    elif size != file.bytes:
        yield f"{file.uri} has {size} bytes, the summary says {file.bytes}"
    if file.bytes > limit * _MEGABYTE:
        yield f"{file.uri} has {file.bytes / _MEGABYTE:.0f} MB, allowed are {limit} MB"
    if file.rows < 1:
        yield f"{file.uri} holds no row"
