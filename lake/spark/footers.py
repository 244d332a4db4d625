"""What the footers of written Parquet files say: rows, key range, columns."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql.types import StructType

AT_ONCE = 8


@dataclass(frozen=True)
class Footer:
    """One file: rows, the least and greatest value of one column as text, and columns by Hive type."""

    uri: str
    rows: int
    least: str | None
    greatest: str | None
    columns: dict[str, str]


def read_footers(spark: SparkSession, uris: Sequence[str], key_column: str) -> list[Footer]:
    """The footers of files, in the order given. Fails when one is not a readable Parquet file."""
    java = _Java.of(spark)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda uri: _read(java, uri, key_column), uris))


@dataclass(frozen=True)
class _Java:
    """What reading needs of the JVM, looked up once: for every part of a name it goes through all its jars."""

    conf: Any
    path: Any
    reader: Any
    file: Any
    converter: Any

    @classmethod
    def of(cls, spark: SparkSession) -> "_Java":
        jvm: Any = spark.sparkContext._jvm
        state = spark._jsparkSession.sessionState()
        parquet = jvm.org.apache.parquet.hadoop
        types = jvm.org.apache.spark.sql.execution.datasources.parquet.ParquetToSparkSchemaConverter(state.conf())
        path = jvm.org.apache.hadoop.fs.Path
        return cls(state.newHadoopConf(), path, parquet.ParquetFileReader, parquet.util.HadoopInputFile, types)


def _read(java: _Java, uri: str, key_column: str) -> Footer:
    reader = java.reader.open(java.file.fromPath(java.path(uri), java.conf))
    try:
        blocks = list(reader.getFooter().getBlocks())
        schema = reader.getFileMetaData().getSchema()
        ranges = [found for block in blocks if (found := _range(block, key_column)) is not None]
    finally:
        reader.close()
    complete = len(ranges) == len(blocks)
    return Footer(
        uri,
        sum(block.getRowCount() for block in blocks),
        min((low for low, _ in ranges), default=None) if complete else None,
        max((high for _, high in ranges), default=None) if complete else None,
        _hive_types(java.converter, schema),
    )


def _range(block: Any, key_column: str) -> tuple[str, str] | None:
    for chunk in block.getColumns():
        if chunk.getPath().toDotString() == key_column:
            found = chunk.getStatistics()
            return (found.minAsString(), found.maxAsString()) if found.hasNonNullValue() else None
    return None


def _hive_types(converter: Any, schema: Any) -> dict[str, str]:
    found = StructType.fromJson(json.loads(converter.convert(schema).json()))
    return {each.name: each.dataType.simpleString() for each in found.fields}
