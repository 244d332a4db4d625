"""Whether two frames hold the same rows, whatever their order: how many, the sum of their hashes, the difference."""

from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

NULL = "\x00"
Keys = tuple[str, ...]


@dataclass(frozen=True)
class RowSet:
    """How many rows there are, and the sum of the 64-bit hashes of all their fields."""

    rows: int
    total: int

    def __add__(self, other: "RowSet") -> "RowSet":
        return RowSet(self.rows + other.rows, self.total + other.total)


NO_ROWS = RowSet(0, 0)


def row_sets(rows: DataFrame, partition_columns: list[str]) -> dict[Keys, RowSet]:
    """The row set of each partition. The name of a field is part of what is hashed, so that no null shifts another."""
    names = sorted(rows.columns)
    values = (F.coalesce(F.col(each).cast("string"), F.lit(NULL)) for each in names)
    fields = [part for name, value in zip(names, values, strict=True) for part in (F.lit(name), value)]
    hashed = rows.select(*partition_columns, F.xxhash64(*fields).cast("decimal(38,0)").alias("_hash"))
    sums = hashed.groupBy(*partition_columns).agg(F.count("*").alias("rows"), F.sum("_hash").alias("total"))
    return {
        tuple(str(row[each]) for each in partition_columns): RowSet(row["rows"], int(row["total"]))
        for row in sums.collect()
    }


def differing(one: DataFrame, other: DataFrame, partition_columns: list[str]) -> dict[Keys, int]:
    """How many rows of each partition are on one side only, counted as often as they are there."""
    other = other.select(*one.columns)
    apart = one.exceptAll(other).unionByName(other.exceptAll(one))
    return {
        tuple(str(row[each]) for each in partition_columns): row["count"]
        for row in apart.groupBy(*partition_columns).count().collect()
    }
