"""Rows that do not become silver because their key is taken: duplicates and key conflicts.

Keys are compared within a partition. Few rows share a key, so eight-byte hashes find the candidates and only those
are compared in full; a false hit of the hash costs a comparison, never a wrong answer.
"""

from dataclasses import dataclass

from pyspark.sql import Column as Value
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from lake.rules.contract import Contract
from lake.spark import columns
from lake.spark.hashes import clean_row_hash
from lake.spark.reuse import kept, together
from lake.spark.values import clean_value

DUPLICATE = "duplicate"
CONFLICT = "conflict"
# a set of so many rows is sent to every task instead of shuffling the other side: some 100 MB at most
MOST_SENT = 1_000_000


@dataclass(frozen=True)
class Losers:
    """`_row`, `_outcome`, `_winner` (a row_hash) of every clean row whose key is taken, and how many there are."""

    frame: DataFrame
    duplicates: int
    conflicts: int

    @property
    def count(self) -> int:
        """All of them."""
        return self.duplicates + self.conflicts

    @property
    def few(self) -> bool:
        """Whether they can be sent to every task."""
        return self.count <= MOST_SENT


def sent(frame: DataFrame, rows: int) -> DataFrame:
    """The side of a join that has so many rows: sent to every task when they are few."""
    return F.broadcast(frame) if rows <= MOST_SENT else frame


def key_hash(contract: Contract) -> Value:
    """Eight bytes for the partition and key of a clean row."""
    parts = (F.col(each.name) for each in contract.partition_columns)
    return F.xxhash64(*parts, *(clean_value(each) for each in contract.key))


def with_key_hash(current: DataFrame, contract: Contract) -> DataFrame:
    """What is promoted, with the same hash: `current` has the partition, key columns and `row_hash`."""
    names = (each.name for each in (*contract.partition_columns, *contract.key))
    return current.withColumn(columns.KEY_HASH, F.xxhash64(*names))


def find_losers(candidates: DataFrame, current: DataFrame | None, contract: Contract, one_task: bool) -> Losers | None:
    """The rows among `candidates` whose key is taken; None when there are none. A few are compared in one task.

    A current row always wins; else the smallest source and content do, so that neither file order nor a retry changes
    the answer.
    """
    rivals = candidates.select(
        *(each.name for each in contract.partition_columns),
        *(clean_value(each).alias(each.name) for each in contract.key),
        clean_row_hash(contract).alias("row_hash"),
        columns.SOURCE,
        columns.ROW,
    )
    if current is not None:
        rivals = rivals.unionByName(current.drop(columns.KEY_HASH), allowMissingColumns=True)
    rivals = together(rivals) if one_task else rivals
    beaten = kept(_beaten(rivals, [each.name for each in (*contract.partition_columns, *contract.key)]))
    found = (together(beaten) if one_task else beaten).groupBy(columns.OUTCOME).count().collect()
    counts = {row[columns.OUTCOME]: row["count"] for row in found}
    return Losers(beaten, counts.get(DUPLICATE, 0), counts.get(CONFLICT, 0)) if counts else None


def _beaten(rivals: DataFrame, key: list[str]) -> DataFrame:
    first = Window.partitionBy(*key).orderBy(F.col(columns.ROW).isNotNull(), columns.SOURCE, "row_hash", columns.ROW)
    ranked = rivals.select(
        columns.ROW,
        "row_hash",
        F.first("row_hash").over(first).alias(columns.WINNER),
        F.row_number().over(first).alias("rank"),
    )
    same = F.col("row_hash") == F.col(columns.WINNER)
    return ranked.where(F.col(columns.ROW).isNotNull() & (F.col("rank") > 1)).select(
        columns.ROW,
        F.when(same, DUPLICATE).otherwise(CONFLICT).alias(columns.OUTCOME),
        F.when(~same, F.col(columns.WINNER)).alias(columns.WINNER),
    )
