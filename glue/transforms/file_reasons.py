"""Files of quarantine tell what their entries change, so that the daily mail and the gate need to read no row."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from pyspark.sql import Column as Value
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lake.rules.contract import Contract
from lake.rules.held_state import CONDEMNED, OPEN
from lake.rules.summary import FileEntry, PartitionFiles, RunSummary
from lake.spark.entries import FILE, JUDGED, codes, codes_before, read_entries


@dataclass
class _Told:
    """What one file tells."""

    states: dict[str, int] = field(default_factory=dict)
    waiting: int = 0
    condemned: int = 0
    errors: dict[str, int] = field(default_factory=dict)

    def of(self, file: FileEntry) -> FileEntry:
        errors = {code: rows for code, rows in sorted(self.errors.items()) if rows}
        return replace(
            file,
            errors=errors,
            states=dict(sorted(self.states.items())),
            waiting=self.waiting,
            condemned=self.condemned,
        )


def with_reasons(spark: SparkSession, promised: Contract, summary: RunSummary) -> RunSummary:
    """The summary with what each of its quarantine files changes, as written; a code in two columns counts once."""
    uris = [file.uri for part in summary.quarantine for file in part.files]
    entries = read_entries(spark, uris, promised, JUDGED)
    if entries is None:
        return summary
    found: dict[str, _Told] = defaultdict(_Told)
    _count_states(entries, found)
    _count_codes(entries, found)
    return replace(summary, quarantine=tuple(_told(part, found) for part in summary.quarantine))


def _count_states(entries: DataFrame, found: dict[str, _Told]) -> None:
    for row in entries.groupBy(FILE, "state", "previous_state").count().collect():
        told, rows = found[_name(unquote(row[FILE]))], row["count"]
        told.states[row["state"]] = told.states.get(row["state"], 0) + rows
        told.waiting += rows * ((row["state"] == OPEN) - (row["previous_state"] == OPEN))
        told.condemned += rows * ((row["state"] == CONDEMNED) - (row["previous_state"] == CONDEMNED))


def _count_codes(entries: DataFrame, found: dict[str, _Told]) -> None:
    now = _each(entries.where(F.col("state") == OPEN), codes(F.col("errors")), 1)
    before = _each(entries.where(F.col("previous_state") == OPEN), codes_before(), -1)
    for row in now.unionByName(before).groupBy(FILE, "code").agg(F.sum("change").alias("change")).collect():
        found[_name(unquote(row[FILE]))].errors[row["code"]] = row["change"]


def _each(entries: DataFrame, found: Value, change: int) -> DataFrame:
    return entries.select(FILE, F.explode(found).alias("code"), F.lit(change).alias("change"))


def _told(part: PartitionFiles, found: dict[str, _Told]) -> PartitionFiles:
    return replace(part, files=tuple(found[_name(file.uri)].of(file) for file in part.files))


def _name(address: str) -> str:
    """The end of an address that tells files of one run apart; the scheme is not the same everywhere."""
    return address.rpartition("/attempt=")[2]
