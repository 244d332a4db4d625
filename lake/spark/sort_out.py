"""Judged rows in three piles: those that become silver, those that wait, those that are there already."""

from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.rules.contract import Contract
from lake.spark import columns
from lake.spark.duplicates import Losers, find_losers, key_hash, sent, with_key_hash
from lake.spark.reuse import balanced, kept
from lake.spark.tally import ALL_COMPARED, Shared, Tally


@dataclass(frozen=True)
class SortedOut:
    """`valid`: clean rows with a key of their own. `aside`: at least the rows with errors and those that share a key.

    Of many rows, `aside` is kept, so that what concerns a few does not go through all of them again.
    """

    valid: DataFrame
    aside: DataFrame
    losers: Losers | None
    dirty: int

    @property
    def duplicates(self) -> int:
        """Rows dropped, because the same row is there already."""
        return self.losers.duplicates if self.losers else 0

    @property
    def to_quarantine(self) -> int:
        """Rows that wait for a person."""
        return self.dirty + (self.losers.conflicts if self.losers else 0)


def sort_out(rows: DataFrame, tally: Tally, current: DataFrame | None, contract: Contract) -> SortedOut:
    """Find the rows that are not to become silver. `current`: partition, key columns and `row_hash` of what is."""
    clean = rows.where(columns.CLEAN)
    current = None if current is None else with_key_hash(current, contract)
    every = clean.select(key_hash(contract).alias(columns.KEY_HASH))
    if tally.shared is None:
        aside, hashes, compared = rows, sent(every, tally.clean_rows), tally.clean_rows
    else:
        found = _with_known(tally.shared, sent(every, tally.clean_rows), current)
        hashes, compared = sent(found.frame, found.hashes), found.rows
        aside = kept(_aside(rows, hashes, contract))
    rivals = None if current is None else current.join(hashes, columns.KEY_HASH, "left_semi")
    few = compared <= ALL_COMPARED
    losers = find_losers(aside.where(columns.CLEAN), rivals, contract, few) if compared else None
    return SortedOut(_without(clean, losers, contract), aside, losers, tally.dirty)


def _with_known(shared: Shared, every: DataFrame, current: DataFrame | None) -> Shared:
    """Together with the keys among `every` that may be promoted already; most of those have one row."""
    if current is None:
        return shared
    known = current.select(columns.KEY_HASH).join(every, columns.KEY_HASH, "left_semi")
    found = kept(shared.frame.union(known).distinct())
    count = found.count()
    return Shared(found, count, shared.rows + count)


def _aside(rows: DataFrame, shared: DataFrame, contract: Contract) -> DataFrame:
    hashed = rows.withColumn(columns.KEY_HASH, F.when(F.col(columns.CLEAN), key_hash(contract)))
    marked = hashed.join(shared.withColumn(columns.SHARED, F.lit(True)), columns.KEY_HASH, "left")
    return marked.where(~F.col(columns.CLEAN) | F.col(columns.SHARED)).drop(columns.KEY_HASH, columns.SHARED)


def _without(clean: DataFrame, losers: Losers | None, contract: Contract) -> DataFrame:
    if losers is None:
        return clean
    kept = clean.join(sent(losers.frame.select(columns.ROW), losers.count), columns.ROW, "left_anti")
    # a join that shuffled has mixed the partitions again
    return kept if losers.few else balanced(kept, contract.partition_columns)
