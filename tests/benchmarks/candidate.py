"""One candidate as one process: `python -m tests.benchmarks.candidate NAME FILE FOLDER`; prints one RESULT line."""

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from lake.spark.session import spark_session
from tests.benchmarks.generate import truth_path
from tests.spark.conftest import VIEW_FS
from tests.spark.disk_lake import DiskLake

TYPED = "TransactionID string, CustomerID string, TransactionAmount decimal(18,4), Currency string, at timestamp"
# The daily run's JVM: the quick compiler, the serial collector. Long runs want the others.
SMALL_JVM = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
LARGE_JVM = "-XX:+UseParallelGC"


def session(folder: Path) -> SparkSession:
    """The same Spark for every candidate; only BENCH_JVM differs between suites."""
    settings = {
        "spark.driver.memory": "4g",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraJavaOptions": os.environ.get("BENCH_JVM", LARGE_JVM),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.local.dir": str(folder / "scratch"),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.shuffle.partitions": os.environ.get("BENCH_SHUFFLE", "8"),
        "spark.hadoop.fs.s3.impl": VIEW_FS,
        "spark.hadoop.fs.viewfs.overload.scheme.target.s3.impl": "org.apache.hadoop.fs.LocalFileSystem",
    }
    SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
    spark = spark_session("benchmark")
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def start(spark: SparkSession, _file: Path, _folder: Path) -> dict[str, Any]:
    """What every Spark run pays before it does anything."""
    return {"rows": spark.range(1).count()}


def copy(spark: SparkSession, file: Path, folder: Path) -> dict[str, Any]:
    """The limit: typed read, one file a month, no checks, no hashes, no counts."""
    rows = spark.read.schema(TYPED).option("header", True).option("escape", '"').csv(f"file://{file}")
    rows = rows.withColumn("year", F.year("at")).withColumn("month", F.date_format("at", "MM"))
    rows.repartition("year", "month").write.partitionBy("year", "month").parquet(f"file://{folder}/copy")
    return {}


def silver(spark: SparkSession, file: Path, folder: Path) -> dict[str, Any]:
    """The shipped job, whole: checks, duplicates, current keys, quarantine, footers, run summary."""
    lake = DiskLake(spark, folder)
    source = lake.deliver(file.read_bytes(), file.name, "2025-12-31")
    started = time.monotonic()
    summary = lake.run([source])
    seconds = time.monotonic() - started
    truth = json.loads(truth_path(file).read_text())
    found = {**asdict(summary.counts), "errors": dict(summary.errors)}
    wrong = {
        name: (found[name], truth[name])
        for name in ("valid", "duplicate", "quarantined", "errors")
        if found[name] != truth[name]
    }
    return {"job_s": seconds, "exact": not wrong, "wrong": wrong}


def duckdb_copy(_spark: SparkSession | None, file: Path, folder: Path) -> dict[str, Any]:
    """The same copy by a single-node engine."""
    duckdb.execute("SET threads = 2")
    duckdb.execute(
        f"COPY (SELECT *, year(moment) AS year, month(moment) AS month FROM read_csv('{file}', header = true, "
        "ignore_errors = true, columns = {'id': 'VARCHAR', 'account': 'VARCHAR', 'amount': 'DECIMAL(18,4)', "
        "'currency': 'VARCHAR', 'moment': 'TIMESTAMP'})) "
        f"TO '{folder}/duckdb' (FORMAT parquet, PARTITION_BY (year, month))"
    )
    return {}


CANDIDATES: dict[str, Callable[[Any, Path, Path], dict[str, Any]]] = {
    "start": start,
    "copy": copy,
    "silver": silver,
    "duckdb-copy": duckdb_copy,
}


def main() -> None:
    """Run one candidate and print what it took."""
    name, file, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    os.environ["PYSPARK_PYTHON"] = sys.executable
    spark = None if name == "duckdb-copy" else session(folder)
    started = time.monotonic()
    result = CANDIDATES[name](spark, file, folder)
    print("RESULT " + json.dumps({"job_s": time.monotonic() - started, **result, "peak_mb": _peak_megabytes(spark)}))


def _peak_megabytes(spark: SparkSession | None) -> int:
    process = os.getpid()
    if spark is not None:
        process = spark.sparkContext._jvm.java.lang.ProcessHandle.current().pid()  # type: ignore[union-attr]
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


if __name__ == "__main__":
    main()
