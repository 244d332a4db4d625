"""Records in, judged rows out, without a lake around them."""

import gzip
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from lake.rules import layout
from lake.rules.compression import compression_of
from lake.rules.contract import Contract
from lake.rules.inspection import inspect
from lake.rules.plan import Source
from lake.spark import checks, columns
from lake.spark.judge import judged
from lake.spark.read import RawRows, read_sources
from tests.spark.disk_lake import mount

Row = dict[str, Any]


class Judging:
    """A folder as a bucket of files under one contract."""

    def __init__(self, spark: SparkSession, folder: Path, contract: Contract) -> None:
        self.spark = spark
        self.contract = contract
        self.bucket = "j" + hashlib.sha256(str(folder).encode()).hexdigest()[:10]
        self._folder = folder / self.bucket
        mount(spark, folder, [self.bucket])

    def deliver(self, name: str, body: bytes) -> Source:
        """A file as a plan would name it."""
        compression = compression_of(name)
        (self._folder / name).write_bytes(gzip.compress(body) if compression else body)
        found = inspect([body], self.contract.dialect)
        return Source(
            source_id=name,
            bucket=self.bucket,
            key=name,
            version_id="v1",
            etag="",
            size=len(body),
            ingest_date="2024-03-31",
            records=found.records,
            header=found.header,
            compression=compression,
            multiline=found.multiline,
            line_each=found.line_each,
            uri=layout.uri(self.bucket, name),
        )

    def read(self, *bodies: bytes) -> RawRows:
        """The raw records of files with these bytes."""
        sources = [self.deliver(f"file-{number}.csv", body) for number, body in enumerate(bodies)]
        return read_sources(self.spark, sources, self.contract)

    def judge(self, *bodies: bytes) -> list[Row]:
        """Judged rows of these files, in order."""
        rows = judged(self.read(*bodies).frame, self.contract)
        told = F.when(~F.col(columns.CLEAN), checks.errors(self.contract))
        found = rows.withColumn(columns.ERRORS, told).orderBy(columns.SOURCE, columns.ROW).collect()
        return [row.asDict(recursive=True) for row in found]

    def judge_fields(self, rows: Sequence[Sequence[str]]) -> list[Row]:
        """Judged rows of one file; fields are quoted, so that any text can be one."""
        lines = [",".join(self.contract.header), *(",".join(_quoted(field) for field in row) for row in rows)]
        return self.judge("\n".join(lines).encode())


def codes(row: Row) -> list[tuple[str, str]]:
    """Code and column of every error of a judged row."""
    return [(each["code"], each["column"]) for each in row["_errors"] or []]


def _quoted(field: str) -> str:
    return '"' + field.replace('"', '""') + '"'
