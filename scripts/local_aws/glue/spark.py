"""How a Spark job starts here: S3A for s3:// addresses, a small JVM, and its class archive when there is one."""

import os
from pathlib import Path

from local_aws import class_archive, jars
from local_aws.settings import HOST, REGION

# A small run is nearly all JVM warm-up: the first compiler and the serial collector halve it. A long run wants
# the defaults: pass `--conf spark.driver.extraJavaOptions=` as a job argument.
FAST_JVM = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData"
_SHARED = "-Xshare:auto -Xlog:cds=off -Xlog:cds+dynamic=off"
_CREDENTIALS = "com.amazonaws.auth.EnvironmentVariableCredentialsProvider"


def properties(endpoint: str, logging: Path, scratch: Path) -> dict[str, str]:
    """Spark's settings for a job that reaches S3 at `endpoint`."""
    return {
        "spark.master": f"local[{min(2, os.cpu_count() or 1)}]",
        "spark.driver.memory": "4g",
        "spark.driver.host": HOST,
        "spark.driver.bindAddress": HOST,
        "spark.driver.extraClassPath": os.pathsep.join(str(path) for path in jars.class_path()),
        "spark.driver.extraJavaOptions": java_options(logging),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.sql.session.timeZone": "UTC",
        "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        "spark.hadoop.fs.s3a.endpoint": endpoint,
        "spark.hadoop.fs.s3a.endpoint.region": REGION,
        "spark.hadoop.fs.s3a.path.style.access": "true",
        "spark.hadoop.fs.s3a.connection.ssl.enabled": "false",
        "spark.hadoop.fs.s3a.aws.credentials.provider": _CREDENTIALS,
        "spark.hadoop.fs.s3a.buffer.dir": str(scratch),
        "spark.hadoop.fs.s3a.directory.marker.retention": "keep",
        "spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version": "2",
    }


def java_options(logging: Path) -> str:
    """The driver's JVM options; the class archive is used when it was made for exactly these jars."""
    archive = class_archive.path()
    shared = f"{_SHARED} -XX:SharedArchiveFile={archive}" if archive.exists() else ""
    return f"{FAST_JVM} {shared} -Dlog4j2.configurationFile={logging}"


def with_arguments(found: dict[str, str], conf_argument: str) -> dict[str, str]:
    """The settings with Glue's `--conf` argument (`a=b --conf c=d`) laid over them."""
    pairs = [part.strip().split("=", 1) for part in conf_argument.split("--conf") if "=" in part]
    return {**found, **{name.strip(): value.strip() for name, value in pairs}}


def environment(properties_file: Path, scratch: Path) -> dict[str, str]:
    """What makes pyspark in the job's process start with these settings."""
    return {
        # A folder with files on the class path would switch the class archive off, hence the properties file.
        "SPARK_CONF_DIR": str(class_archive.no_configuration()),
        "PYSPARK_SUBMIT_ARGS": f"--properties-file {properties_file} pyspark-shell",
        "SPARK_LOCAL_DIRS": str(scratch),
        "SPARK_LOCAL_IP": HOST,
        "SPARK_LAUNCHER_OPTS": f"{FAST_JVM} -Xshare:auto",
    }


def write(path: Path, found: dict[str, str]) -> None:
    """Write a Java properties file."""
    lines = (f"{name} {value}\n".replace("\\", "\\\\") for name, value in found.items())
    path.write_text("".join(lines))


LOGGING = """\
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
logger.native.name = org.apache.hadoop.util.NativeCodeLoader
logger.native.level = error
logger.metrics.name = org.apache.hadoop.metrics2.impl.MetricsConfig
logger.metrics.level = error
appender.console.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n
"""
