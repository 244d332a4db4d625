"""First numbers of a run: clean rows of every partition, rows with errors, keys that may be there more than once."""

from dataclasses import dataclass
from math import ceil

from pyspark.sql import Column as Value
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.rules import partition
from lake.rules.contract import Contract
from lake.spark import columns
from lake.spark.duplicates import key_hash, partition_of
from lake.spark.judge import partition_text
from lake.spark.reuse import as_planned, together

# so few rows are compared with each other at once, without looking for candidates first
ALL_COMPARED = 100_000
# what one task sorts in some megabytes
KEYS_A_TASK = 500_000


@dataclass(frozen=True)
class Shared:
    """`_key_hash` of every key that several clean rows may have, how many of them there are, and of how many rows."""

    frame: DataFrame
    hashes: int
    rows: int


@dataclass(frozen=True)
class Tally:
    """Clean rows of every partition, and rows with errors. `shared` is None where rows are few: all are compared."""

    clean: dict[str, int]
    dirty: int
    shared: Shared | None = None

    @property
    def clean_rows(self) -> int:
        """Clean rows of all partitions."""
        return sum(self.clean.values())


def tally_of(rows: DataFrame, contract: Contract, most: int = 0) -> Tally:
    """Count judged rows, of which there are `most` at most; many are looked at for shared keys in the same pass."""
    names = [each.name for each in contract.partition_columns]
    if most <= ALL_COMPARED:
        return _tally(together(rows).groupBy(columns.CLEAN, *names).agg(F.count("*").alias("count")), contract)
    folded = _folded(rows, contract, ceil(most / KEYS_A_TASK))
    counts = (F.sum("count").alias("count"), F.count(columns.KEY_HASH).alias("hashes"), _shared_rows().alias("rows"))
    found = together(folded).groupBy(columns.CLEAN, *names).agg(*counts)
    return _tally(found, contract, folded.where(F.col(columns.KEY_HASH).isNotNull()).select(columns.KEY_HASH))


def _folded(rows: DataFrame, contract: Contract, tasks: int) -> DataFrame:
    """Rows of one key are one row with their count; then all keys of a partition that one row has are one row.

    Keys are sorted, because equal ones are then found without a map of them all. Each row with errors has a number of
    its own below zero, so that many of them are not all for one task.
    """
    number = F.when(F.col(columns.CLEAN), key_hash(contract)).otherwise(-1 - F.col(columns.ROW))
    known, clean = F.col(columns.KEY_HASH), F.col(columns.KEY_HASH) >= 0
    ordered = rows.select(number.alias(columns.KEY_HASH)).repartition(tasks, known).sortWithinPartitions(known)
    met = ordered.groupBy(known).agg(F.count("*").alias("rows"))
    places = (F.when(clean, each).alias(name) for name, each in partition_of(known, contract).items())
    shared = F.when(F.col("rows") > 1, known).alias(columns.KEY_HASH)
    return as_planned(met.groupBy(*places, clean.alias(columns.CLEAN), shared).agg(F.sum("rows").alias("count")))


def _shared_rows() -> Value:
    return F.sum(F.when(F.col(columns.KEY_HASH).isNotNull(), F.col("count")))


def _tally(counted: DataFrame, contract: Contract, hashes: DataFrame | None = None) -> Tally:
    names = [each.name for each in contract.partition_columns]
    paths = [partition_text(each).alias(each.name) for each in contract.partition_columns]
    others = [each for each in counted.columns if each not in names]
    found = counted.select(*others, *paths).collect()
    clean = {partition.path({name: row[name] for name in names}): row["count"] for row in found if row[columns.CLEAN]}
    shared = None
    if hashes is not None:
        shared = Shared(hashes, sum(row["hashes"] for row in found), sum(row["rows"] or 0 for row in found))
    return Tally(dict(sorted(clean.items())), sum(row["count"] for row in found if not row[columns.CLEAN]), shared)
