"""Rows of quarantine before the checks once more: those that pass go to silver, and each gets its next entry."""

from dataclasses import dataclass, field
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.rules.contract import Contract
from lake.rules.held_state import ATTEMPTS, CONDEMNED, DUPLICATE, OPEN, RECOVERED
from lake.rules.layout import Place
from lake.spark import columns
from lake.spark.corrected_fields import GIVEN, changed_fields, merged_fields
from lake.spark.duplicates import DUPLICATE as IS_THERE
from lake.spark.entries import Event, codes, following, no_errors
from lake.spark.judge import judged
from lake.spark.reuse import kept
from lake.spark.sort_out import SortedOut, sort_out
from lake.spark.split import Origin, judged_under, with_errors
from lake.spark.tally import tally_of
from transforms.current_keys import current_keys
from transforms.job_run import JobRun, pointers
from transforms.quarantine import promised_names
from transforms.silver_versions import older_versions, write_versions
from transforms.written import NOTHING, Written

_HELD, _STATE, _ERRORS, _FAILED = "_held", "_state", "_errors_now", "failed"


@dataclass(frozen=True)
class Judged:
    """What became of the rows: the silver files of those that pass, and how many went where."""

    valid: Written = field(default_factory=lambda: NOTHING)
    quarantined: int = 0
    condemned: int = 0
    duplicate: int = 0
    worsened: int = 0


def judge_again(run: JobRun, contract: Contract, place: Place, rows: DataFrame) -> tuple[DataFrame, Judged]:
    """Judge rows with what is given for each; they keep their names, and their attempts count. Their next entries."""
    origin = _origin(run, contract)
    records = kept(judged(_records(rows, contract, origin), contract))
    tally = tally_of(records, contract, run.plan.input_records)
    bases = pointers(run, place, tally.clean)
    piles = sort_out(records, tally, current_keys(run, contract, bases), contract)
    valid = write_versions(run, piles.valid, origin, bases)
    entries = kept(_entries(run, records, piles, origin))
    ends = {row["state"]: row["count"] for row in entries.groupBy("state").count().collect()}
    worse = entries.where(F.size(F.array_except(codes(F.col("errors")), F.col("_codes"))) > 0).count()
    return entries.drop("_codes"), Judged(
        valid,
        quarantined=ends.get(OPEN, 0),
        condemned=ends.get(CONDEMNED, 0),
        duplicate=ends.get(DUPLICATE, 0),
        worsened=worse,
    )


def _origin(run: JobRun, contract: Contract) -> Origin:
    """The rows come from many sources, of which the plan names each with the version its rows are written under."""
    named = {"row_id": F.col(f"{_HELD}.row_id"), "attempt_count": F.col(f"{_HELD}.attempt_count") + 1}
    sources, older = run.plan.sources, older_versions(run)
    return Origin(run.lake.contracts, contract, str(run.run_id), run.started_at, sources, (), older, named)


def _records(rows: DataFrame, contract: Contract, origin: Origin) -> DataFrame:
    """Each row as if it came from a file: its fields as text, the position of its source, a number; and its entry."""
    fields = merged_fields()
    named = [f"{each.source_id} {each.schema_version}" for each in origin.sources]
    places = F.create_map(*(F.lit(part) for pair in zip(named, range(len(named)), strict=True) for part in pair))
    mine = F.concat_ws(" ", "source_id", f"{GIVEN}schema_version")
    unsplit = F.when(fields.isNull(), F.col("raw_record"))
    made = [fields[str(each.source)].alias(columns.raw(each)) for each in contract.source_columns]
    made += [unsplit.alias(columns.CORRUPT), places[mine].alias(columns.SOURCE)]
    # apart from the contract's columns, which may have the same names
    return rows.select(F.struct("*").alias(_HELD), *made, F.monotonically_increasing_id().alias(columns.ROW))


def _entries(run: JobRun, records: DataFrame, piles: SortedOut, origin: Origin) -> DataFrame:
    """The next entry of every row, and the codes it had before, as `_codes`."""
    attempt = F.col("attempt_count") + 1
    changes = {
        "state": F.when(F.col(_STATE) == _FAILED, F.when(attempt >= ATTEMPTS, CONDEMNED).otherwise(OPEN)).otherwise(
            F.col(_STATE)
        ),
        "errors": F.col(_ERRORS),
        "attempt_count": attempt,
        "fields": merged_fields(),
        "_codes": codes(F.col("errors")),
        **judged_under(origin),
    }
    event = Event(str(run.run_id), run.started_at, run.plan.details["requested_by"])
    entries = following(_ends(records, piles, origin), event, changes, changed_fields())
    typed = {each.name: F.col(each.name).cast(each.type) for each in run.lake.contracts.quarantine.columns}
    return entries.withColumns(typed).select(*promised_names(run), "_codes")


def _ends(records: DataFrame, piles: SortedOut, origin: Origin) -> DataFrame:
    """The entry of every row, what became of the row, and its errors now."""
    passed = {_STATE: F.lit(RECOVERED), _ERRORS: no_errors()}
    failed = with_errors(records, piles.losers, origin.contract).withColumnRenamed(columns.ERRORS, _ERRORS)
    found = [failed.withColumn(_STATE, F.lit(_FAILED)), piles.valid.withColumns(passed)]
    if piles.losers is not None and piles.losers.duplicates:
        beaten = piles.losers.frame.where(F.col(columns.OUTCOME) == IS_THERE).select(columns.ROW)
        found.append(records.join(F.broadcast(beaten), columns.ROW).withColumns({**passed, _STATE: F.lit(DUPLICATE)}))
    ended = (each.select(f"{_HELD}.*", columns.SOURCE, _STATE, _ERRORS) for each in found)
    return reduce(lambda one, other: one.unionByName(other), ended)
