"""Athena's SQL: parsing, names and types, and the translation to DuckDB."""

import logging
import re
from collections.abc import Mapping

import sqlglot
from sqlglot import exp
from sqlglot.errors import OptimizeError, ParseError, SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from local_aws.athena import types
from local_aws.athena.catalog import Table
from local_aws.athena.failures import QueryError
from local_aws.athena.rewrites import rewrite
from local_aws.athena.tables import PATH
from local_aws.errors import AwsError

log = logging.getLogger("local_aws.athena")

_UNRESOLVED = re.compile(r"(?:Column '|Unknown column: )([^'.\s]+)")


def parse(sql: str) -> exp.Expr:
    """One statement. Athena refuses a syntax error when the query is submitted: InvalidRequestException."""
    try:
        found = [tree for tree in sqlglot.parse(sql, read="athena") if tree is not None]
    except ParseError as error:
        place = error.errors[0] if error.errors else {}
        where = f"line {place.get('line', 1)}:{place.get('col', 1)}"
        text = f"{where}: mismatched input '{place.get('highlight', '')}'. {place.get('description', '')}"
        raise AwsError("InvalidRequestException", text, AthenaErrorCode="MALFORMED_QUERY") from error
    if len(found) != 1:
        raise AwsError("InvalidRequestException", f"Only one sql statement is allowed. Got: {sql[:80]}")
    return found[0]


def parse_query(sql: str) -> exp.Query:
    """One SELECT (or VALUES, UNION, WITH)."""
    tree = parse(sql)
    if not isinstance(tree, exp.Query):
        raise QueryError("NOT_SUPPORTED", f"{type(tree).__name__} statements do not work in the local Athena")
    return tree


def bind(tree: exp.Query, values: list[str]) -> exp.Query:
    """The query with its `?` replaced by SQL literals, in order."""
    places = list(tree.find_all(exp.Placeholder, bfs=False))
    if len(places) != len(values):
        reason = f"Incorrect number of parameters: expected {len(places)} but found {len(values)}"
        raise QueryError("INVALID_PARAMETER_USAGE", reason)
    for place, value in zip(places, values, strict=True):
        place.replace(sqlglot.parse_one(value, read="athena"))
    return tree


def with_names(tree: exp.Query) -> exp.Query:
    """Unnamed result columns get Trino's names, `_col0`, `_col1`, …"""
    first: exp.Expr = tree
    while isinstance(first, exp.SetOperation | exp.Subquery):
        first = first.this
    if isinstance(first, exp.Select):
        named = (exp.Alias, exp.Column, exp.Star, exp.Dot)
        outputs = enumerate(first.expressions)
        first.set("expressions", [e if isinstance(e, named) else exp.alias_(e, f"_col{i}") for i, e in outputs])
    return tree


class Dialect:
    """Knows the tables of one query."""

    def __init__(self, tables: Mapping[tuple[str, str], Table]) -> None:
        self._tables = tables

    def qualified(self, tree: exp.Query) -> exp.Query:
        """The query with every column resolved and typed; COLUMN_NOT_FOUND for an unknown one."""
        schema = self._schema(with_path=PATH in {c.name for c in tree.find_all(exp.Column)})
        try:
            resolved = qualify(tree, schema=schema, dialect="athena", quote_identifiers=False)
            typed: exp.Query = annotate_types(resolved, schema=schema, dialect="athena")
        except OptimizeError as error:
            unknown = _UNRESOLVED.match(str(error))
            if unknown:
                reason = f"line 1:1: Column '{unknown[1]}' cannot be resolved"
                raise QueryError("COLUMN_NOT_FOUND", reason) from error
            raise QueryError("SYNTAX_ERROR", str(error)) from error
        except SqlglotError as error:
            raise QueryError("SYNTAX_ERROR", str(error)) from error
        return typed

    def output_names(self, tree: exp.Query) -> list[str]:
        """The names of the query's columns."""
        return [name for name in self.qualified(tree.copy()).named_selects if name != PATH]

    def to_duckdb(self, tree: exp.Query) -> exp.Query:
        """A qualified query in terms that DuckDB understands as Trino does."""
        return rewrite(tree)

    def _schema(self, with_path: bool) -> MappingSchema:
        schema = MappingSchema(dialect="trino")
        for (database, name), table in self._tables.items():
            columns = {n: types.from_glue(kind).sql("trino") for n, kind in (*table.columns, *table.keys)}
            if with_path:
                columns[PATH] = "varchar"
            schema.add_table(f'"{database}"."{name}"', columns, dialect="trino")
        return schema
