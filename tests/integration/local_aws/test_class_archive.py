"""The archive of classes is one that a job's JVM really takes; a JVM that cannot take it only starts slowly."""

import os
import subprocess
import sys
from pathlib import Path

from local_aws import class_archive, jars
from local_aws.glue import spark

COUNT = "from pyspark.sql import SparkSession; print(SparkSession.builder.getOrCreate().range(3).count())"


def test_a_job_starts_from_the_archive_and_refuses_to_start_without(tmp_path: Path) -> None:
    jars.fetch()
    archive = class_archive.make()
    found = spark.properties("http://127.0.0.1:9", tmp_path / "log4j2.properties", tmp_path)
    assert f"-XX:SharedArchiveFile={archive}" in found["spark.driver.extraJavaOptions"]
    # with `on`, a JVM that cannot use the archive says why and ends
    found["spark.driver.extraJavaOptions"] = found["spark.driver.extraJavaOptions"].replace("share:auto", "share:on")
    spark.write(tmp_path / "spark.properties", found)
    environment = {**os.environ, **spark.environment(tmp_path / "spark.properties", tmp_path)}
    done = subprocess.run([sys.executable, "-c", COUNT], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "3", done.stderr[-2000:]
