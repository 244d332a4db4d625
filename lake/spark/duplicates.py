"""Rows that do not become silver because their key is taken: duplicates and key conflicts.

Keys are compared within a partition. Few rows share a key, so eight-byte hashes find the candidates and only those
are compared in full; a false hit of the hash costs a comparison, never a wrong answer.
"""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from lake.rules.contract import Contract
from lake.spark import columns
from lake.spark.values import value

DUPLICATE = "duplicate"
CONFLICT = "conflict"


def losers(rows: DataFrame, current: DataFrame | None, contract: Contract) -> DataFrame:
    """`_row`, `_outcome`, `_winner` (a row_hash) of every clean row whose key is taken.

    `rows` are judged; `current` has the partition, key columns and `row_hash` of what is promoted. A current row
    always wins; else the smallest source and content do, so that neither file order nor a retry changes the answer.
    """
    key = [each.name for each in (*contract.partition_columns, *contract.key)]
    mine = _keyed(rows, contract)
    everyone = mine if current is None else mine.unionByName(current, allowMissingColumns=True)
    order = Window.partitionBy(*key).orderBy(F.col(columns.ROW).isNotNull(), columns.SOURCE, "row_hash", columns.ROW)
    ranked = _sharing_a_key(everyone, key).select(
        columns.ROW,
        "row_hash",
        F.first("row_hash").over(order).alias(columns.WINNER),
        F.row_number().over(order).alias("rank"),
    )
    same = F.col("row_hash") == F.col(columns.WINNER)
    return ranked.where(F.col(columns.ROW).isNotNull() & (F.col("rank") > 1)).select(
        columns.ROW, F.when(same, DUPLICATE).otherwise(CONFLICT).alias(columns.OUTCOME), columns.WINNER
    )


def _keyed(rows: DataFrame, contract: Contract) -> DataFrame:
    return rows.where(F.col(columns.ERRORS).isNull()).select(
        *(each.name for each in contract.partition_columns),
        *(value(each).alias(each.name) for each in contract.key),
        "row_hash",
        columns.SOURCE,
        columns.ROW,
    )


def _sharing_a_key(rows: DataFrame, key: list[str]) -> DataFrame:
    hashed = rows.withColumn(columns.KEY_HASH, F.xxhash64(*key))
    counts = hashed.groupBy(columns.KEY_HASH).agg(F.count("*").alias("all"), F.count(columns.ROW).alias("mine"))
    taken = counts.where("all > 1 and mine > 0").select(columns.KEY_HASH)
    return hashed.join(taken, columns.KEY_HASH, "left_semi")
