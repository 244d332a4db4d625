"""A small lake for queries: Parquet files, manifests and catalog tables, in the shapes of our own tables."""

import base64
import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

Json = dict[str, Any]
PARQUET = {
    "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
}
SYMLINK = {**PARQUET, "InputFormat": "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat"}
JSON_LINES = {
    "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
    "SerdeInfo": {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"},
}
MONTHLY = {
    "projection.enabled": "true",
    "projection.year.type": "integer",
    "projection.year.range": "2015,2030",
    "projection.month.type": "integer",
    "projection.month.range": "1,12",
    "projection.month.digits": "2",
}
YEAR_MONTH = [("year", "int"), ("month", "int")]


def parquet(select: str) -> bytes:
    """The Parquet file of a DuckDB query's rows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        duckdb.connect().execute(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
        return path.read_bytes()


def table(
    name: str, columns: list[tuple[str, str]], storage: Json, location: str, keys: list[tuple[str, str]], **more: str
) -> Json:
    """A Glue table."""
    return {
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": more,
        "PartitionKeys": [{"Name": key, "Type": kind} for key, kind in keys],
        "StorageDescriptor": {
            **storage,
            "Columns": [{"Name": column, "Type": kind} for column, kind in columns],
            "Location": location,
        },
    }


def view(name: str, sql: str, columns: list[tuple[str, str]], database: str) -> Json:
    """A Glue table that is a Presto view."""
    described = [{"name": column, "type": kind} for column, kind in columns]
    text = json.dumps({"originalSql": sql, "catalog": "awsdatacatalog", "schema": database, "columns": described})
    return {
        "Name": name,
        "TableType": "VIRTUAL_VIEW",
        "Parameters": {"presto_view": "true"},
        "ViewOriginalText": f"/* Presto View: {base64.b64encode(text.encode()).decode()} */",
        "ViewExpandedText": "/* Presto View */",
        "StorageDescriptor": {"Columns": [{"Name": column, "Type": "string"} for column, _ in columns]},
    }


@dataclass
class Lake:
    """Tables and objects in memory, behind the few calls of Glue and S3 that queries make; counts those calls."""

    tables: dict[tuple[str, str], Json] = field(default_factory=dict)
    objects: dict[tuple[str, str], bytes] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    class EntityNotFoundException(Exception):
        pass

    @property
    def exceptions(self) -> Any:
        return self

    def add(self, database: str, described: Json) -> None:
        self.tables[(database, described["Name"])] = {**described, "DatabaseName": database}

    def put(self, uri: str, body: bytes | str) -> str:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        self.objects[(bucket, key)] = body.encode() if isinstance(body, str) else body
        return uri

    def get_table(self, DatabaseName: str, Name: str) -> Json:  # noqa: N803 - boto3's names
        if (DatabaseName, Name) not in self.tables:
            raise self.EntityNotFoundException
        return {"Table": self.tables[(DatabaseName, Name)]}

    def get_paginator(self, operation: str) -> Any:
        assert operation == "list_objects_v2"
        return self

    def paginate(self, Bucket: str, Prefix: str) -> list[Json]:  # noqa: N803
        self.calls.append(f"LIST {Bucket}/{Prefix}")
        found = sorted(key for bucket, key in self.objects if bucket == Bucket and key.startswith(Prefix))
        return [{"Contents": [self._entry(Bucket, key) for key in found]}]

    def head_object(self, Bucket: str, Key: str) -> Json:  # noqa: N803
        self.calls.append(f"HEAD {Bucket}/{Key}")
        return {"ETag": self._entry(Bucket, Key)["ETag"], "ContentLength": len(self.objects[(Bucket, Key)])}

    def get_object(self, Bucket: str, Key: str) -> Json:  # noqa: N803
        self.calls.append(f"GET {Bucket}/{Key}")
        body = self.objects[(Bucket, Key)]

        class Body:
            def read(self) -> bytes:
                return body

        return {"Body": Body()}

    def _entry(self, bucket: str, key: str) -> Json:
        body = self.objects[(bucket, key)]
        return {"Key": key, "ETag": f'"{hash(body)}"', "Size": len(body)}


def add_months(
    lake: Lake, name: str, months: list[tuple[int, int]], columns: str, declared: list[tuple[str, str]]
) -> None:
    """A published table: per month one file of ten rows and the manifest that names it."""
    for year, month in months:
        partition = f"year={year}/month={month:02d}"
        uri = f"s3://silver/{name}/runs/run_id=r/{partition}/part-0.parquet"
        rows = f"SELECT {columns.format(year=year, month=month)} FROM range(10) t(i)"
        lake.put(uri, parquet(rows))
        lake.put(f"s3://silver/{name}/current/{partition}/symlink.txt", f"{uri}\n")
        lake.put(f"s3://silver/{name}/current/{partition}/_LATEST.json", "{}")
    lake.add("db", table(name, declared, SYMLINK, f"s3://silver/{name}/current/", YEAR_MONTH, **MONTHLY))
