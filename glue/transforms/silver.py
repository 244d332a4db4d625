"""Bronze to silver: a run's sources become silver files, quarantine files and a run summary. Nothing is promoted."""

from dataclasses import replace

from pyspark.sql import DataFrame

from lake.rules import layout
from lake.rules.contract import Contract
from lake.rules.layout import Place
from lake.rules.run import HELD_KINDS, RunKind
from lake.rules.summary import APPEND, Counts, RunSummary
from lake.spark.judge import judged
from lake.spark.read import read_sources
from lake.spark.reuse import kept
from lake.spark.side_by_side import side_by_side
from lake.spark.sort_out import SortedOut, sort_out
from lake.spark.split import Origin, quarantine_rows
from lake.spark.tally import tally_of
from transforms.current_keys import current_keys
from transforms.job_run import JobRun, leave_summary, pointers, summary_from, summary_of
from transforms.late import late_rows
from transforms.planned_sources import checked_sources
from transforms.quarantine import NONE, Quarantined, quarantine
from transforms.silver_migration import migrate_partitions
from transforms.silver_replacement import replace_partitions
from transforms.silver_retry import retry_rows
from transforms.silver_versions import older_versions, write_versions
from transforms.taken_before import recovered, what_is_there
from transforms.written import Written


def bronze_to_silver(run: JobRun) -> RunSummary:
    """Read exactly what the plan names, judge every record, write, and leave the run summary."""
    contract = run.lake.contracts.get(run.plan.dataset, run.plan.schema_version)
    place = layout.table_place(run.lake.buckets.silver, contract.dataset, contract.schema_version)
    return summary_of(run, place) or leave_summary(run, place, _fill(run, contract, place))


def _fill(run: JobRun, contract: Contract, place: Place) -> RunSummary:
    if run.plan.kind == RunKind.MIGRATE:
        return migrate_partitions(run, contract, place)
    if run.plan.kind in HELD_KINDS:
        return retry_rows(run, contract, place)
    return _ingest(run, contract, place) if run.plan.mode == APPEND else replace_partitions(run, contract, place)


def _ingest(run: JobRun, contract: Contract, place: Place) -> RunSummary:
    sources = checked_sources(run, contract)
    older = older_versions(run)
    raw = read_sources(run.spark, sources, contract, older)
    origin = Origin(run.lake.contracts, contract, str(run.run_id), run.started_at, sources, raw.shapes, older)
    rows = kept(judged(raw.frame, contract), contract.partition_columns)
    there = what_is_there(run, rows, origin)
    tally = tally_of(there.rows, contract, run.plan.input_records)
    bases = pointers(run, place, tally.clean)
    piles = sort_out(there.rows, tally, current_keys(run, contract, bases), contract)
    leaving = recovered(run, there, piles.losers, origin)
    valid, bad = side_by_side(
        run.spark,
        lambda: write_versions(run, piles.valid, origin, bases),
        lambda: _quarantine(run, piles, origin, leaving),
    )
    return _summary(run, contract, valid, bad, there.known + piles.duplicates + bad.known)


def _quarantine(run: JobRun, piles: SortedOut, origin: Origin, leaving: DataFrame | None) -> Quarantined:
    if not piles.to_quarantine and leaving is None:
        return NONE
    rows = quarantine_rows(piles.aside, piles.to_quarantine, piles.losers, origin)
    return quarantine(run, rows, piles.to_quarantine, origin, leaving)


def _summary(run: JobRun, contract: Contract, valid: Written, bad: Quarantined, duplicates: int) -> RunSummary:
    counts = Counts(run.plan.input_records, valid.rows, bad.opened, 0, duplicates)
    return replace(
        summary_from(run, contract, run.plan.mode, counts, valid.columns, valid.partitions),
        quarantine=bad.files.partitions,
        quarantine_columns=bad.files.columns,
        recovered=bad.recovered,
        errors=bad.files.errors,
        late=late_rows(run, contract, valid),
        older_columns=valid.older_columns,
    )
