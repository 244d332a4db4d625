"""What quarantine holds of the days whose sources a run reads again, and what of it meets the rows read now."""

from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.rules import layout, partition
from lake.rules.layout import Place
from lake.rules.snapshot import Pointer
from lake.spark import columns
from lake.spark.current import in_path, read_files
from lake.spark.duplicates import CONFLICT, Losers, sent
from lake.spark.hashes import possible_hashes
from lake.spark.reuse import kept
from lake.spark.split import Origin
from transforms.job_run import JobRun, pointers

# a row is known by its content within the day it was delivered
CONTENT = ["row_hash", "ingest_date"]


@dataclass(frozen=True)
class Held:
    """Rows that wait (`waiting`, None: none) and contents that are condemned, by ingest date."""

    place: Place
    bases: dict[str, Pointer]
    waiting: DataFrame | None
    condemned: DataFrame | None

    @property
    def known(self) -> DataFrame | None:
        """Contents that are not opened again."""
        found = [each.select(*CONTENT) for each in (self.waiting, self.condemned) if each is not None]
        return (found[0].union(found[1]) if len(found) > 1 else found[0]).distinct() if found else None

    def without_condemned(self, rows: DataFrame, origin: Origin) -> tuple[DataFrame, int]:
        """Rows without the clean ones that are condemned, and how many those are: they need an approval first."""
        if self.condemned is None:
            return rows, 0
        clean = _contents(rows.where(columns.CLEAN), origin)
        condemned = kept(clean.join(self.condemned, CONTENT, "left_semi").select(columns.ROW).distinct())
        count = condemned.count()
        return rows.join(sent(condemned, count), columns.ROW, "left_anti"), count

    def recovered(self, rows: DataFrame, losers: Losers | None, origin: Origin) -> DataFrame | None:
        """Contents that wait here and are silver now; None where nothing waits."""
        if self.waiting is None:
            return None
        clean = rows.where(columns.CLEAN)
        if losers is not None and losers.conflicts:
            lost = losers.frame.where(F.col(columns.OUTCOME) == CONFLICT).select(columns.ROW)
            clean = clean.join(sent(lost, losers.conflicts), columns.ROW, "left_anti")
        waiting = self.waiting.select(*CONTENT).distinct()
        return kept(waiting.join(_contents(clean, origin).select(*CONTENT), CONTENT, "left_semi"))


def held_rows(run: JobRun, origin: Origin) -> Held:
    """What waits and what is condemned from the days of a run's sources."""
    bucket, dataset = run.lake.buckets.quarantine, origin.contract.dataset
    place, condemned = layout.quarantine_place(bucket, dataset), layout.condemned_place(bucket, dataset)
    days = sorted({partition.path({"ingest_date": each.ingest_date}) for each in origin.sources})
    bases = pointers(run, place, days)
    promised = [(each.name, each.type) for each in run.lake.contracts.quarantine.columns]
    return Held(
        place,
        bases,
        _read(run, bases, promised),
        _read(run, pointers(run, condemned, days), [("row_hash", "string")]),
    )


def _read(run: JobRun, found: dict[str, Pointer], promised: list[tuple[str, str]]) -> DataFrame | None:
    uris = [uri for pointer in found.values() for uri in pointer.uris]
    if not uris:
        return None
    rows = read_files(run.spark, uris, None, ", ".join(f"`{name}` {hive_type}" for name, hive_type in promised))
    return rows.select("*", in_path("ingest_date").alias("ingest_date"))


def _contents(rows: DataFrame, origin: Origin) -> DataFrame:
    hashes = F.explode(possible_hashes(origin.contract)).alias("row_hash")
    return rows.select(columns.ROW, hashes, origin.ingest_date().alias("ingest_date"))
