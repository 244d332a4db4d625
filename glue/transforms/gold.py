"""Silver to gold: the months a run touched are built anew in every gold dataset. Nothing is promoted."""

from dataclasses import dataclass, replace
from importlib import import_module

from pyspark.sql import DataFrame

from lake.rules import layout, partition
from lake.rules.contract import Contract
from lake.rules.layout import Place
from lake.rules.snapshot import Pointer
from lake.rules.summary import REPLACE, Base, Counts, PartitionFiles, RunSummary
from lake.spark.current import read_files
from lake.spark.reuse import balanced
from lake.steps.current import current_partitions
from lake.steps.records import read_record
from transforms.control import control_totals
from transforms.gold_behind import months_behind
from transforms.gold_inputs import GoldInputs
from transforms.gold_scope import months_to_build
from transforms.job_run import JobRun, leave_summary, pointers, summary_from, summary_of
from transforms.row_states import check_row_states
from transforms.silver_months import SilverMonths, read_silver_months
from transforms.written import Written, write_files


@dataclass(frozen=True)
class Share:
    """One gold dataset in this run: months to build, the silver behind them, what gold is current."""

    contract: Contract
    place: Place
    months: tuple[str, ...]
    silver: SilverMonths
    current: dict[str, Pointer]

    @property
    def opening(self) -> Pointer | None:
        """The dataset's own month before the first one, where it goes on from that."""
        before = partition.gold_path(partition.month_before(self.months[0]))
        return self.current.get(before) if self.contract.carried_forward else None


def silver_to_gold(run: JobRun) -> list[RunSummary]:
    """Build every gold dataset of the run's dataset, and leave a summary for each."""
    silver = run.lake.contracts.newest(run.plan.dataset)
    check_row_states(run, _silver_summary(run))
    summaries = []
    for gold in run.lake.contracts.built_from(silver.dataset):
        place = layout.table_place(run.lake.buckets.gold, gold.dataset, gold.schema_version)
        summaries.append(summary_of(run, place) or leave_summary(run, place, _build(run, silver, gold, place)))
    return summaries


def _build(run: JobRun, silver: Contract, gold: Contract, place: Place) -> RunSummary:
    share = _share(run, silver, gold, place)
    if not share.months:
        return summary_from(run, gold, REPLACE, Counts(0, 0), {}, ())
    written = _write(run, share)
    totals = control_totals(run, share.silver, gold, share.months, written, run.folder(place))
    inputs = share.silver.inputs()
    if share.opening:
        inputs[f"{gold.dataset}/{share.opening.partition}"] = share.opening.snapshot_id
    counts = Counts(written.rows, written.rows)
    partitions = sorted((*written.partitions, *_emptied(share, written)), key=lambda each: each.partition)
    return replace(
        summary_from(run, gold, REPLACE, counts, written.columns, partitions), inputs=inputs, control_totals=totals
    )


def _share(run: JobRun, silver: Contract, gold: Contract, place: Place) -> Share:
    silver_place = layout.table_place(run.lake.buckets.silver, silver.dataset, silver.schema_version)
    touched = {partition.month_of(each.partition) for each in _silver_summary(run).partitions}
    touched |= months_behind(run, silver, silver_place, place)
    months = months_to_build(gold, touched, _current_months(run, silver_place), _current_months(run, place))
    wanted = [partition.gold_path(each) for each in ((partition.month_before(months[0]), *months) if months else ())]
    return Share(
        gold, place, months, read_silver_months(run, silver, silver_place, months), pointers(run, place, wanted)
    )


def _silver_summary(run: JobRun) -> RunSummary:
    place = layout.table_place(run.lake.buckets.silver, run.plan.dataset, run.plan.schema_version)
    return read_record(run.lake.store, RunSummary, place.bucket, place.summary(run.run_id))


def _current_months(run: JobRun, place: Place) -> set[str]:
    return {partition.month_of(each) for each in current_partitions(run.lake.store, place)}


def _write(run: JobRun, share: Share) -> Written:
    gold = share.contract
    build = import_module(f"transforms.{gold.dataset}").build
    rows: DataFrame = build(GoldInputs(share.months, share.silver.rows(run), _opening(run, share)))
    promised = (*gold.columns, *gold.partition_columns)
    rows = rows.select(*(rows[each.name].cast(each.type).alias(each.name) for each in promised))
    rows = balanced(rows, gold.partition_columns)
    return write_files(run, share.place, rows, gold.partition_columns, gold.key[0].name, share.current)


def _opening(run: JobRun, share: Share) -> DataFrame | None:
    if share.opening is None or not share.opening.uris:
        return None
    fields = ", ".join(f"`{each.name}` {each.type}" for each in share.contract.columns)
    return read_files(run.spark, share.opening.uris, None, fields)


def _emptied(share: Share, written: Written) -> list[PartitionFiles]:
    """Months that are current and have no row any more: replaced by nothing."""
    filled = {part.partition for part in written.partitions}
    gone = (partition.gold_path(each) for each in share.months)
    return [
        PartitionFiles(name, 0, (), Base(share.current[name].sequence, share.current[name].snapshot_id))
        for name in gone
        if name in share.current and name not in filled
    ]
