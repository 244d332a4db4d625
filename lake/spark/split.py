"""Judged rows to the rows of silver and of quarantine, in the columns their contracts promise."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import Column as Value
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from lake.rules.checks import KEY_CONFLICT, rule_set_of
from lake.rules.contract import Contract, Contracts
from lake.rules.plan import Source
from lake.spark import checks, columns
from lake.spark.duplicates import CONFLICT
from lake.spark.hashes import row_id
from lake.spark.literals import text_list
from lake.spark.raw_record import fields_by_name, raw_record
from lake.spark.read import FileShape
from lake.spark.values import value


@dataclass(frozen=True)
class Origin:
    """What all rows of one job run have in common."""

    contracts: Contracts
    contract: Contract
    run_id: str
    ingested_at: str
    sources: Sequence[Source]
    shapes: Sequence[FileShape]


def valid_rows(rows: DataFrame, losers: DataFrame | None, origin: Origin) -> DataFrame:
    """The rows of silver: the contract's columns, then lineage, then the partition."""
    contract = origin.contract
    clean = rows.where(F.col(columns.ERRORS).isNull())
    if losers is not None:
        clean = clean.join(losers, columns.ROW, "left_anti")
    source_id = _source_id(origin)
    lineage = {
        "row_id": row_id(source_id, F.col("row_hash"), F.lit(1)),
        "row_hash": F.col("row_hash"),
        "source_id": source_id,
        "ingested_at": F.lit(origin.ingested_at),
        "attempt_count": F.lit(0),
        "run_id": F.lit(origin.run_id),
    }
    return clean.select(
        *(value(each).alias(each.name) for each in contract.columns),
        *(lineage[each.name].cast(each.type).alias(each.name) for each in origin.contracts.lineage),
        *(each.name for each in contract.partition_columns),
    )


def quarantined_rows(rows: DataFrame, losers: DataFrame | None, origin: Origin) -> DataFrame:
    """The rows of quarantine: those with errors, and those whose key belongs to other content."""
    contract = origin.contract
    bad = _with_conflicts(rows, losers, contract)
    source_id = _source_id(origin)
    twins = Window.partitionBy(columns.SOURCE, "row_hash").orderBy(columns.ROW)
    made = {
        "row_id": row_id(source_id, F.col("row_hash"), F.row_number().over(twins)),
        "row_hash": F.col("row_hash"),
        "dataset": F.lit(contract.dataset),
        "schema_version": F.lit(contract.schema_version),
        "raw_record": raw_record(origin.shapes, contract.dialect),
        "fields": fields_by_name(origin.shapes),
        "errors": F.col(columns.ERRORS),
        "source_id": source_id,
        "line_number": F.lit(None),
        "attempt_count": F.lit(0),
        "retry_history": F.array(),
        "contract_version": F.lit(contract.version),
        "rule_set": F.lit(rule_set_of(contract)),
        "ingested_at": F.lit(origin.ingested_at),
        "run_id": F.lit(origin.run_id),
        "ingest_date": _by_source([each.ingest_date for each in origin.sources]),
    }
    promised = (*origin.contracts.quarantine.columns, *origin.contracts.quarantine.partition_columns)
    return bad.select(*(made[each.name].cast(each.type).alias(each.name) for each in promised))


def _with_conflicts(rows: DataFrame, losers: DataFrame | None, contract: Contract) -> DataFrame:
    if losers is None:
        return rows.where(F.col(columns.ERRORS).isNotNull())
    conflicts = losers.where(F.col(columns.OUTCOME) == CONFLICT).select(columns.ROW, columns.WINNER)
    marked = rows.join(conflicts, columns.ROW, "left")
    errors = F.coalesce(columns.ERRORS, F.when(F.col(columns.WINNER).isNotNull(), F.array(_conflict(contract))))
    return marked.withColumn(columns.ERRORS, errors).where(F.col(columns.ERRORS).isNotNull())


def _conflict(contract: Contract) -> Value:
    names = ", ".join(each.name for each in contract.key)
    found = F.concat_ws(", ", *(value(each).cast("string") for each in contract.key))
    expected = F.concat(F.lit("the content of the row that has this key, row_hash "), F.col(columns.WINNER))
    return checks.error(KEY_CONFLICT, names, found, expected)


def _source_id(origin: Origin) -> Value:
    return _by_source([each.source_id for each in origin.sources])


def _by_source(values: list[str]) -> Value:
    return F.element_at(text_list(values), F.col(columns.SOURCE) + 1)
