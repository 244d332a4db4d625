"""The partitions of a table that a query needs, and where they lie."""

import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import duckdb
from sqlglot import exp

from local_aws.athena import projection, types
from local_aws.athena.catalog import Catalog, Table
from local_aws.athena.failures import QueryError
from local_aws.athena.literals import quoted, texts
from local_aws.athena.objects import Objects, S3Object
from local_aws.athena.pruning import Need

# A partition that may exist: its values by key order, and its location.
Candidate = tuple[tuple[str, ...], str]

_MOST = 1_000_000


@dataclass(frozen=True)
class Partition:
    """Values by key order, and the objects that lie in the partition's location."""

    values: tuple[str, ...]
    objects: tuple[S3Object, ...]


class Partitions:
    """Finds partitions with one listing of the part of S3 that the query's values leave open."""

    def __init__(self, catalog: Catalog, objects: Objects, connection: duckdb.DuckDBPyConnection) -> None:
        self._catalog = catalog
        self._objects = objects
        self._connection = connection

    def find(self, table: Table, need: Need) -> list[Partition]:
        """Partitions that hold something and may hold rows the query asks for."""
        if not table.keys:
            return [Partition((), tuple(self._objects.under(table.location)))]
        if projection.is_enabled(table.parameters):
            candidates = list(self._projected(table, need))
        else:
            candidates = list(self._catalog.partitions(table))
        needed = self._needed(table, need, candidates)
        return list(self._filled(needed))

    def _projected(self, table: Table, need: Need) -> Iterator[Candidate]:
        keys = [key for key, _ in table.keys]
        domains = [projection.values(key, table.parameters, self._named(key, need)) for key in keys]
        count = math.prod(len(domain) for domain in domains)
        if count > _MOST:
            reason = f"{count} projected partitions, at most {_MOST} work here"
            raise QueryError("HIVE_EXCEEDED_PARTITION_LIMIT", reason)
        pattern = projection.template(table.location, keys, table.parameters)
        for values in itertools.product(*domains):
            location = pattern
            for key, value in zip(keys, values, strict=True):
                location = location.replace(f"${{{key}}}", value)
            yield values, location

    def _named(self, key: str, need: Need) -> set[str]:
        """Values that the query's equality conditions name for the key, if every read of the table has one."""
        found = [self._equals(key, conditions) for conditions in need.reads]
        return set().union(*found) if all(found) else set()

    def _equals(self, key: str, conditions: list[exp.Expr]) -> set[str]:
        for condition in conditions:
            sides: list[exp.Expr] = []
            if isinstance(condition, exp.EQ):
                left, right = condition.left, condition.right
                sides = [right] if _is_key(left, key) else [left] if _is_key(right, key) else []
            elif isinstance(condition, exp.In) and _is_key(condition.this, key):
                sides = condition.expressions
            if sides and not any(side.find(exp.Column) for side in sides):
                return {str(self._value(side)) for side in sides}
        return set()

    def _value(self, constant: exp.Expr) -> object:
        row = self._connection.execute(f"SELECT {constant.sql('duckdb')}").fetchone()
        return row[0] if row else None

    def _needed(self, table: Table, need: Need, candidates: list[Candidate]) -> list[Candidate]:
        keys = {key for key, _ in table.keys}
        reads = [
            [c for c in conditions if {column.name.lower() for column in c.find_all(exp.Column)} <= keys]
            for conditions in need.reads
        ]
        if not candidates or not reads or not all(reads):
            return candidates
        wanted = " OR ".join(f"({_all_of(conditions)})" for conditions in reads)
        try:
            chosen = self._choose(table, candidates, wanted)
        except duckdb.Error:  # a condition that cannot be worked out here prunes nothing
            return candidates
        return [candidates[number] for number in chosen]

    def _choose(self, table: Table, candidates: list[Candidate], wanted: str) -> list[int]:
        casts, lists = [], []
        for place, (name, kind) in enumerate(table.keys):
            key = quoted(name)
            casts.append(f"CAST({key} AS {types.to_duckdb(types.from_glue(kind))}) AS {key}")
            lists.append(f"unnest({texts(values[place] for values, _ in candidates)}) AS {key}")
        numbered = f"SELECT {', '.join(lists)}, unnest(range({len(candidates)})) AS number"
        sql = f"SELECT number FROM (SELECT number, {', '.join(casts)} FROM ({numbered})) WHERE {wanted} ORDER BY number"
        return [number for (number,) in self._connection.execute(sql).fetchall()]

    def _filled(self, needed: list[Candidate]) -> Iterator[Partition]:
        """Those that hold objects: one listing of their common prefix, never one each."""
        for prefix, group in _by_bucket(needed):
            folders: dict[str, list[S3Object]] = {location: [] for _, location in group}
            for found in self._objects.under(prefix):
                folder = found.uri.rpartition("/")[0] + "/"
                while folder not in folders and len(folder) > len(prefix):
                    folder = folder[:-1].rpartition("/")[0] + "/"
                if folder in folders:
                    folders[folder].append(found)
            yield from (Partition(values, tuple(folders[location])) for values, location in group if folders[location])


def _all_of(conditions: list[exp.Expr]) -> str:
    return " AND ".join(f"({condition.sql('duckdb', identify=True)})" for condition in conditions)


def _is_key(side: exp.Expr, key: str) -> bool:
    while isinstance(side, exp.Cast | exp.Paren):
        side = side.this
    return isinstance(side, exp.Column) and side.name.lower() == key


def _by_bucket(
    needed: Iterable[Candidate],
) -> Iterator[tuple[str, list[Candidate]]]:
    groups: dict[str, list[Candidate]] = {}
    for values, location in needed:
        groups.setdefault("/".join(location.split("/")[:3]) + "/", []).append((values, location))
    for group in groups.values():
        locations = [location for _, location in group]
        yield _common_folder(locations), group


def _common_folder(locations: list[str]) -> str:
    """The deepest folder that all locations lie in."""
    first, last = min(locations).split("/"), max(locations).split("/")
    shared = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(first[:-1], last[:-1], strict=False))
    return "".join(f"{part}/" for part, _ in shared)
