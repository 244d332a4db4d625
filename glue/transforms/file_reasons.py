"""Files of quarantine tell what their entries change, so that the daily mail and the gate need to read no row."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from lake.rules.contract import Contract
from lake.rules.held_state import CONDEMNED, OPEN
from lake.rules.summary import FileEntry, PartitionFiles
from lake.spark.entries import FILE, JUDGED, codes, codes_before, joined, read_entries
from lake.spark.reuse import together
from lake.spark.split import ONE_TASK
from transforms.written import Written

BETWEEN = ", "


@dataclass
class _Told:
    """What one file tells."""

    states: Counter[str] = field(default_factory=Counter)
    waiting: int = 0
    condemned: int = 0
    errors: Counter[str] = field(default_factory=Counter)

    def of(self, file: FileEntry) -> FileEntry:
        states, errors = _some(self.states), _some(self.errors)
        return replace(file, states=states, errors=errors, waiting=self.waiting, condemned=self.condemned)


def with_reasons(spark: SparkSession, promised: Contract, written: Written, judged: bool) -> Written:
    """Files of quarantine with what each of them changes, as they were written; a code in two columns counts once.

    `errors`, where the run `judged` rows: how many of those have each code.
    """
    entries = read_entries(spark, written.uris, promised, JUDGED)
    if entries is None:
        return written
    found: dict[str, _Told] = defaultdict(_Told)
    errors: Counter[str] = Counter()
    for row in _grouped(entries, written.rows <= ONE_TASK).collect():
        told = found[_name(unquote(row[FILE]))]
        _count_states(told, row["state"], row["previous_state"], row["rows"])
        _count_codes(told, row)
        if judged and row["state"] in {OPEN, CONDEMNED} and not row["joined"]:
            errors.update(dict.fromkeys(_codes(row["now"]), row["rows"]))
    partitions = tuple(_told(part, found) for part in written.partitions)
    return replace(written, partitions=partitions, errors=_some(errors))


def _grouped(entries: DataFrame, few: bool) -> DataFrame:
    """Rows of each file by the state they left and the one they are in, and by their codes before and now."""
    by = {
        "joined": joined(),
        "now": F.array_join(codes(F.col("errors")), BETWEEN),
        "before": F.array_join(codes_before(), BETWEEN),
    }
    told = entries.select(FILE, "state", "previous_state", *(value.alias(name) for name, value in by.items()))
    return (together(told) if few else told).groupBy(*told.columns).agg(F.count("*").alias("rows"))


def _count_codes(told: _Told, row: Row) -> None:
    """Rows with a code that wait and did not before, less those that waited."""
    if row["state"] == OPEN:
        told.errors.update(dict.fromkeys(_codes(row["now"]), row["rows"]))
    if row["previous_state"] == OPEN:
        told.errors.subtract(dict.fromkeys(_codes(row["before"]), row["rows"]))


def _codes(told: str) -> list[str]:
    return told.split(BETWEEN) if told else []


def _count_states(told: _Told, state: str, previous_state: str | None, rows: int) -> None:
    told.states[state] += rows
    told.waiting += rows * ((state == OPEN) - (previous_state == OPEN))
    told.condemned += rows * ((state == CONDEMNED) - (previous_state == CONDEMNED))


def _some(counts: Counter[str]) -> dict[str, int]:
    return {name: rows for name, rows in sorted(counts.items()) if rows}


def _told(part: PartitionFiles, found: dict[str, _Told]) -> PartitionFiles:
    return replace(part, files=tuple(found[_name(file.uri)].of(file) for file in part.files))


def _name(address: str) -> str:
    """The end of an address that tells files of one run apart; the scheme is not the same everywhere."""
    return address.rpartition("/attempt=")[2]
