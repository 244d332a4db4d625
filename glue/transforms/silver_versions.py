"""Silver files of several schema versions: every row goes to the version of its source, and to no other."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.rules import layout
from lake.rules.contract import Contract
from lake.rules.snapshot import Pointer
from lake.rules.summary import FileEntry, PartitionFiles
from lake.spark import columns
from lake.spark.reuse import balanced
from lake.spark.split import Origin, silver_rows
from transforms.job_run import JobRun
from transforms.written import NOTHING, Written, base_of, write_files


def older_versions(run: JobRun) -> dict[str, Contract]:
    """The contracts of the plan's sources that are not of its newest version."""
    return {each: run.lake.contracts.get(run.plan.dataset, each) for each in run.plan.versions[:-1]}


def write_versions(
    run: JobRun,
    valid: DataFrame,
    origin: Origin,
    bases: Mapping[str, Pointer],
    taken_over: Mapping[str, DataFrame] | None = None,
) -> Written:
    """Write clean rows, judged under the newest version, in the columns and to the place of their own.

    `taken_over`: rows of silver by their version, which are written once more as they are.
    """
    more, newest = taken_over or {}, origin.contract.schema_version
    if not origin.older and not more.keys() - {newest}:
        return _write(run, valid, origin, bases, more.get(newest))
    found: dict[str, Written] = {}
    contracts = {each: run.lake.contracts.get(origin.contract.dataset, each) for each in more}
    for version, contract in {**contracts, **origin.older, newest: origin.contract}.items():
        theirs = [n for n, source in enumerate(origin.sources) if run.plan.version_of(source) == version]
        rows = valid.where(F.col(columns.SOURCE).isin(theirs))
        found[version] = _write(run, rows, replace(origin, contract=contract), bases, more.get(version))
    return together(found, newest, bases)


def _write(
    run: JobRun, rows: DataFrame, origin: Origin, bases: Mapping[str, Pointer], more: DataFrame | None
) -> Written:
    contract = origin.contract
    place = layout.table_place(run.lake.buckets.silver, contract.dataset, contract.schema_version)
    named = silver_rows(rows, origin)
    named = named if more is None else balanced(named.unionByName(more), contract.partition_columns)
    return write_files(run, place, named, contract.partition_columns, contract.key[0].name, bases)


def write_again(run: JobRun, newest: Contract, rows: Mapping[str, DataFrame], bases: Mapping[str, Pointer]) -> Written:
    """Write rows of silver once more as they are, each to the place of its schema version."""
    found: dict[str, Written] = {}
    for version, frame in rows.items():
        contract = run.lake.contracts.get(newest.dataset, version)
        place = layout.table_place(run.lake.buckets.silver, contract.dataset, version)
        ordered = balanced(frame, contract.partition_columns)
        found[version] = write_files(run, place, ordered, contract.partition_columns, contract.key[0].name, bases)
    return together(found, newest.schema_version, bases)


def together(found: Mapping[str, Written], newest: str, bases: Mapping[str, Pointer]) -> Written:
    """What was written under each schema version as one: a partition may hold files of several."""
    files: dict[str, list[FileEntry]] = defaultdict(list)
    for written in found.values():
        for part in written.partitions:
            files[part.partition] += part.files
    older = {version: each.columns for version, each in found.items() if version != newest and each.partitions}
    return Written(_partitions(files, bases), found.get(newest, NOTHING).columns, older)


def _partitions(files: Mapping[str, Sequence[FileEntry]], bases: Mapping[str, Pointer]) -> tuple[PartitionFiles, ...]:
    return tuple(
        PartitionFiles(name, sum(file.rows for file in listed), tuple(listed), base_of(bases.get(name)))
        for name, listed in sorted(files.items())
    )
