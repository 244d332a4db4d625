"""The files an attempt wrote: named from its own folder, described by their footers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pyspark.sql import DataFrame

from lake.rules import layout
from lake.rules.contract import Column
from lake.rules.layout import Place
from lake.rules.snapshot import Pointer
from lake.rules.summary import Base, FileEntry, PartitionFiles
from lake.spark.footers import Footer, read_footers
from lake.spark.write import write
from transforms.job_run import JobRun


@dataclass(frozen=True)
class Written:
    """Partitions with their files, and the columns those files really have; of older schema versions apart.

    `errors`: of rows of quarantine that were judged just now, how many have each code.
    """

    partitions: tuple[PartitionFiles, ...]
    columns: dict[str, str]
    older_columns: dict[str, dict[str, str]] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Rows in all files, by their footers."""
        return sum(part.rows for part in self.partitions)

    @property
    def uris(self) -> list[str]:
        """All files."""
        return [file.uri for part in self.partitions for file in part.files]


NOTHING = Written((), {})


def write_files(
    run: JobRun,
    place: Place,
    rows: DataFrame,
    partition_columns: Sequence[Column],
    key_column: str,
    bases: Mapping[str, Pointer],
) -> Written:
    """Write rows below this attempt's folder and describe what is there now."""
    unique = {key_column, "row_id", "row_hash"} & set(rows.columns)
    write(rows, run.folder(place), partition_columns, unique)
    return _described(run, place, key_column, bases)


def _described(run: JobRun, place: Place, key_column: str, bases: Mapping[str, Pointer]) -> Written:
    prefix = place.attempt(run.run_id, run.attempt) + "/"
    sizes = {
        layout.uri(place.bucket, each.key): each.size
        for each in run.lake.store.list(place.bucket, prefix)
        if each.key.endswith(".parquet")
    }
    footers = read_footers(run.spark, sorted(sizes), key_column)
    files: dict[str, list[FileEntry]] = defaultdict(list)
    start = len(layout.uri(place.bucket, prefix))
    for each in footers:
        entry = FileEntry(each.uri, each.rows, sizes[each.uri], str(run.run_id), each.least, each.greatest)
        files[each.uri[start:].rpartition("/")[0]].append(entry)
    partitions = (
        PartitionFiles(name, sum(file.rows for file in found), tuple(found), base_of(bases.get(name)))
        for name, found in sorted(files.items())
    )
    return Written(tuple(partitions), _columns(footers))


def base_of(pointer: Pointer | None) -> Base | None:
    """The state that a pointer shows, as a summary names it."""
    return Base(pointer.sequence, pointer.snapshot_id) if pointer else None


def _columns(footers: Sequence[Footer]) -> dict[str, str]:
    """Name to Hive type; files that disagree give `int or bigint`, which no contract promises."""
    found: dict[str, list[str]] = defaultdict(list)
    for footer in footers:
        for name, hive_type in footer.columns.items():
            if hive_type not in found[name]:
                found[name].append(hive_type)
    return {name: " or ".join(types) for name, types in found.items()}
