"""Compare what a run wrote with what it is to replace: keys, row hashes and amounts only, planned partitions only."""

from collections.abc import Mapping, Sequence

from pyspark.sql import DataFrame

from lake.rules.contract import Contract
from lake.rules.snapshot import Pointer
from lake.rules.summary import PartitionComparison, PartitionFiles
from lake.spark.compare import compared, needed_columns
from lake.spark.current import read_versions
from transforms.job_run import JobRun


def compare_with_current(
    run: JobRun, contract: Contract, bases: Mapping[str, Pointer], parts: Sequence[PartitionFiles]
) -> tuple[PartitionComparison, ...]:
    """One comparison for each partition."""
    before = _rows(run, contract, [uri for pointer in bases.values() for uri in pointer.uris])
    after = _rows(run, contract, [file.uri for part in parts for file in part.files])
    return compared(before, after, contract, [part.partition for part in parts])


def _rows(run: JobRun, contract: Contract, uris: list[str]) -> DataFrame:
    names = [each.name for each in contract.partition_columns]
    fields = ", ".join([*(f"`{each.name}` {each.type}" for each in needed_columns(contract)), "row_hash string"])
    if not uris:
        return run.spark.createDataFrame([], ", ".join([fields, *(f"`{name}` string" for name in names)]))
    found = read_versions(run.spark, uris, fields)
    return found.select(*(each.name for each in needed_columns(contract)), "row_hash", *names)
