"""Which judged rows a run that replaces partitions may touch."""

from collections.abc import Collection

from pyspark.sql import Column as Value
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.rules.contract import Contract
from lake.spark import columns
from lake.spark.judge import part, partition_text


def outside(contract: Contract, partitions: Collection[str]) -> Value:
    """True where a row belongs to none of these partitions, errors or not.

    Where that cannot be told the row counts as the run's own, so that it is not lost between two runs.
    """
    pieces: list[Value] = []
    for each in contract.partition_columns:
        pieces += [F.lit(f"{'/' if pieces else ''}{each.name}="), partition_text(each, part(each, contract))]
    return F.coalesce(~F.concat(*pieces).isin(*partitions), F.lit(False))


def count_by_source(rows: DataFrame) -> dict[int, int]:
    """Rows of each source, by its position."""
    found = rows.groupBy(columns.SOURCE).count().collect()
    return {row[columns.SOURCE]: row["count"] for row in found}
