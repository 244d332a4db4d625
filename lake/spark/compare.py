"""Two states of the same partitions, row by row by key and in total by currency."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from lake.rules import partition
from lake.rules.contract import Column, Contract
from lake.rules.summary import AmountChange, PartitionComparison

_SIDES = ("before", "after")
_COUNTS = ("rows_before", "rows_after", "added", "removed", "changed")


def needed_columns(contract: Contract) -> list[Column]:
    """The columns of a contract that a comparison reads, beside `row_hash`."""
    money = _amounts(contract)
    names = {each.currency_column for each in money} | {each.name for each in money}
    return [each for each in contract.columns if each.key or each.name in names]


def compared(
    before: DataFrame, after: DataFrame, contract: Contract, partitions: Sequence[str]
) -> tuple[PartitionComparison, ...]:
    """One comparison for each partition. Frames: the partition as text, `needed_columns` and `row_hash`."""
    names = [each.name for each in contract.partition_columns]
    both = before.withColumn("side", F.lit("before")).unionByName(after.withColumn("side", F.lit("after")))
    rows = {_place(row, names): row for row in _rows(both, contract, names).collect()}
    sums = {name: _Sums() for name in partitions}
    for row in _sums(both, contract, names).collect():
        for each in _amounts(contract):
            sums[_place(row, names)].add(each.name, row[f"in_{each.name}"] or "", row["side"], row[each.name])
    return tuple(_comparison(name, rows.get(name), sums[name]) for name in partitions)


class _Sums:
    """Sums by amount column and currency, before and after."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(_SIDES, Decimal(0)))

    def add(self, column: str, currency: str, side: str, amount: Decimal | None) -> None:
        """Columns may have currency columns of their own, so a currency may come in several groups."""
        self.found[column, currency][side] += amount or Decimal(0)

    def changes(self) -> tuple[AmountChange, ...]:
        """As the run summary tells them, one text for equal amounts."""
        return tuple(
            AmountChange(column, currency, *(f"{sums[side].normalize():f}" for side in _SIDES))
            for (column, currency), sums in sorted(self.found.items())
        )


def _rows(both: DataFrame, contract: Contract, names: list[str]) -> DataFrame:
    """Keys are unique on each side, so one group holds at most one row of each."""
    hashes = (F.max(F.when(F.col("side") == side, F.col("row_hash"))).alias(side) for side in _SIDES)
    met = both.groupBy(*names, *(each.name for each in contract.key)).agg(*hashes)
    was, now = (F.col(side).isNotNull() for side in _SIDES)
    found = {
        "rows_before": was,
        "rows_after": now,
        "added": now & ~was,
        "removed": was & ~now,
        "changed": was & now & (F.col("before") != F.col("after")),
    }
    return met.groupBy(*names).agg(*(F.count_if(which).alias(name) for name, which in found.items()))


def _sums(both: DataFrame, contract: Contract, names: list[str]) -> DataFrame:
    money = _amounts(contract)
    by_currency = [F.col(str(each.currency_column)).alias(f"in_{each.name}") for each in money]
    sums = [F.sum(each.name).alias(each.name) for each in money]
    return both.groupBy(*names, "side", *by_currency).agg(*sums or [F.count("*")])


def _amounts(contract: Contract) -> list[Column]:
    return [each for each in contract.columns if each.currency_column]


def _place(row: Row, names: list[str]) -> str:
    return partition.path({name: row[name] for name in names})


def _comparison(name: str, rows: Row | None, sums: _Sums) -> PartitionComparison:
    if rows is None:
        return PartitionComparison(name, 0, 0, 0, 0, 0)
    before, after, added, removed, changed = (rows[each] for each in _COUNTS)
    return PartitionComparison(name, before, after, added, removed, changed, sums.changes())
