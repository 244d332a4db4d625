"""A catalog table as a DuckDB view over the files a query needs, with the declared types."""

from dataclasses import dataclass

import duckdb

from local_aws.athena import types
from local_aws.athena.catalog import Catalog, Table
from local_aws.athena.failures import QueryError
from local_aws.athena.footers import Footer, Footers
from local_aws.athena.literals import quoted, texts
from local_aws.athena.objects import Objects
from local_aws.athena.partitions import Partition, Partitions
from local_aws.athena.pruning import Need

PATH = "$path"
_FILE = "__file"


@dataclass(frozen=True)
class DataFile:
    """One file to read: its copy on disk, its address, its size, the values of its partition."""

    path: str
    uri: str
    size: int
    values: tuple[str, ...]


class Tables:
    """Makes tables readable in one query's connection, and counts the bytes they make it scan."""

    def __init__(
        self, catalog: Catalog, objects: Objects, footers: Footers, connection: duckdb.DuckDBPyConnection
    ) -> None:
        self._objects = objects
        self._footers = footers
        self._connection = connection
        self._partitions = Partitions(catalog, objects, connection)
        self.scanned = 0

    def make(self, table: Table, need: Need) -> None:
        """Create the DuckDB view of the table."""
        files = self._files(table, self._partitions.find(table, need))
        body = self._select(table, need, files) if files else _empty(table)
        database, name = table.name
        self._connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(database)}")
        self._connection.execute(f"CREATE VIEW {quoted(database)}.{quoted(name)} AS {body}")

    def _files(self, table: Table, partitions: list[Partition]) -> list[DataFile]:
        return [
            DataFile(str(self._objects.path(found)), found.uri, found.size, partition.values)
            for partition in partitions
            for entry in partition.objects
            for found in (self._objects.manifest(entry) if table.is_symlink else [entry])
        ]

    def _select(self, table: Table, need: Need, files: list[DataFile]) -> str:
        source, stored = self._source(table, need, files)
        columns = [_column(name, kind, name in stored, table.format) for name, kind in table.columns]
        keys = [name for name, _ in table.keys]
        if need.columns.isdisjoint([*keys, PATH]) and need.columns:
            nothing = [_null(*key) for key in (*table.keys, (PATH, "string"))]
            return f"SELECT {', '.join([*columns, *nothing])} FROM {source} d"
        listing = self._listing(table, files)
        placed = [f"CAST(f.{quoted(n)} AS {types.to_duckdb(types.from_glue(k))}) AS {quoted(n)}" for n, k in table.keys]
        chosen = ", ".join([*columns, *placed, f"f.{quoted(PATH)}"])
        return f"SELECT {chosen} FROM {source} d JOIN {listing} f ON d.{_FILE} = f.{_FILE}"

    def _listing(self, table: Table, files: list[DataFile]) -> str:
        """A table that tells each file's address and partition."""
        name = quoted("files of " + ".".join(table.name))
        columns = {_FILE: [file.path for file in files], PATH: [file.uri for file in files]}
        columns.update({key: [file.values[i] for file in files] for i, (key, _) in enumerate(table.keys)})
        lists = ", ".join(f"unnest({texts(values)}) AS {quoted(column)}" for column, values in columns.items())
        self._connection.execute(f"CREATE TEMP TABLE {name} AS SELECT {lists}")
        return name

    def _source(self, table: Table, need: Need, files: list[DataFile]) -> tuple[str, set[str]]:
        """What DuckDB reads from, and which declared columns it will find there."""
        paths = texts(file.path for file in files)
        options = f"union_by_name=true, hive_partitioning=false, filename='{_FILE}'"
        if table.format == "json":
            self.scanned += sum(file.size for file in files)
            declared = ", ".join(f"{quoted(n)}: '{types.to_duckdb(types.from_glue(k))}'" for n, k in table.columns)
            found = {name for name, _ in table.columns}
            return f"read_json({paths}, format='newline_delimited', {options}, columns={{{declared}}})", found
        footers = self._footers.read(self._connection, [file.path for file in files])
        self._count(need, footers)
        _refuse_other_types(table, need, files, footers)
        return f"read_parquet({paths}, {options})", {name for f in footers.values() for name in f.types}

    def _count(self, need: Need, footers: dict[str, Footer]) -> None:
        for footer in footers.values():
            self.scanned += sum(size for name, size in footer.sizes.items() if name in need.columns)


def _column(name: str, glue_type: str, stored: bool, table_format: str) -> str:
    if not stored:
        return _null(name, glue_type)
    kind = types.to_duckdb(types.from_glue(glue_type))
    return (
        f"d.{quoted(name)} AS {quoted(name)}"
        if table_format == "json"
        else f"CAST(d.{quoted(name)} AS {kind}) AS {quoted(name)}"
    )


def _null(name: str, glue_type: str) -> str:
    return f"CAST(NULL AS {types.to_duckdb(types.from_glue(glue_type))}) AS {quoted(name)}"


def _empty(table: Table) -> str:
    columns = [_null(name, kind) for name, kind in (*table.columns, *table.keys, (PATH, "string"))]
    return f"SELECT {', '.join(columns)} WHERE FALSE"


def _refuse_other_types(table: Table, need: Need, files: list[DataFile], footers: dict[str, Footer]) -> None:
    declared = {name: kind for name, kind in table.columns if name in need.columns}
    for file in files:
        footer = footers[file.path]
        for name, kind in declared.items():
            stored = footer.types.get(name)
            if stored and not types.reads(types.to_duckdb(types.from_glue(kind)), stored):
                raise QueryError(
                    "HIVE_BAD_DATA",
                    f"Field {name}'s type {footer.physical[name]} in parquet file {file.uri} is incompatible "
                    f"with type {kind} defined in table schema",
                )
