"""First numbers of a run: which partitions its clean rows belong to, and how many rows have errors."""

from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.rules import partition
from lake.rules.contract import Contract
from lake.spark import columns


@dataclass(frozen=True)
class Tally:
    """Clean rows of every partition, and rows with errors."""

    clean: dict[str, int]
    dirty: int


def tally_of(rows: DataFrame, contract: Contract) -> Tally:
    """Count judged rows; one job, as many results as partitions."""
    names = [each.name for each in contract.partition_columns]
    found = (
        rows.groupBy(*names)
        .agg(F.count(F.when(F.col(columns.CLEAN), 1)).alias("clean"), F.count(columns.ERRORS).alias("dirty"))
        .collect()
    )
    clean = {partition.path({name: row[name] for name in names}): row["clean"] for row in found if row["clean"]}
    return Tally(dict(sorted(clean.items())), sum(row["dirty"] for row in found))
