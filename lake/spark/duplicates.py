"""Rows that do not become silver because their key is taken: duplicates and key conflicts.

Keys are compared within a partition. Few rows share a key, so eight-byte hashes find the candidates and only those
are compared in full; a false hit of the hash costs a comparison, never a wrong answer.
"""

from dataclasses import dataclass

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from lake.rules.contract import Contract
from lake.spark import columns
from lake.spark.hashes import row_hash
from lake.spark.values import value

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
    def few(self) -> bool:
        """Whether they can be sent to every task."""
        return self.duplicates + self.conflicts <= MOST_SENT


def find_losers(rows: DataFrame, clean: int, current: DataFrame | None, contract: Contract) -> Losers | None:
    """The clean rows whose key is taken; None when there are none.

    `rows` are judged, `clean` of them clean; `current` has the partition, key columns and `row_hash` of what is
    promoted. A current row always wins; else the smallest source and content do, so that neither file order nor a
    retry changes the answer.
    """
    key = [each.name for each in (*contract.partition_columns, *contract.key)]
    mine = _hashed(rows.where(columns.CLEAN), contract)
    theirs = None if current is None else current.withColumn(columns.KEY_HASH, F.xxhash64(*key))
    shared = _shared_hashes(mine, clean, theirs).persist()
    count = shared.count()
    if not count:
        return None
    shared = F.broadcast(shared) if count <= MOST_SENT else shared
    rivals = _compared(mine.join(shared, columns.KEY_HASH, "left_semi"), contract)
    if theirs is not None:
        rivals = rivals.unionByName(theirs.join(shared, columns.KEY_HASH, "left_semi"), allowMissingColumns=True)
    return _counted(_beaten(rivals, key).persist())


def _hashed(clean: DataFrame, contract: Contract) -> DataFrame:
    """Rows with the hash of their partition and key; nothing dearer before it is known who must be compared."""
    key = (F.col(each.name) for each in contract.partition_columns)
    return clean.withColumn(columns.KEY_HASH, F.xxhash64(*key, *(value(each) for each in contract.key)))


def _compared(rows: DataFrame, contract: Contract) -> DataFrame:
    return rows.select(
        *(each.name for each in contract.partition_columns),
        *(value(each).alias(each.name) for each in contract.key),
        row_hash(contract).alias("row_hash"),
        columns.SOURCE,
        columns.ROW,
        columns.KEY_HASH,
    )


def _shared_hashes(mine: DataFrame, clean: int, theirs: DataFrame | None) -> DataFrame:
    hashes = mine.select(columns.KEY_HASH)
    shared = hashes.groupBy(columns.KEY_HASH).count().where("count > 1").select(columns.KEY_HASH)
    if theirs is None:
        return shared
    wanted = F.broadcast(hashes) if clean <= MOST_SENT else hashes
    known = theirs.select(columns.KEY_HASH).join(wanted, columns.KEY_HASH, "left_semi")
    return shared.union(known).distinct()


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


def _counted(beaten: DataFrame) -> Losers | None:
    counts = {row[columns.OUTCOME]: row["count"] for row in beaten.groupBy(columns.OUTCOME).count().collect()}
    return Losers(beaten, counts.get(DUPLICATE, 0), counts.get(CONFLICT, 0)) if counts else None
