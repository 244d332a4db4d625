"""The Glue catalog as a query sees it: tables, and views in Presto's encoding."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from local_aws.athena.failures import QueryError
from local_aws.hooks import Json

_VIEW = re.compile(r"/\* Presto View: (.*?) \*/", re.S)


@dataclass(frozen=True)
class View:
    """A stored view: its SQL, the database it was written in, and its columns (name, Athena type)."""

    sql: str
    database: str
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """A table of the catalog."""

    glue: Json

    @property
    def name(self) -> tuple[str, str]:
        """Database and table."""
        return self.glue["DatabaseName"].lower(), self.glue["Name"].lower()

    @property
    def location(self) -> str:
        """The address of its data, ending in a slash."""
        return str(self.glue["StorageDescriptor"].get("Location") or "").rstrip("/") + "/"

    @property
    def columns(self) -> list[tuple[str, str]]:
        """Data columns: name and Glue type."""
        return [(c["Name"].lower(), c["Type"]) for c in self.glue["StorageDescriptor"].get("Columns") or []]

    @property
    def keys(self) -> list[tuple[str, str]]:
        """Partition keys: name and Glue type."""
        return [(c["Name"].lower(), c["Type"]) for c in self.glue.get("PartitionKeys") or []]

    @property
    def parameters(self) -> dict[str, str]:
        """Table properties."""
        return dict(self.glue.get("Parameters") or {})

    @property
    def format(self) -> str:
        """`parquet` or `json`."""
        serde = (self.glue["StorageDescriptor"].get("SerdeInfo") or {}).get("SerializationLibrary", "")
        for name in ("parquet", "json"):
            if name in serde.lower():
                return name
        raise QueryError("HIVE_UNSUPPORTED_FORMAT", f"the local Athena reads Parquet and JSON, not {serde!r}")

    @property
    def is_symlink(self) -> bool:
        """Whether its files are manifests that name the data files."""
        return str(self.glue["StorageDescriptor"].get("InputFormat")).endswith("SymlinkTextInputFormat")

    @property
    def view(self) -> View | None:
        """The view, if it is one."""
        if self.glue.get("TableType") != "VIRTUAL_VIEW":
            return None
        found = _VIEW.match(self.glue.get("ViewOriginalText") or "")
        if found is None:
            raise QueryError("INVALID_VIEW", f"View '{'.'.join(self.name)}' is not a Presto view")
        view = json.loads(base64.b64decode(found[1]))
        columns = tuple((column["name"], column["type"]) for column in view.get("columns") or [])
        return View(view["originalSql"], (view.get("schema") or self.name[0]).lower(), columns)


def encode_view(view: View) -> str:
    """The view in Presto's encoding, as ViewOriginalText holds it."""
    columns = [{"name": name, "type": kind} for name, kind in view.columns]
    text = {"originalSql": view.sql, "catalog": "awsdatacatalog", "schema": view.database, "columns": columns}
    return f"/* Presto View: {base64.b64encode(json.dumps(text).encode()).decode()} */"


class Catalog:
    """Reads the catalog through the caller's Glue client."""

    def __init__(self, glue: Any) -> None:
        self.glue = glue

    def find(self, database: str, name: str) -> Table | None:
        """The table or view, None when there is none."""
        try:
            return Table(self.glue.get_table(DatabaseName=database, Name=name)["Table"])
        except self.glue.exceptions.EntityNotFoundException:
            return None
        except ClientError as error:
            raise QueryError("PERMISSION_DENIED", error.response["Error"]["Message"]) from error

    def get(self, database: str, name: str) -> Table:
        """The table or view; TABLE_NOT_FOUND when there is none."""
        found = self.find(database, name)
        if found is None:
            raise QueryError("TABLE_NOT_FOUND", f"line 1:1: Table 'awsdatacatalog.{database}.{name}' does not exist")
        return found

    def tables(self, database: str) -> Iterator[Table]:
        """Every table and view of a database."""
        for page in self.glue.get_paginator("get_tables").paginate(DatabaseName=database):
            yield from (Table(found) for found in page["TableList"])

    def partitions(self, table: Table) -> Iterator[tuple[tuple[str, ...], str]]:
        """Registered partitions: values and location."""
        database, name = table.name
        for page in self.glue.get_paginator("get_partitions").paginate(DatabaseName=database, TableName=name):
            for found in page["Partitions"]:
                location = found["StorageDescriptor"].get("Location") or table.location
                yield tuple(found["Values"]), location.rstrip("/") + "/"
