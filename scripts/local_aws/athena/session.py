"""One query's work: resolve, prune, translate, run."""

from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp

from local_aws.athena import types
from local_aws.athena.catalog import Catalog
from local_aws.athena.dialect import Dialect, parse_query, with_names
from local_aws.athena.failures import QueryError
from local_aws.athena.footers import Footers
from local_aws.athena.objects import Objects
from local_aws.athena.pruning import Need, needs
from local_aws.athena.results import Result
from local_aws.athena.tables import Tables
from local_aws.athena.values import text_of
from local_aws.athena.views import Views


class Session:
    """A DuckDB of its own, the caller's catalog and S3."""

    def __init__(self, glue: Any, s3: Any, database: str, cache: Path, footers: Footers, limit: int | None) -> None:
        self.database = database.strip("`").lower()
        self.catalog = Catalog(glue)
        self.connection = duckdb.connect(":memory:", config={"threads": 2})
        self.connection.execute("SET TimeZone = 'UTC'")
        self._tables = Tables(self.catalog, Objects(s3, cache), footers, self.connection)
        self._limit = limit

    @property
    def scanned(self) -> int:
        """Bytes read so far, as Athena counts them: the columns that the query needs."""
        return self._tables.scanned

    def select(self, tree: exp.Query) -> Result:
        """The query's result."""
        cursor = self.connection.execute(self.prepare(tree))
        kinds = [types.to_athena(str(column[1])) for column in cursor.description or []]
        names = [column[0] for column in cursor.description or []]
        rows = [[text_of(v, kind) for v, kind in zip(row, kinds, strict=True)] for row in cursor.fetchall()]
        return Result(names, kinds, rows)

    def explain(self, tree: exp.Query) -> Result:
        """DuckDB's plan of the query."""
        plan = self.connection.execute(f"EXPLAIN {self.prepare(tree)}").fetchall()[0][1]
        return Result(["Query Plan"], ["varchar"], [[line] for line in plan.splitlines()])

    def columns(self, tree: exp.Query) -> list[tuple[str, str]]:
        """The query's columns: name and Athena type."""
        found = self.connection.execute(f"DESCRIBE {self.prepare(tree)}").fetchall()
        return [(row[0], types.to_athena(row[1])) for row in found]

    def prepare(self, tree: exp.Query) -> str:
        """The query for DuckDB; the tables it reads are made ready."""
        views = Views(self.catalog, parse_query, lambda body: Dialect(views.tables).output_names(with_names(body)))
        expanded = views.expand(with_names(tree), self.database)
        dialect = Dialect(views.tables)
        translated = dialect.to_duckdb(dialect.qualified(expanded))
        needed = needs(translated)
        for name, table in views.tables.items():
            self._tables.make(table, needed.get(name) or Need())
        if self._limit is not None and self.scanned > self._limit:
            raise BytesLimitError(self.scanned, self._limit)
        return translated.sql(dialect="duckdb", identify=True)


class BytesLimitError(QueryError):
    """The query would read more than its workgroup allows; Athena cancels it."""

    def __init__(self, scanned: int, limit: int) -> None:
        super().__init__("EXCEEDED_LIMIT", f"{scanned} bytes to scan, at most {limit} allowed")
