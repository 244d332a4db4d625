"""Judged rows to the rows of silver and of quarantine, in the columns their contracts promise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pyspark.sql import Column as Value
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from lake.rules.checks import KEY_CONFLICT, rule_set_of
from lake.rules.contract import Column, Contract, Contracts
from lake.rules.held_state import OPEN
from lake.rules.plan import Source
from lake.spark import checks, columns
from lake.spark.duplicates import CONFLICT, Losers, sent
from lake.spark.hashes import any_row_hash, clean_row_hash, row_id
from lake.spark.judge import partition_text
from lake.spark.line_number import line_number
from lake.spark.literals import text_list
from lake.spark.raw_record import fields_by_name, raw_record
from lake.spark.read import FileShape
from lake.spark.reuse import balanced
from lake.spark.values import clean_value, value

# so few rows are sorted and written by one task, without a second shuffle
ONE_TASK = 100_000


@dataclass(frozen=True)
class Origin:
    """What all rows of one job run have in common. `older`: contracts of sources that are not of the newest version.

    `named`: lineage columns that a row brings with it, where it was named by an earlier run.
    """

    contracts: Contracts
    contract: Contract
    run_id: str
    ingested_at: str
    sources: Sequence[Source]
    shapes: Sequence[FileShape]
    older: Mapping[str, Contract] = field(default_factory=dict)
    named: Mapping[str, Value] = field(default_factory=dict)

    def contract_of(self, source: Source) -> Contract:
        """The contract that a source's rows are written under."""
        return self.older.get(source.schema_version, self.contract)

    def lineage(self) -> dict[str, Value]:
        """The columns that trace a row to its source and its run."""
        return {
            "source_id": _by_source([each.source_id for each in self.sources]),
            "ingested_at": F.lit(self.ingested_at),
            "attempt_count": F.lit(0),
            "run_id": F.lit(self.run_id),
        }

    def ingest_date(self) -> Value:
        """The day a row's source was delivered."""
        return _by_source([each.ingest_date for each in self.sources])


def silver_rows(valid: DataFrame, origin: Origin) -> DataFrame:
    """The rows of silver: the contract's columns, then lineage, then the partition."""
    contract, made = origin.contract, origin.lineage()
    named = valid.withColumn("row_hash", clean_row_hash(contract))
    made["row_hash"] = F.col("row_hash")
    made["row_id"] = row_id(made["source_id"], F.col("row_hash"), F.lit(1))
    made |= origin.named
    return named.select(
        *(clean_value(each).alias(each.name) for each in contract.columns),
        *_promised(origin.contracts.lineage, made),
        *(partition_text(each).alias(each.name) for each in contract.partition_columns),
    )


def quarantine_rows(aside: DataFrame, count: int, losers: Losers | None, origin: Origin) -> DataFrame:
    """The rows of quarantine: those with errors, and those whose key belongs to other content; `count` together."""
    contract, quarantine = origin.contract, origin.contracts.quarantine
    few = count <= ONE_TASK
    bad = with_errors(aside, losers, contract).withColumn("row_hash", any_row_hash(contract))
    bad = bad.coalesce(1) if few else bad
    twins = Window.partitionBy(columns.SOURCE, "row_hash").orderBy(columns.ROW)
    made = origin.lineage()
    made |= {
        "row_id": row_id(made["source_id"], F.col("row_hash"), F.row_number().over(twins)),
        "row_hash": F.col("row_hash"),
        "dataset": F.lit(contract.dataset),
        "raw_record": raw_record(origin.shapes, contract.dialect),
        "fields": fields_by_name(origin.shapes),
        "errors": F.col(columns.ERRORS),
        "line_number": line_number(aside.sparkSession, origin.sources),
        "retry_history": F.array(),
        "ingest_date": origin.ingest_date(),
        "state": F.lit(OPEN),
        "previous_state": F.lit(None),
        "revision": F.lit(0),
        **judged_under(origin),
    }
    found = bad.select(*_promised((*quarantine.columns, *quarantine.partition_columns), made))
    return found if few else balanced(found, quarantine.partition_columns)


def judged_under(origin: Origin) -> dict[str, Value]:
    """The columns of quarantine that name the rules a row was judged by."""
    versions = [origin.contract_of(each) for each in origin.sources]
    return {
        "schema_version": _by_source([each.schema_version for each in versions]),
        "contract_version": _by_source([each.version for each in versions]),
        "rule_set": _by_source([rule_set_of(each) for each in versions]),
    }


def _promised(promised: Sequence[Column], made: Mapping[str, Value]) -> list[Value]:
    return [made[each.name].cast(each.type).alias(each.name) for each in promised]


def with_errors(aside: DataFrame, losers: Losers | None, contract: Contract) -> DataFrame:
    """The rows that fail a check or whose key belongs to other content, with their errors as `_errors`."""
    dirty = ~F.col(columns.CLEAN)
    if losers is None or not losers.conflicts:
        return aside.where(dirty).withColumn(columns.ERRORS, checks.errors(contract))
    conflicts = losers.frame.where(F.col(columns.OUTCOME) == CONFLICT).select(columns.ROW, columns.WINNER)
    # one branch for both: two would be two generated programs
    bad = aside.join(sent(conflicts, losers.conflicts), columns.ROW, "left")
    bad = bad.where(dirty | F.col(columns.WINNER).isNotNull())
    told = F.when(dirty, checks.errors(contract)).otherwise(F.array(_conflict(contract)))
    return bad.withColumn(columns.ERRORS, told).drop(columns.WINNER)


def _conflict(contract: Contract) -> Value:
    names = ", ".join(each.name for each in contract.key)
    found = F.concat_ws(", ", *(value(each).cast("string") for each in contract.key))
    expected = F.concat(F.lit("the content of the row that has this key, row_hash "), F.col(columns.WINNER))
    return checks.error(KEY_CONFLICT, names, found, expected)


def _by_source(values: list[str]) -> Value:
    if len(set(values)) == 1:
        return F.lit(values[0])
    return F.element_at(text_list(values), F.col(columns.SOURCE) + 1)
