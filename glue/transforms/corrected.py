"""Rows of silver that people corrected: a replacement takes them over, for no source holds them like that."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.rules import layout
from lake.rules.contract import Contract
from lake.rules.snapshot import Pointer
from lake.spark.current import in_path, read_files
from lake.spark.reuse import kept
from transforms.job_run import JobRun


@dataclass(frozen=True)
class Corrected:
    """By schema version, in the columns of silver."""

    by_version: dict[str, DataFrame]
    rows: int

    def keys(self, contract: Contract) -> DataFrame | None:
        """Partition, key and `row_hash` of each, None where there are none: whoever wants such a key comes second."""
        names = [F.col(each.name).cast("int").alias(each.name) for each in contract.partition_columns]
        names += [F.col(name) for name in (*(each.name for each in contract.key), "row_hash")]
        found = [each.select(*names) for each in self.by_version.values()]
        return reduce(lambda one, other: one.unionByName(other), found) if found else None


def corrected_rows(run: JobRun, dataset: str, bases: Mapping[str, Pointer]) -> Corrected:
    """The rows of the states that a run is to replace which a retry brought in: they have attempts behind them."""
    files: dict[str, list[str]] = {}
    for pointer in bases.values():
        for uri in pointer.uris:
            files.setdefault(layout.version_of(uri), []).append(uri)
    found = {
        version: kept(_read(run, run.lake.contracts.get(dataset, version), uris)) for version, uris in files.items()
    }
    counts = {version: rows.count() for version, rows in found.items()}
    return Corrected({version: found[version] for version, rows in counts.items() if rows}, sum(counts.values()))


def _read(run: JobRun, contract: Contract, uris: list[str]) -> DataFrame:
    promised = (*contract.columns, *run.lake.contracts.lineage)
    rows = read_files(run.spark, uris, None, ", ".join(f"`{each.name}` {each.type}" for each in promised))
    month = (in_path(each.name).alias(each.name) for each in contract.partition_columns)
    return rows.where("attempt_count > 0").select(*(each.name for each in promised), *month)
