"""Compaction: the rows of each planned month into as many files as they need, and the proof. Nothing is promoted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.rules import layout, partition
from lake.rules.compaction import files_needed
from lake.rules.contract import Contract
from lake.rules.layout import Place
from lake.rules.snapshot import Pointer, Snapshot
from lake.rules.summary import REPLACE, Counts, FileEntry, RowSetProof, RunSummary
from lake.spark.current import read_files
from lake.spark.same_rows import NO_ROWS, Keys, RowSet, differing, row_sets
from lake.steps.current import current_snapshot
from transforms.job_run import JobRun, leave_summary, summary_from, summary_of
from transforms.silver_replacement import planned_bases
from transforms.silver_versions import together
from transforms.traced import traced
from transforms.written import Written, write_files

# above this, the exact comparison of all rows costs more than the compaction
COMPARED_ONE_BY_ONE = 5_000_000
Files = dict[str, list[FileEntry]]


@dataclass(frozen=True)
class Share:
    """The files of one schema version: what was written, and its rows before and after."""

    written: Written
    before: DataFrame
    after: DataFrame


def compact(run: JobRun) -> RunSummary:
    """Read exactly the planned snapshots, write the same rows, compare, and leave the run summary."""
    contract = run.lake.contracts.get(run.plan.dataset, run.plan.schema_version)
    place = layout.table_place(run.lake.buckets.silver, contract.dataset, contract.schema_version)
    return summary_of(run, place) or leave_summary(run, place, _compact(run, contract, place))


def into_files(rows: DataFrame, count: int, key: Sequence[str]) -> DataFrame:
    """The rows in one task for each file, split by key: a reader who knows the key then opens one file."""
    return rows.coalesce(1) if count == 1 else rows.repartitionByRange(count, *key)


def _compact(run: JobRun, contract: Contract, place: Place) -> RunSummary:
    bases = planned_bases(run, place)
    snapshots = [current_snapshot(run.lake.store, place, each) for each in bases.values()]
    shares = {version: _rewrite(run, version, files, bases) for version, files in _by_version(snapshots).items()}
    written = together({name: each.written for name, each in shares.items()}, contract.schema_version, bases)
    counts = Counts(written.rows, written.rows)
    parts = traced(run, place, written.partitions, bases)
    return replace(
        summary_from(run, contract, REPLACE, counts, written.columns, parts),
        older_columns=written.older_columns,
        proofs=_proofs(contract, snapshots, list(shares.values())),
    )


def _by_version(snapshots: Iterable[Snapshot]) -> dict[str, Files]:
    """The files of each schema version by partition; versions differ in their columns, so they do not share a file."""
    found: dict[str, Files] = {}
    for snapshot in snapshots:
        for file in snapshot.files:
            found.setdefault(layout.version_of(file.uri), {}).setdefault(snapshot.partition, []).append(file)
    return found


def _rewrite(run: JobRun, version: str, files: Files, bases: Mapping[str, Pointer]) -> Share:
    contract = run.lake.contracts.get(run.plan.dataset, version)
    place = layout.table_place(run.lake.buckets.silver, contract.dataset, version)
    key = [each.name for each in contract.key]
    months = {name: _rows(run, contract, name, found) for name, found in files.items()}
    counts = {name: files_needed(found, contract.target_file_megabytes) for name, found in files.items()}
    fewer = _union(into_files(rows, counts[name], key) for name, rows in months.items())
    written = write_files(run, place, fewer, contract.partition_columns, key[0], bases)
    after = _union(_rows(run, contract, part.partition, part.files) for part in written.partitions)
    return Share(written, _union(months.values()), after)


def _rows(run: JobRun, contract: Contract, name: str, files: Sequence[FileEntry]) -> DataFrame:
    """All columns from the files themselves: a path also names a run, but not always the one that wrote the row."""
    promised = (*contract.columns, *run.lake.contracts.lineage)
    fields = ", ".join(f"`{each.name}` {each.type}" for each in promised)
    keys = {key: F.lit(value) for key, value in partition.values(name).items()}
    return read_files(run.spark, [file.uri for file in files], None, fields).withColumns(keys)


def _union(frames: Iterable[DataFrame]) -> DataFrame:
    return reduce(lambda one, other: one.unionByName(other), frames)


def _proofs(contract: Contract, snapshots: Sequence[Snapshot], shares: Sequence[Share]) -> tuple[RowSetProof, ...]:
    names = [each.name for each in contract.partition_columns]
    before, after = (_added(row_sets(rows, names) for rows in side) for side in _sides(shares))
    few = sum(each.rows for each in snapshots) <= COMPARED_ONE_BY_ONE
    apart = [differing(each.before, each.after, names) for each in shares] if few else None
    return tuple(_proof(each.partition, before, after, apart) for each in snapshots)


def _sides(shares: Sequence[Share]) -> tuple[list[DataFrame], list[DataFrame]]:
    return [each.before for each in shares], [each.after for each in shares]


def _proof(
    name: str, before: Mapping[Keys, RowSet], after: Mapping[Keys, RowSet], apart: list[dict[Keys, int]] | None
) -> RowSetProof:
    key = tuple(partition.values(name).values())
    old, new = before.get(key, NO_ROWS), after.get(key, NO_ROWS)
    difference = None if apart is None else sum(each.get(key, 0) for each in apart)
    return RowSetProof(name, old.rows, new.rows, str(old.total), str(new.total), difference)


def _added(found: Iterable[dict[Keys, RowSet]]) -> dict[Keys, RowSet]:
    total: dict[Keys, RowSet] = {}
    for each in found:
        total |= {key: total.get(key, NO_ROWS) + rows for key, rows in each.items()}
    return total
