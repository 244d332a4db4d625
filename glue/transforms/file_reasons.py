"""Files of quarantine tell what their entries change, so that the daily mail and the gate need to read no row."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from pyspark.sql import Column as Value
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lake.rules.contract import Contract
from lake.rules.held_state import CONDEMNED, OPEN
from lake.rules.summary import FileEntry, PartitionFiles
from lake.spark.entries import FILE, JUDGED, codes, codes_before, joined, read_entries
from transforms.written import Written


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
    for row in _changes(entries).collect():
        told = found[_name(unquote(row[FILE]))]
        if row["code"] is None:
            _count_states(told, row["state"], row["previous_state"], row["rows"])
        else:
            told.errors[row["code"]] += row["change"]
            errors[row["code"]] += row["judged"] if judged else 0
    partitions = tuple(_told(part, found) for part in written.partitions)
    return replace(written, partitions=partitions, errors=_some(errors))


def _changes(entries: DataFrame) -> DataFrame:
    """Rows of each file by the state they left and the one they are in: all of them, and those with each code.

    `change`: rows with the code that wait and did not before, less those that waited. `judged`: those judged just now.
    """
    waits, waited = F.col("state") == OPEN, F.coalesce(F.col("previous_state") == OPEN, F.lit(False))
    just_judged = F.col("state").isin(OPEN, CONDEMNED) & ~joined()
    nobody = F.lit(False)
    each = F.concat(
        F.array(_item(F.lit(None).cast("string"), nobody, nobody, nobody)),
        F.transform(codes(F.col("errors")), lambda code: _item(code, waits, nobody, just_judged)),
        F.transform(codes_before(), lambda code: _item(code, nobody, waited, nobody)),
    )
    by = (FILE, "state", "previous_state")
    grouped = entries.select(*by, F.inline(each)).groupBy(*by, "code")
    return grouped.agg(F.count("*").alias("rows"), F.sum("change").alias("change"), F.sum("judged").alias("judged"))


def _item(code: Value, more: Value, less: Value, judged: Value) -> Value:
    change = more.cast("int") - less.cast("int")
    return F.struct(code.alias("code"), change.alias("change"), judged.cast("int").alias("judged"))


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
