"""First numbers of a run: how many clean rows belong to which partition, and how many rows have errors."""

from dataclasses import dataclass

from pyspark.sql import DataFrame

from lake.rules import partition
from lake.rules.contract import Contract
from lake.spark import columns
from lake.spark.judge import partition_text


@dataclass(frozen=True)
class Tally:
    """Clean rows of every partition, and rows with errors."""

    clean: dict[str, int]
    dirty: int

    @property
    def clean_rows(self) -> int:
        """Clean rows of all partitions."""
        return sum(self.clean.values())


def tally_of(rows: DataFrame, contract: Contract) -> Tally:
    """Count judged rows; one job, as many results as partitions."""
    names = [each.name for each in contract.partition_columns]
    paths = [partition_text(each).alias(each.name) for each in contract.partition_columns]
    found = rows.groupBy(columns.CLEAN, *names).count().select(columns.CLEAN, "count", *paths).collect()
    clean = {partition.path({name: row[name] for name in names}): row["count"] for row in found if row[columns.CLEAN]}
    return Tally(dict(sorted(clean.items())), sum(row["count"] for row in found if not row[columns.CLEAN]))
