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
# each is one more than its part: a moment of year 0 may be in year -1 in UTC
_BITS = {"year": 14, "month": 4, "day": 6}


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
    """Eight bytes for a clean row, never below zero: its partition in the upper bits, below them a hash of its key."""
    return _in_partition(contract, F.xxhash64(*(clean_value(each) for each in contract.key)))


def partition_of(hashed: Value, contract: Contract) -> dict[str, Value]:
    """The partition columns that a key hash was made with, by name."""
    free, found = _free_bits(contract), dict[str, Value]()
    for each in reversed(contract.partition_columns):
        shifted = F.shiftright(hashed, free).bitwiseAND(F.lit((1 << _BITS[each.name]) - 1))
        found[each.name] = (shifted - 1).cast("int")
        free += _BITS[each.name]
    return found


def _in_partition(contract: Contract, hashed: Value) -> Value:
    place = F.lit(0).cast("bigint")
    for each in contract.partition_columns:
        place = F.shiftleft(place, _BITS[each.name]).bitwiseOR(F.col(each.name).cast("bigint") + 1)
    free = _free_bits(contract)
    return F.shiftleft(place, free).bitwiseOR(F.shiftrightunsigned(hashed, 64 - free))


def _free_bits(contract: Contract) -> int:
    return 63 - sum(_BITS[each.name] for each in contract.partition_columns)


def with_key_hash(current: DataFrame, contract: Contract) -> DataFrame:
    """What is promoted, with the same hash: `current` has the partition, key columns and `row_hash`."""
    hashed = F.xxhash64(*(each.name for each in contract.key))
    return current.withColumn(columns.KEY_HASH, _in_partition(contract, hashed))


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
