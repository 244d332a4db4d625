"""One candidate as one process: `… candidate NAME FILE [BEFORE] FOLDER`; prints one RESULT line."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from lake.rules.correction import Correction
from lake.spark import checks, columns
from lake.spark.hashes import row_hash
from lake.spark.judge import judged
from lake.spark.read import read_sources
from lake.spark.session import AT_START, CODEC, LEVEL, SETTINGS, spark_session
from lake.spark.values import value
from tests.benchmarks.meter import Meter
from tests.benchmarks.truth import differences
from tests.benchmarks.waiting import summary
from tests.spark.conftest import VIEW_FS
from tests.spark.disk_lake import DiskLake

SOURCE_ID_LENGTH = 16
TYPED = "TransactionID string, CustomerID string, TransactionAmount decimal(18,4), Currency string, at timestamp"


def session(folder: Path) -> SparkSession:
    """The same Spark and JVM for every candidate; what the shipped job sets for itself is its own."""
    settings = {
        "spark.driver.memory": "4g",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        # an archive of classes is good for one class path only
        "spark.driver.extraClassPath": os.environ.get("BENCH_CLASS_PATH", ""),
        "spark.driver.extraJavaOptions": os.environ.get("BENCH_JVM", "-XX:+UseParallelGC"),
        "spark.sql.session.timeZone": "UTC",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.local.dir": str(folder / "scratch"),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.shuffle.partitions": os.environ.get("BENCH_SHUFFLE", "8"),
        "spark.hadoop.fs.s3.impl": VIEW_FS,
        "spark.hadoop.fs.viewfs.overload.scheme.target.s3.impl": "org.apache.hadoop.fs.LocalFileSystem",
    }
    spark = SparkSession.builder.master("local[2]").config(map=settings | AT_START).getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def start(spark: SparkSession, _folder: Path, _file: Path) -> dict[str, Any]:
    """What every Spark run pays before it does anything."""
    return {"rows": spark.range(1).count()}


def copy(spark: SparkSession, folder: Path, file: Path) -> dict[str, Any]:
    """The limit: typed read, one file a month in the job's codec, no checks, no hashes, no counts."""
    return _written(_by_month(spark, file), folder)


def traced_copy(spark: SparkSession, folder: Path, file: Path) -> dict[str, Any]:
    """The same copy, with every column that silver promises beside those of the file."""
    rows = _by_month(spark, file)
    content = F.concat_ws("\x1f", *(F.col(each).cast("string") for each in rows.columns[:5]))
    rows = rows.withColumn("row_hash", F.sha2(content, 256))
    source = "0" * SOURCE_ID_LENGTH
    lineage = {
        "row_id": F.concat(F.lit(f"{source}-"), F.substring("row_hash", 1, 24)),
        "source_id": F.lit(source),
        "ingested_at": F.lit("2024-06-30T02:00:00Z").cast("timestamp"),
        "attempt_count": F.lit(0),
        "run_id": F.lit("20240630T020001Z-daily-test"),
    }
    return _written(rows.withColumns(lineage), folder)


def _by_month(spark: SparkSession, file: Path) -> DataFrame:
    rows = spark.read.schema(TYPED).option("header", True).option("escape", '"').csv(f"file://{file}")
    rows = rows.withColumn("year", F.year("at")).withColumn("month", F.date_format("at", "MM"))
    return rows.repartition("year", "month")


def _written(rows: DataFrame, folder: Path) -> dict[str, Any]:
    codec = {"compression": SETTINGS[CODEC], LEVEL: SETTINGS[LEVEL]}
    rows.write.options(**codec).partitionBy("year", "month").parquet(f"file://{folder}/copy")
    return {}


def silver(spark: SparkSession, folder: Path, file: Path, before: Path | None = None) -> dict[str, Any]:
    """The shipped job, whole: checks, duplicates, current keys, quarantine, footers, run summary."""
    lake = DiskLake(spark_session("benchmark"), folder)
    if before is not None:
        lake.promote(lake.run([lake.deliver(before.read_bytes(), before.name, "2025-12-30")]))
    source = lake.deliver(file.read_bytes(), file.name, "2025-12-31")
    meter = Meter(spark)
    summary = lake.run([source])
    taken = meter.job()
    wrong = differences({**asdict(summary.counts), "errors": dict(summary.errors)}, file)
    return {**taken, "exact": not wrong, "wrong": wrong}


def backfill(spark: SparkSession, folder: Path, *files: Path) -> dict[str, Any]:
    """Replace the newest month; `files` hold a month each, the newest first, and all of them are promoted before."""
    lake = DiskLake(spark_session("benchmark"), folder)
    sources = [lake.deliver(file.read_bytes(), file.name, "2025-12-30") for file in files]
    lake.promote(lake.run(sources))
    meter = Meter(spark)
    summary = lake.run(sources[:1], months=["2025-12"])
    taken = meter.job()
    (change,) = summary.comparison
    exact = change.rows_before == change.rows_after and not change.added + change.removed + change.changed
    return {**taken, "exact": exact}


