"""Entries of quarantine: the newest of each row counts, and each names all that came before it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyspark.sql import Column as Value
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from lake.rules.contract import Contract
from lake.rules.held_state import OPEN
from lake.spark.current import in_path, read_files

DELIVERY = "delivery"
FILE = "_file"
# what tells which state an entry left, and which it leads to
JUDGED = ("errors", "state", "previous_state", "revision", "retry_history")
ROW = ("ingest_date", "row_id")
_PLACE, _WHAT = "_place", "_what"


@dataclass(frozen=True)
class Event:
    """What makes an entry: a run, when it was, and whoever wanted it."""

    run_id: str
    at: str
    by: str


def read_entries(
    spark: SparkSession, uris: Sequence[str], promised: Contract, names: Sequence[str] = ()
) -> DataFrame | None:
    """The entries in files of quarantine, and `_file`: all columns, or those of these names. None without a file."""
    if not uris:
        return None
    wanted = [each for each in promised.columns if not names or each.name in names]
    rows = read_files(spark, uris, None, ", ".join(f"`{each.name}` {each.type}" for each in wanted))
    # an older build wrote one entry for each row, and no state
    defaults = {"state": F.lit(OPEN), "revision": F.lit(0)}
    told = (_or(defaults.get(each.name), each.name) for each in wanted)
    return rows.select(*told, in_path("ingest_date").alias("ingest_date"), F.col("_metadata.file_path").alias(FILE))


def _or(default: Value | None, name: str) -> Value:
    return F.col(name) if default is None else F.coalesce(F.col(name), default).alias(name)


def newest(entries: DataFrame) -> DataFrame:
    """The newest entry of each row."""
    newest_first = Window.partitionBy(*ROW).orderBy(F.col("revision").desc())
    ranked = entries.withColumn(_PLACE, F.row_number().over(newest_first))
    return ranked.where(F.col(_PLACE) == 1).drop(_PLACE)


def following(held: DataFrame, event: Event, changes: Mapping[str, Value], what: Value) -> DataFrame:
    """The entries that come after the newest ones: `changes` are their new values, `what` says what was done."""
    errors, attempt = (changes.get(name, F.col(name)) for name in ("errors", "attempt_count"))
    # worked out first: a name inside a lambda would mean the new column of that name, not the old one
    held = held.withColumn(_WHAT, what)
    happened = _item(attempt, F.lit(event.run_id), F.lit(event.at), F.lit(event.by), errors, F.col(_WHAT))
    at = F.date_format("ingested_at", "yyyy-MM-dd'T'HH:mm:ss'Z'")
    delivered = _item(F.col("attempt_count"), F.col("run_id"), at, F.lit(DELIVERY), F.col("errors"), F.lit(""))
    before = F.when(F.size("retry_history") > 0, F.col("retry_history")).otherwise(F.array(delivered))
    return held.withColumns(
        {
            **changes,
            "previous_state": F.col("state"),
            "revision": F.col("revision") + 1,
            "run_id": F.lit(event.run_id),
            "retry_history": F.concat(before, F.array(happened)),
        }
    ).drop(_WHAT)


def codes(errors: Value) -> Value:
    """The error codes of a row, each once."""
    return F.array_distinct(errors["code"])


def no_errors() -> Value:
    """Of a row that passed every check."""
    return F.expr("cast(array() as array<struct<code:string,column:string,found:string,expected:string>>)")


def codes_before() -> Value:
    """The codes a row had before its newest entry; none for its first one."""
    told_before = F.try_element_at("retry_history", F.lit(-2))["errors"]
    named = F.array_remove(F.split(told_before, ", "), "")
    return F.when(F.col("revision") > 0, named).otherwise(F.array().cast("array<string>"))


def joined() -> Value:
    """Whether an entry only notes that the row was delivered again: same state, same attempt as before."""
    last, before = (F.try_element_at("retry_history", F.lit(place))["attempt"] for place in (-1, -2))
    same = (F.col("state") == F.col("previous_state")) & (last == before)
    return F.when(F.col("revision") > 0, same).otherwise(F.lit(False))


def _item(attempt: Value, run_id: Value, at: Value, by: Value, errors: Value, what: Value) -> Value:
    return F.struct(
        attempt.cast("int").alias("attempt"),
        run_id.alias("run_id"),
        at.alias("at"),
        by.alias("by"),
        F.array_join(codes(errors), ", ").alias("errors"),
        what.alias("changed"),
    )
