"""One small Spark session for all Spark tests: starting one costs more than most tests."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lake.spark.session import AT_START, spark_session
from tests.spark.disk_lake import DiskLake

VIEW_FS = "org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme"


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """Two threads, the quick compiler only, no UI; `s3://` shows folders of this disk."""
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    scratch = tmp_path_factory.mktemp("spark")
    SparkSession.builder.master("local[2]").config(
        map={
            **AT_START,
            "spark.driver.memory": "2g",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            # the quick compiler alone has room for minutes only, and then throws out what it has to compile again
            "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ReservedCodeCacheSize=256m",
            "spark.ui.enabled": "false",
            "spark.local.dir": str(scratch),
            "spark.sql.catalogImplementation": "in-memory",
            "spark.sql.shuffle.partitions": "1",
            # all tests run the same generated programs; a hundred, the default, are fewer than one silver job has
            "spark.sql.codegen.cache.maxEntries": "5000",
            "spark.sql.warehouse.dir": str(scratch / "warehouse"),
            "spark.hadoop.fs.s3.impl": VIEW_FS,
            "spark.hadoop.fs.viewfs.overload.scheme.target.s3.impl": "org.apache.hadoop.fs.LocalFileSystem",
        }
    ).getOrCreate()
    session = spark_session("tests")
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture
def lake(spark: SparkSession, tmp_path: Path) -> DiskLake:
    """A lake of this test's own."""
    return DiskLake(spark, tmp_path)
