"""Generated programs: compiled once on a machine that is driver and executor at the same time."""

from typing import Any

from pyspark.sql import SparkSession


def share_programs(spark: SparkSession) -> None:
    """Let this thread find the programs that tasks have compiled here, and tasks those of this thread.

    Spark keeps them by class loader, and the executor has one of its own: without this, one that runs in the same JVM
    compiles every program a second time. Elsewhere there is none to share with.
    """
    jvm: Any = spark.sparkContext._jvm
    loader = jvm.org.apache.spark.SparkEnv.get().serializer().defaultClassLoader()
    if loader.isDefined():
        jvm.java.lang.Thread.currentThread().setContextClassLoader(loader.get())
