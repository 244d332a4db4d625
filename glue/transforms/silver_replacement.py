"""Bronze to silver for a run that replaces: planned partitions are written anew from the sources, nothing else."""

from dataclasses import dataclass, replace

from pyspark.sql import DataFrame

from lake.errors import PointerMovedError
from lake.rules.contract import Contract
from lake.rules.layout import Place
from lake.rules.plan import Source
from lake.rules.snapshot import Pointer
from lake.rules.summary import Counts, PartitionFiles, RunSummary
from lake.spark import columns
from lake.spark.judge import judged
from lake.spark.read import read_sources
from lake.spark.reuse import kept
from lake.spark.scope import count_by_source, outside
from lake.spark.sort_out import sort_out
from lake.spark.split import Origin, quarantine_rows
from lake.spark.tally import tally_of
from transforms.comparison import compare_with_current
from transforms.corrected import corrected_rows
from transforms.held import held_rows
from transforms.job_run import JobRun, pointers, summary_from
from transforms.planned_sources import checked_sources
from transforms.quarantine_replacement import UNCHANGED, Requarantined, requarantine
from transforms.silver_versions import older_versions, write_again, write_versions
from transforms.written import NOTHING, Written, base_of


@dataclass(frozen=True)
class Refilled:
    """What became of the rows that were read again."""

    valid: Written = NOTHING
    bad: Requarantined = UNCHANGED
    duplicates: int = 0
    outside: dict[str, int] | None = None
    corrected: int = 0


def replace_partitions(run: JobRun, contract: Contract, place: Place) -> RunSummary:
    """Read the sources again, keep the rows of the planned partitions, compare with what they are to replace.

    Raises PointerMovedError when a partition is no longer what it was when the run was planned.
    """
    sources = checked_sources(run, contract)
    bases = planned_bases(run, place)
    done = _refill(run, contract, sources, bases) if sources else _without_sources(run, contract, bases)
    return _summary(run, contract, bases, done)


def planned_bases(run: JobRun, place: Place) -> dict[str, Pointer]:
    """What is current in the planned partitions, as long as it is what the plan was made for."""
    found = pointers(run, place, [each.partition for each in run.plan.partitions])
    for each in run.plan.partitions:
        now = base_of(found.get(each.partition))
        if now != each.base:
            raise PointerMovedError(
                f"run {run.run_id} was planned to replace {run.plan.dataset} {each.partition} at snapshot "
                f"{each.base.snapshot_id if each.base else 'nothing'}, but current is "
                f"{now.snapshot_id if now else 'nothing'}: somebody promoted it since; plan again"
            )
    return found


def _refill(run: JobRun, contract: Contract, sources: list[Source], bases: dict[str, Pointer]) -> Refilled:
    older = older_versions(run)
    raw = read_sources(run.spark, sources, contract, older)
    origin = Origin(run.lake.contracts, contract, str(run.run_id), run.started_at, sources, raw.shapes, older)
    planned = [each.partition for each in run.plan.partitions]
    marked = judged(raw.frame, contract).withColumn(columns.OUTSIDE, outside(contract, planned))
    rows = kept(marked, contract.partition_columns)
    elsewhere = count_by_source(rows.where(columns.OUTSIDE))
    corrected = corrected_rows(run, contract.dataset, bases)
    held = held_rows(run, origin)
    own, settled = held.without_settled(rows.where(~rows[columns.OUTSIDE]).drop(columns.OUTSIDE), origin)
    piles = sort_out(own, tally_of(own, contract, run.plan.input_records), corrected.keys(contract), contract)
    valid = write_versions(run, piles.valid, origin, bases, corrected.by_version)
    waiting: DataFrame | None = None
    if piles.to_quarantine:
        waiting = quarantine_rows(piles.aside, piles.to_quarantine, piles.losers, origin)
    bad = requarantine(run, waiting, held.recovered(own, piles.losers, origin), held)
    by_id = {sources[position].source_id: rows for position, rows in sorted(elsewhere.items())}
    return Refilled(valid, bad, piles.duplicates + settled + bad.known, by_id, corrected.rows)


def _without_sources(run: JobRun, contract: Contract, bases: dict[str, Pointer]) -> Refilled:
    """Nothing is left of what was delivered, only what people corrected."""
    corrected = corrected_rows(run, contract.dataset, bases)
    return Refilled(write_again(run, contract, corrected.by_version, bases), corrected=corrected.rows)


def _summary(run: JobRun, contract: Contract, bases: dict[str, Pointer], done: Refilled) -> RunSummary:
    elsewhere, bad = done.outside or {}, done.bad
    valid = done.valid.rows - done.corrected
    counts = Counts(run.plan.input_records, valid, bad.opened, 0, done.duplicates, sum(elsewhere.values()))
    parts = with_emptied(run, done.valid, bases)
    return replace(
        summary_from(run, contract, run.plan.mode, counts, done.valid.columns, parts),
        quarantine=bad.files.partitions,
        quarantine_columns=bad.files.columns,
        errors=bad.files.errors,
        outside=elsewhere,
        comparison=compare_with_current(run, contract, bases, parts),
        carried=done.corrected,
        older_columns=done.valid.older_columns,
    )


def with_emptied(run: JobRun, written: Written, bases: dict[str, Pointer]) -> list[PartitionFiles]:
    """Every planned partition: with its files, or with none where nothing is left."""
    filled = {part.partition: part for part in written.partitions}
    names = sorted({*filled, *(each.partition for each in run.plan.partitions)})
    return [filled.get(name) or PartitionFiles(name, 0, (), base_of(bases.get(name))) for name in names]
