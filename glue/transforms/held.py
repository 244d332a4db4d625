"""What quarantine holds, and what of it meets the rows that a run reads again."""

from collections.abc import Iterable
from dataclasses import dataclass

from pyspark.sql import Column as Value
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.rules import layout
from lake.rules.held_state import CONDEMNED, DUPLICATE, ERASED, OPEN, RECOVERED
from lake.rules.layout import Place
from lake.rules.snapshot import Pointer
from lake.spark import columns
from lake.spark.duplicates import CONFLICT, Losers, sent
from lake.spark.entries import newest, read_entries
from lake.spark.hashes import any_row_hash, possible_hashes
from lake.spark.reuse import kept
from lake.spark.split import Origin
from lake.steps.current import current_partitions
from transforms.job_run import JobRun, pointers

# a row is known by its content, on whatever day it was delivered
CONTENT = ["row_hash"]


# of rows: silver has the row as a person corrected it; without an attempt behind it, as it was delivered
CORRECTED = f"state = '{RECOVERED}' AND attempt_count > 0"


@dataclass(frozen=True)
class Held:
    """The newest entry of every row there is; None where there are none."""

    place: Place
    bases: dict[str, Pointer]
    newest: DataFrame | None

    def waiting(self) -> DataFrame | None:
        """The rows that are open."""
        return self._where(F.col("state") == OPEN)

    def back_in_silver(self) -> DataFrame | None:
        """Rows that are in silver as they were delivered, because the rules had changed."""
        return self._where((F.col("state") == RECOVERED) & (F.col("attempt_count") == 0))

    def settled(self) -> DataFrame | None:
        """Contents that no run takes by itself: condemned, erased, there as another row, or in silver as corrected."""
        found = self._where(F.col("state").isin(CONDEMNED, DUPLICATE, ERASED) | F.expr(CORRECTED))
        return None if found is None else found.select(*CONTENT).distinct()

    def without_settled(self, rows: DataFrame, origin: Origin) -> tuple[DataFrame, int]:
        """Rows without the clean ones that are settled, and how many those are."""
        settled = self.settled()
        if settled is None:
            return rows, 0
        clean = contents(rows.where(columns.CLEAN), origin)
        found = kept(clean.join(settled, CONTENT, "left_semi").select(columns.ROW).distinct())
        count = found.count()
        return rows.join(sent(found, count), columns.ROW, "left_anti"), count

    def recovered(self, rows: DataFrame, losers: Losers | None, origin: Origin) -> DataFrame | None:
        """Contents that wait here and are silver now; None where nothing waits."""
        waiting = self.waiting()
        if waiting is None:
            return None
        clean = rows.where(columns.CLEAN)
        if losers is not None and losers.conflicts:
            lost = losers.frame.where(F.col(columns.OUTCOME) == CONFLICT).select(columns.ROW)
            clean = clean.join(sent(lost, losers.conflicts), columns.ROW, "left_anti")
        found = contents(clean, origin).select(*CONTENT)
        return kept(waiting.select(*CONTENT).distinct().join(found, CONTENT, "left_semi"))

    def _where(self, condition: Value) -> DataFrame | None:
        return None if self.newest is None else self.newest.where(condition)


def held_rows(run: JobRun, origin: Origin) -> Held:
    """The newest entries of all days: a record may have been delivered before, on another day."""
    place = layout.quarantine_place(run.lake.buckets.quarantine, origin.contract.dataset)
    bases = pointers(run, place, current_partitions(run.lake.store, place))
    found = entries_of(run, [uri for pointer in bases.values() for uri in pointer.uris])
    return Held(place, bases, None if found is None else newest(found))


def entries_of(run: JobRun, uris: Iterable[str], names: Iterable[str] = ()) -> DataFrame | None:
    """The entries in files of quarantine, with all columns or those of these names; None where there is no file."""
    return read_entries(run.spark, list(uris), run.lake.contracts.quarantine, list(names))


def contents(rows: DataFrame, origin: Origin) -> DataFrame:
    """`_row` and each content under which a judged row may be known."""
    bad = F.array(any_row_hash(origin.contract))
    hashes = F.when(F.col(columns.CLEAN), possible_hashes(origin.contract)).otherwise(bad)
    return rows.select(columns.ROW, F.explode(hashes).alias("row_hash"))
