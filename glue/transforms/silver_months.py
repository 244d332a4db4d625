"""What is current in silver, month by month, for the jobs that build on it."""

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.rules import partition
from lake.rules.contract import Contract
from lake.rules.layout import Place
from lake.rules.snapshot import Snapshot
from lake.spark.current import read_versions
from lake.steps.current import current_snapshot, read_pointer
from transforms.gold_inputs import MONTH
from transforms.job_run import AT_ONCE, JobRun


@dataclass(frozen=True)
class SilverMonths:
    """Snapshots of the months a job reads, by month; their files may be of any schema version."""

    contract: Contract
    snapshots: dict[str, Snapshot]

    def inputs(self) -> dict[str, str]:
        """What the run summary says of the silver that was read: `<dataset>/<partition>` to snapshot id."""
        return {f"{self.contract.dataset}/{each.partition}": each.snapshot_id for each in self.snapshots.values()}

    def rows(self, run: JobRun) -> DataFrame:
        """The rows of all these months, with their month as `as_of_month`."""
        uris = [file.uri for each in self.snapshots.values() for file in each.files]
        fields = ", ".join(f"`{each.name}` {each.type}" for each in self.contract.columns)
        names = [each.name for each in self.contract.partition_columns]
        month = F.concat_ws("-", *names).alias(MONTH)
        if not uris:
            return run.spark.createDataFrame([], f"{fields}, {MONTH} string")
        return read_versions(run.spark, uris, fields).select(*(e.name for e in self.contract.columns), month)


def read_silver_months(run: JobRun, contract: Contract, place: Place, months: Collection[str]) -> SilverMonths:
    """The current snapshots of these months; a month without one is left out."""

    def snapshot(month: str) -> Snapshot | None:
        pointer = read_pointer(run.lake.store, place, partition.silver_path(month))
        return current_snapshot(run.lake.store, place, pointer) if pointer else None

    ordered = sorted(months)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = zip(ordered, pool.map(snapshot, ordered), strict=True)
        return SilverMonths(contract, {month: each for month, each in found if each is not None})
