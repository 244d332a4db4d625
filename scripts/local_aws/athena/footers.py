"""Parquet footers: which types a file holds and how many bytes each column takes. Read once per file."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import duckdb

from local_aws.athena.literals import texts

_KEPT = 20_000


@dataclass
class Footer:
    """Top-level columns of one file, by lower-case name."""

    types: dict[str, str] = field(default_factory=dict)
    physical: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)


class Footers:
    """Footers by local path; paths are named by ETag, so a footer never changes."""

    def __init__(self) -> None:
        self._found: OrderedDict[str, Footer] = OrderedDict()

    def read(self, connection: duckdb.DuckDBPyConnection, paths: Iterable[str]) -> dict[str, Footer]:
        """The footers of the files."""
        wanted = list(paths)
        missing = [path for path in wanted if path not in self._found]
        if missing:
            self._found.update(_read(connection, missing))
        answer = {path: self._found[path] for path in wanted}
        while len(self._found) > _KEPT:
            self._found.popitem(last=False)
        return answer


def _read(connection: duckdb.DuckDBPyConnection, paths: list[str]) -> dict[str, Footer]:
    footers = {path: Footer() for path in paths}
    schema = connection.execute(
        f"SELECT file_name, name, num_children, converted_type, type, duckdb_type FROM parquet_schema({texts(paths)})"
    ).fetchall()
    for path, rows in _by_file(schema).items():
        _add_types(footers[path], rows)
    sizes = connection.execute(
        "SELECT file_name, lower(split_part(path_in_schema, ', ', 1)), sum(total_compressed_size)"
        f" FROM parquet_metadata({texts(paths)}) GROUP BY ALL"
    ).fetchall()
    for path, name, size in sizes:
        footers[path].sizes[name] = int(size)
    return footers


def _by_file(rows: list[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for path, *row in rows:
        found.setdefault(path, []).append(row)
    return found


def _add_types(footer: Footer, rows: list[Any]) -> None:
    below = 0  # nested columns still to be skipped
    for name, children, converted, physical, kind in rows[1:]:
        if below:
            below += (children or 0) - 1
            continue
        below = children or 0
        footer.types[name.lower()] = kind or {"LIST": "[]", "MAP": "MAP"}.get(converted, "STRUCT")
        footer.physical[name.lower()] = physical or converted or "GROUP"
