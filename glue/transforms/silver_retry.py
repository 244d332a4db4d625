"""Rows of quarantine by name: judged once more, condemned, released or erased. Nothing is promoted."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from pyspark.sql import Column as Value
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.rules import layout, partition
from lake.rules.checks import rule_set_of
from lake.rules.contract import Contract
from lake.rules.correction import ACCEPT, ERASE, RELEASE, RETRY
from lake.rules.entry_files import files_with
from lake.rules.held_state import CONDEMNED, OPEN, RECOVERED
from lake.rules.layout import Place
from lake.rules.snapshot import Pointer
from lake.rules.summary import Counts, RunSummary
from lake.spark.corrected_fields import GIVEN
from lake.spark.current import read_versions
from lake.spark.entries import Event, following, newest
from lake.spark.reuse import balanced, kept
from lake.steps.current import current_snapshot
from transforms.erasure import erase_rows
from transforms.held import entries_of
from transforms.job_run import JobRun, pointers, summary_from
from transforms.judge_again import Judged, judge_again
from transforms.planned_sources import check_contract
from transforms.quarantine import promised_names, write_entries
from transforms.written import NOTHING, Written

_SAME = ("row_id", "ingest_date", "attempt_count")
_FIELDS = "row_id string, ingest_date string, schema_version string, attempt_count int, fields map<string,string>"


def retry_rows(run: JobRun, contract: Contract, place: Place) -> RunSummary:
    """Do what the run's corrections ask for, for each named row that is still as it was when they were made."""
    check_contract(run, contract)
    held_place = layout.quarantine_place(run.lake.buckets.quarantine, contract.dataset)
    named = run.spark.read.schema(_FIELDS).json(run.plan.sources[0].uri)
    named = named.toDF(*(f"{GIVEN}{name}" for name in named.columns))
    bases, held = _held(run, held_place, named)
    fit = None if held is None else kept(_fit(run, held, named))
    rows = 0 if fit is None else fit.count()
    left = named.count() - rows
    if fit is None or not rows:
        return _summary(run, contract, Judged(), NOTHING, left)
    if run.plan.details["action"] == ERASE:
        return _erased(run, contract, fit, bases, left)
    retried = run.plan.details["action"] == RETRY
    entries, done = judge_again(run, contract, place, fit) if retried else _decided(run, fit, rows)
    entries = balanced(entries, run.lake.contracts.quarantine.partition_columns)
    return _summary(run, contract, done, write_entries(run, held_place, entries, bases), left)


def _held(run: JobRun, place: Place, named: DataFrame) -> tuple[dict[str, Pointer], DataFrame | None]:
    """The newest entries of the named rows: only the files of their days that may hold them."""
    by_day: dict[str, list[str]] = {}
    for row in named.select(f"{GIVEN}ingest_date", f"{GIVEN}row_id").collect():
        by_day.setdefault(partition.path({"ingest_date": row[0]}), []).append(row[1])
    bases = pointers(run, place, sorted(by_day))
    uris: list[str] = []
    for name, pointer in bases.items():
        uris += files_with(current_snapshot(run.lake.store, place, pointer).files, by_day[name])
    entries = entries_of(run, uris)
    if entries is None:
        return bases, None
    # a range that Parquet looks up, page by page, before the join looks at each row
    entries = entries.where(F.col("row_id").between(min(map(min, by_day.values())), max(map(max, by_day.values()))))
    ids = named.select(F.col(f"{GIVEN}row_id").alias("row_id"))
    return bases, newest(entries.join(F.broadcast(ids), "row_id", "left_semi"))


def _fit(run: JobRun, held: DataFrame, named: DataFrame) -> DataFrame:
    """The rows that are as the person saw them, with what is given for each.

    A row for which nothing is given is tried again only if the rules have changed since it was judged.
    """
    action = run.plan.details["action"]
    rows = held.join(F.broadcast(named), [F.col(each) == F.col(f"{GIVEN}{each}") for each in _SAME])
    rows = rows.where(F.col("state") == (CONDEMNED if action in {RELEASE, ERASE} else OPEN))
    if action != RETRY:
        return rows
    versions = run.lake.contracts.versions(run.plan.dataset)
    rules = F.create_map(*(F.lit(text) for each in versions for text in (each.schema_version, rule_set_of(each))))
    changed = F.col("rule_set") != rules[F.col(f"{GIVEN}schema_version")]
    return rows.where(F.col(f"{GIVEN}fields").isNotNull() | changed)


def _decided(run: JobRun, fit: DataFrame, rows: int) -> tuple[DataFrame, Judged]:
    """Rows whose state a person decides, without another look at them."""
    details = run.plan.details
    accepted = details["action"] == ACCEPT
    changes: Mapping[str, Value] = {"state": F.lit(CONDEMNED)}
    word = "given up"
    if not accepted:
        changes = {"state": F.lit(OPEN), "attempt_count": F.lit(0)}
        word = f"released, approved by {details.get('approved_by', 'nobody')}"
    event = Event(str(run.run_id), run.started_at, details["requested_by"])
    entries = following(fit, event, changes, F.lit(f"{word}: {details['reason']}")).select(*promised_names(run))
    return entries, Judged(condemned=rows) if accepted else Judged(quarantined=rows)


def _erased(run: JobRun, contract: Contract, fit: DataFrame, bases: dict[str, Pointer], left: int) -> RunSummary:
    done = erase_rows(run, fit, bases)
    counts = Counts(run.plan.input_records, 0, outside=left, erased=sum(each.added for each in done.comparison))
    return replace(
        summary_from(run, contract, run.plan.mode, counts, NOTHING.columns, NOTHING.partitions),
        quarantine=done.held.partitions,
        quarantine_columns=done.held.columns,
        errors=done.held.errors,
        comparison=done.comparison,
    )


def _summary(run: JobRun, contract: Contract, done: Judged, held: Written, left: int) -> RunSummary:
    counts = Counts(
        run.plan.input_records, done.valid.rows, done.quarantined, done.condemned, done.duplicate, outside=left
    )
    return replace(
        summary_from(run, contract, run.plan.mode, counts, done.valid.columns, done.valid.partitions),
        quarantine=held.partitions,
        quarantine_columns=held.columns,
        errors=held.errors,
        older_columns=done.valid.older_columns,
        worsened=done.worsened,
        unmatched=_unmatched(run, done.valid, held),
    )


def _unmatched(run: JobRun, valid: Written, held: Written) -> int:
    """Rows that were written to silver, or to quarantine as recovered, but not to both; read back from the files."""
    entries = entries_of(run, held.uris, ("row_id", "state"))
    told = _names(None if entries is None else entries.where(F.col("state") == RECOVERED))
    there = _names(read_versions(run.spark, valid.uris, "row_id string") if valid.uris else None)
    return sum(((told - there) + (there - told)).values())


def _names(rows: DataFrame | None) -> Counter[str]:
    return Counter() if rows is None else Counter(row[0] for row in rows.select("row_id").collect())