def retry(spark: SparkSession, folder: Path, waiting: Path) -> dict[str, Any]:
    """Try a hundred rows again, corrected, among all those of a file that has bad rows only and was promoted before."""
    # the lake's clock stands in June 2024, and Athena looks a year ahead
    lake, day = DiskLake(spark_session("benchmark"), folder), "2024-06-29"
    good = b"TransactionID,CustomerID,TransactionAmount,Currency,TransactionTimestamp\nG,A,1,EUR,2025-12-05T10:00:00Z\n"
    sources = [lake.deliver(each, day=day) for each in (waiting.read_bytes(), good)]
    lake.promote(lake.run(sources))
    rows = sorted(lake.held(day).values(), key=lambda each: str(each["row_hash"]))[:100]
    wishes = [
        Correction(each["row_id"], each["source_id"], day, "v1", 0, {**dict(each["fields"]), "TransactionAmount": "1"})
        for each in rows
    ]
    meter = Meter(spark)
    summary = lake.retry(wishes)
    taken = meter.job()
    written = sum(file.bytes for part in summary.quarantine for file in part.files)
    return {**taken, "written_kb": written // 1024, "exact": summary.counts.valid == 100}


def two_pass(spark: SparkSession, folder: Path, file: Path) -> dict[str, Any]:
    """The same rules as most would write them: good rows in one query, bad rows in another, each from the source."""
    lake = DiskLake(spark_session("benchmark"), folder)
    source, contract = lake.deliver(file.read_bytes(), file.name, "2025-12-31"), lake.contract()
    meter = Meter(spark)
    rows = judged(read_sources(spark, [source], contract).frame, contract)
    key = [*(each.name for each in contract.partition_columns), contract.key[0].name]
    named = rows.where(columns.CLEAN).select(
        *(value(each).alias(each.name) for each in contract.columns),
        row_hash(contract).alias("row_hash"),
        *(each.name for each in contract.partition_columns),
    )
    first = Window.partitionBy(*key).orderBy("row_hash")
    ranked = named.withColumn("rank", F.row_number().over(first)).withColumn("winner", F.first("row_hash").over(first))
    places = [each.name for each in contract.partition_columns]
    valid = ranked.where("rank = 1").drop("rank", "winner").repartition(*places)
    valid.write.partitionBy(*places).parquet(f"file://{folder}/valid")
    conflicts = ranked.where("row_hash != winner").select(F.lit("KEY_CONFLICT").alias("code"), "transaction_id")
    bad = rows.where(~F.col(columns.CLEAN)).select(
        checks.errors(contract).alias("errors"), columns.raw(contract.key[0])
    )
    bad.coalesce(1).write.parquet(f"file://{folder}/quarantine")
    conflicts.coalesce(1).write.parquet(f"file://{folder}/conflicts")
    taken = meter.job()
    kept = [spark.read.parquet(f"file://{folder}/{name}").count() for name in ("valid", "quarantine", "conflicts")]
    wrong = differences({"valid": kept[0], "quarantined": kept[1] + kept[2]}, file)
    return {**taken, "exact": not wrong, "wrong": wrong}


def dqx(spark: SparkSession, folder: Path, file: Path) -> dict[str, Any]:
    """The same checks by a peer, in the environment that holds it."""
    from tests.benchmarks.dqx import split

    return split(spark, DiskLake(spark_session("benchmark"), folder).contract(), folder, file)


def duckdb_copy(_spark: SparkSession | None, folder: Path, file: Path) -> dict[str, Any]:
    """The same copy by a single-node engine."""
    import duckdb

    duckdb.execute("SET threads = 2")
    duckdb.execute(
        f"COPY (SELECT *, year(moment) AS year, month(moment) AS month FROM read_csv('{file}', header = true, "
        "ignore_errors = true, columns = {'id': 'VARCHAR', 'account': 'VARCHAR', 'amount': 'DECIMAL(18,4)', "
        "'currency': 'VARCHAR', 'moment': 'TIMESTAMP'})) "
        f"TO '{folder}/duckdb' (FORMAT parquet, PARTITION_BY (year, month))"
    )
    return {}


CANDIDATES: dict[str, Callable[..., dict[str, Any]]] = {
    "start": start,
    "copy": copy,
    "traced-copy": traced_copy,
    "silver": silver,
    "backfill": backfill,
    "retry": retry,
    "two-pass": two_pass,
    "dqx": dqx,
    "duckdb-copy": duckdb_copy,
    "summary": summary,
}
WITHOUT_SPARK = {"duckdb-copy", "summary"}


def main() -> None:
    """Run one candidate and print what it took."""
    name, *files, folder = sys.argv[1], *(Path(each) for each in sys.argv[2:])
    os.environ["PYSPARK_PYTHON"] = sys.executable
    spark = None if name in WITHOUT_SPARK else session(folder)
    meter = Meter(spark)
    result = CANDIDATES[name](spark, folder, *files)
    print("RESULT " + json.dumps({**meter.job(), **result, **meter.whole()}))


if __name__ == "__main__":
    main()
