"""Control totals: every gold partition, read back from its files, against the silver it was built from."""

from collections.abc import Sequence
from decimal import Decimal

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.errors import ContractError
from lake.rules.contract import Contract
from lake.rules.partition import gold_path
from lake.rules.summary import ControlTotal
from lake.spark.current import read_files
from transforms.gold_inputs import MONTH
from transforms.job_run import JobRun
from transforms.silver_months import SilverMonths
from transforms.written import Written


def control_totals(
    run: JobRun, silver: SilverMonths, gold: Contract, months: Sequence[str], written: Written, folder: str
) -> tuple[ControlTotal, ...]:
    """One total for each month: transactions as the silver snapshots count them, amounts summed from silver's files."""
    sums = silver.rows(run).select(MONTH, F.col(_money(silver.contract)).alias("expected"))
    sums = sums.select(
        MONTH, F.lit(0).cast("bigint").alias("rows"), F.lit(None).cast("decimal(28,4)").alias("amount"), "expected"
    )
    if written.partitions:
        sums = sums.unionByName(_gold_rows(run, gold, written, folder), allowMissingColumns=True)
    found = {
        row[MONTH]: row
        for row in sums.groupBy(MONTH)
        .agg(*(F.sum(each).alias(each) for each in ("rows", "amount", "expected")))
        .collect()
    }
    return tuple(
        ControlTotal(
            partition=gold_path(month),
            rows=found[month]["rows"] if month in found else 0,
            expected_rows=silver.snapshots[month].rows if month in silver.snapshots else 0,
            amount=_text(found[month]["amount"] if month in found else None),
            expected_amount=_text(found[month]["expected"] if month in found else None),
        )
        for month in months
    )


def _gold_rows(run: JobRun, gold: Contract, written: Written, folder: str) -> DataFrame:
    rows, amount = (gold.column(gold.control_totals[each]) for each in ("rows", "amount"))
    fields = f"`{rows.name}` {rows.type}, `{amount.name}` {amount.type}"
    found = read_files(run.spark, written.uris, folder, fields)
    return found.select(MONTH, F.col(rows.name).alias("rows"), F.col(amount.name).alias("amount"))


def _money(silver: Contract) -> str:
    """The column of silver that is an amount of money; gold adds it up."""
    for column in silver.columns:
        if column.currency_column:
            return column.name
    raise ContractError(f"{silver.dataset} {silver.schema_version} has no column with a currencyColumn to add up")


def _text(amount: Decimal | None) -> str:
    """One text for equal amounts, whatever their scale."""
    return f"{(amount or Decimal(0)).normalize():f}"
