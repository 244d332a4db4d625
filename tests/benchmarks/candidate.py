"""One candidate as one process: `… candidate NAME FILE [BEFORE] FOLDER`; prints one RESULT line."""

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F

from lake.spark import checks, columns
from lake.spark.hashes import row_hash
from lake.spark.judge import judged
from lake.spark.read import read_sources
from lake.spark.session import spark_session
from lake.spark.values import value
from tests.benchmarks.generate import truth_path
from tests.spark.conftest import VIEW_FS
from tests.spark.disk_lake import DiskLake

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
    spark = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def start(spark: SparkSession, _folder: Path, _file: Path) -> dict[str, Any]:
    """What every Spark run pays before it does anything."""
    return {"rows": spark.range(1).count()}


def copy(spark: SparkSession, folder: Path, file: Path) -> dict[str, Any]:
    """The limit: typed read, one file a month, no checks, no hashes, no counts."""
    rows = spark.read.schema(TYPED).option("header", True).option("escape", '"').csv(f"file://{file}")
    rows = rows.withColumn("year", F.year("at")).withColumn("month", F.date_format("at", "MM"))
    rows.repartition("year", "month").write.partitionBy("year", "month").parquet(f"file://{folder}/copy")
    return {}


def silver(spark: SparkSession, folder: Path, file: Path, before: Path | None = None) -> dict[str, Any]:
    """The shipped job, whole: checks, duplicates, current keys, quarantine, footers, run summary."""
    lake = DiskLake(spark_session("benchmark"), folder)
    if before is not None:
        lake.promote(lake.run([lake.deliver(before.read_bytes(), before.name, "2025-12-30")]))
    source = lake.deliver(file.read_bytes(), file.name, "2025-12-31")
    started = time.monotonic()
    summary = lake.run([source])
    seconds = time.monotonic() - started
    wrong = _wrong({**asdict(summary.counts), "errors": dict(summary.errors)}, file)
    return {"job_s": seconds, "exact": not wrong, "wrong": wrong}


def backfill(spark: SparkSession, folder: Path, *files: Path) -> dict[str, Any]:
    """Replace the newest month; `files` hold a month each, the newest first, and all of them are promoted before."""
    lake = DiskLake(spark_session("benchmark"), folder)
    sources = [lake.deliver(file.read_bytes(), file.name, "2025-12-30") for file in files]
    lake.promote(lake.run(sources))
    started = time.monotonic()
    summary = lake.run(sources[:1], months=["2025-12"])
    seconds = time.monotonic() - started
    (change,) = summary.comparison
    exact = change.rows_before == change.rows_after and not change.added + change.removed + change.changed
    return {"job_s": seconds, "exact": exact}


def two_pass(spark: SparkSession, folder: Path, file: Path) -> dict[str, Any]:
    """The same rules as most would write them: good rows in one query, bad rows in another, each from the source."""
    lake = DiskLake(spark_session("benchmark"), folder)
    source, contract = lake.deliver(file.read_bytes(), file.name, "2025-12-31"), lake.contract()
    started = time.monotonic()
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
    seconds = time.monotonic() - started
    kept = [spark.read.parquet(f"file://{folder}/{name}").count() for name in ("valid", "quarantine", "conflicts")]
    wrong = _wrong({"valid": kept[0], "quarantined": kept[1] + kept[2]}, file)
    return {"job_s": seconds, "exact": not wrong, "wrong": wrong}


def _wrong(found: dict[str, Any], file: Path) -> dict[str, Any]:
    """What differs from the truth file: found and expected."""
    truth = json.loads(truth_path(file).read_text())
    names = ("valid", "duplicate", "quarantined", "errors")
    return {name: (found[name], truth[name]) for name in names if name in found and found[name] != truth[name]}


def duckdb_copy(_spark: SparkSession | None, folder: Path, file: Path) -> dict[str, Any]:
    """The same copy by a single-node engine."""
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
    "silver": silver,
    "backfill": backfill,
    "two-pass": two_pass,
    "duckdb-copy": duckdb_copy,
}


def main() -> None:
    """Run one candidate and print what it took."""
    name, *files, folder = sys.argv[1], *(Path(each) for each in sys.argv[2:])
    os.environ["PYSPARK_PYTHON"] = sys.executable
    spark = None if name == "duckdb-copy" else session(folder)
    started = time.monotonic()
    result = CANDIDATES[name](spark, folder, *files)
    print("RESULT " + json.dumps({"job_s": time.monotonic() - started, **result, **_cost(spark)}))


def _cost(spark: SparkSession | None) -> dict[str, float]:
    """Peak memory of the process that does the work, CPU seconds of it and of this one."""
    process, seconds = os.getpid(), time.process_time()
    if spark is not None:
        process = spark.sparkContext._jvm.java.lang.ProcessHandle.current().pid()  # type: ignore[union-attr]
        ticks = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        seconds += (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")
    status = Path(f"/proc/{process}/status").read_text()
    return {"cpu_s": seconds, "peak_mb": int(status.split("VmHWM:")[1].split()[0]) // 1024}


if __name__ == "__main__":
    main()
