"""Views: their SQL takes their place in the query, with the column types they declare."""

from collections.abc import Callable

from sqlglot import exp

from local_aws.athena.catalog import Catalog, Table, View
from local_aws.athena.failures import QueryError

Names = Callable[[exp.Query], list[str]]


class Views:
    """Puts views' definitions into a query and collects the tables that remain."""

    def __init__(self, catalog: Catalog, parse: Callable[[str], exp.Query], output_names: Names) -> None:
        self._catalog = catalog
        self._parse = parse
        self._output_names = output_names
        self._stack: list[tuple[str, str]] = []
        self.tables: dict[tuple[str, str], Table] = {}

    def expand(self, tree: exp.Query, database: str) -> exp.Query:
        """The query with every name completed by its database and every view replaced by its definition."""
        local = {cte.alias_or_name.lower() for cte in tree.find_all(exp.CTE)}
        for node in list(tree.find_all(exp.Table)):
            if isinstance(node.this, exp.Identifier) and (node.db or node.name.lower() not in local):
                self._resolve(node, database)
        return tree

    def _resolve(self, node: exp.Table, database: str) -> None:
        name = ((node.db or database).lower(), node.name.lower())
        if name[0] == "information_schema":
            raise QueryError("NOT_SUPPORTED", "the local Athena has no information_schema: ask Glue instead")
        alias = node.alias or node.name
        table = self._catalog.get(*name)
        view = table.view
        if view is not None:
            body = self._definition(name, view)
            node.replace(exp.Subquery(this=body, alias=exp.TableAlias(this=exp.to_identifier(alias))))
            return
        self.tables[name] = table
        node.set("catalog", None)
        node.set("db", exp.to_identifier(name[0], quoted=True))
        node.set("this", exp.to_identifier(name[1], quoted=True))
        node.set("alias", exp.TableAlias(this=exp.to_identifier(alias), columns=node.alias_column_names or None))

    def _definition(self, name: tuple[str, str], view: View) -> exp.Query:
        if name in self._stack:
            raise QueryError("INVALID_VIEW", f"View '{'.'.join(name)}' is recursive")
        self._stack.append(name)
        body = self.expand(self._parse(view.sql), view.database)
        self._stack.pop()
        if not view.columns:
            return body
        self._refuse_stale(name, view, body)
        casts = [
            exp.alias_(exp.cast(exp.column(column, quoted=True), kind, dialect="trino"), column, quoted=True)
            for column, kind in view.columns
        ]
        return exp.select(*casts).from_(exp.Subquery(this=body, alias=exp.TableAlias(this=exp.to_identifier("view"))))

    def _refuse_stale(self, name: tuple[str, str], view: View, body: exp.Query) -> None:
        declared = [column.lower() for column, _ in view.columns]
        try:
            found = [column.lower() for column in self._output_names(body)]
        except QueryError as error:
            reason = f"Failed analyzing stored view 'awsdatacatalog.{'.'.join(name)}': {error}"
            raise QueryError("INVALID_VIEW", reason) from error
        if found != declared:
            raise QueryError(
                "VIEW_IS_STALE",
                f"View 'awsdatacatalog.{'.'.join(name)}' is stale or in invalid state: "
                f"columns expected {declared}, found {found}",
            )
