"""Migration: the current rows of each planned partition, of whatever schema version, written anew under one."""

from dataclasses import replace

from pyspark.sql import DataFrame

from lake.rules.contract import Contract
from lake.rules.layout import Place
from lake.rules.snapshot import Pointer
from lake.rules.summary import Counts, RunSummary
from lake.spark.current import in_path, read_files
from lake.spark.reuse import balanced
from lake.steps.current import current_snapshot
from transforms.comparison import compare_with_current
from transforms.job_run import JobRun, summary_from
from transforms.silver_replacement import planned_bases, with_emptied
from transforms.traced import traced
from transforms.written import NOTHING, Written, write_files


def migrate_partitions(run: JobRun, contract: Contract, place: Place) -> RunSummary:
    """Write what is current, row for row, in the columns of the plan's version; a column it lacked is null.

    Nothing is judged again: every row keeps its content, its name and the trace to its source and its first run.
    """
    bases = planned_bases(run, place)
    before = sum(current_snapshot(run.lake.store, place, each).rows for each in bases.values())
    written = _write(run, contract, place, bases)
    parts = traced(run, place, with_emptied(run, written, bases), bases)
    counts = Counts(before, written.rows)
    return replace(
        summary_from(run, contract, run.plan.mode, counts, written.columns, parts),
        comparison=compare_with_current(run, contract, bases, parts),
    )


def _write(run: JobRun, contract: Contract, place: Place, bases: dict[str, Pointer]) -> Written:
    uris = [uri for pointer in bases.values() for uri in pointer.uris]
    if not uris:
        return NOTHING
    rows = balanced(_current_rows(run, contract, uris), contract.partition_columns)
    return write_files(run, place, rows, contract.partition_columns, contract.key[0].name, bases)


def _current_rows(run: JobRun, contract: Contract, uris: list[str]) -> DataFrame:
    promised = (*contract.columns, *run.lake.contracts.lineage)
    found = read_files(run.spark, uris, None, ", ".join(f"`{each.name}` {each.type}" for each in promised))
    month = (in_path(each.name).alias(each.name) for each in contract.partition_columns)
    return found.select(*(each.name for each in promised), *month)
