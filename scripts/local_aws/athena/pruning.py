"""What a query needs of each table: columns, and conditions on it, followed through views, CTEs and unions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sqlglot import exp
from sqlglot.optimizer.pushdown_projections import pushdown_projections
from sqlglot.optimizer.scope import Scope, build_scope, traverse_scope

TableName = tuple[str, str]


@dataclass
class Need:
    """Columns read of a table, and per time it is read the conditions that each row must meet.

    Conditions name the table's columns without a qualifier. `reads` empty means: everything.
    """

    columns: set[str] = field(default_factory=set)
    reads: list[list[exp.Expr]] = field(default_factory=list)


def needs(tree: exp.Expr) -> dict[TableName, Need]:
    """The needs of a qualified query."""
    root = build_scope(pushdown_projections(tree.copy()))
    found: dict[TableName, Need] = {}
    if root is None:
        return found
    for scope in traverse_scope(root.expression):
        for alias, table in _tables(scope):
            need = found.setdefault(_name(table), Need())
            need.columns.update(column.name.lower() for column in scope.columns if column.table == alias)
    for table_name, conditions in _follow(root, []):
        found[table_name].reads.append(conditions)
    return found


def _name(table: exp.Table) -> TableName:
    return table.db.lower(), table.name.lower()


def _tables(scope: Scope) -> Iterator[tuple[str, exp.Table]]:
    for alias, (_, source) in scope.selected_sources.items():
        if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
            yield alias, source


def _follow(scope: Scope, pushed: list[exp.Expr]) -> Iterator[tuple[TableName, list[exp.Expr]]]:
    """Every read of a table below the scope. `pushed` are conditions on the scope's own output columns."""
    if scope.set_operation_scopes:
        names = _names(scope)
        for branch in scope.set_operation_scopes:
            yield from _follow(branch, [_renamed(c, names, _names(branch)) for c in pushed])
        return
    for nested in scope.subquery_scopes:
        yield from _follow(nested, [])
    conditions = [inner for condition in pushed if (inner := _inside(condition, scope.expression)) is not None]
    for alias, (node, source) in scope.selected_sources.items():
        own = [c for c in (*conditions, *_stated(scope.expression, node)) if _only_about(c, alias)]
        if isinstance(source, Scope):
            yield from _follow(source, own)
        elif isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
            yield _name(source), [_unqualified(condition) for condition in own]


def _names(scope: Scope) -> list[str]:
    return scope.expression.named_selects if isinstance(scope.expression, exp.Query) else []


def _renamed(condition: exp.Expr, names: list[str], branch: list[str]) -> exp.Expr:
    places = dict(zip(names, branch, strict=False))
    return condition.transform(lambda node: exp.column(places[node.name]) if isinstance(node, exp.Column) else node)


def _stated(select: exp.Expr, node: exp.Expr) -> Iterator[exp.Expr]:
    """Conditions of WHERE and ON that hold for every row taken from the source at `node`."""
    joins: list[exp.Join] = select.args.get("joins") or []
    if any(join.side in ("RIGHT", "FULL") or join.kind in ("SEMI", "ANTI") for join in joins):
        return
    own = next((join for join in joins if join.this is node), None)
    optional = own is not None and own.side == "LEFT"
    where = select.args.get("where")
    if where is not None and not optional:
        yield from _conjuncts(where.this)
    for join in joins:
        on = join.args.get("on")
        if on is not None and (join is own if optional else not join.side):
            yield from _conjuncts(on)


def _conjuncts(condition: exp.Expr) -> Iterable[exp.Expr]:
    return condition.flatten() if isinstance(condition, exp.And) else [condition]


def _only_about(condition: exp.Expr, alias: str) -> bool:
    columns = list(condition.find_all(exp.Column))
    return (
        bool(columns)
        and all(column.table == alias for column in columns)
        and not condition.find(exp.Query, exp.Subquery, exp.AggFunc, exp.Window, exp.Lambda)
    )


def _inside(condition: exp.Expr, select: exp.Expr) -> exp.Expr | None:
    """A condition on the select's output, said about its sources; None when filtering there would change it."""
    grouping = select.args.get("group")
    plain_groups = grouping is None or not any(grouping.args.get(k) for k in ("cube", "rollup", "grouping_sets"))
    if not isinstance(select, exp.Select) or select.args.get("limit") or select.args.get("offset"):
        return None
    if not plain_groups:
        return None
    outputs = {output.alias_or_name: output.unalias() for output in select.selects}
    made = condition.transform(
        lambda node: outputs.get(node.name, node).copy() if isinstance(node, exp.Column) else node
    )
    if made.find(exp.AggFunc, exp.Query, exp.Window) is not None or not _within_windows(made, select):
        return None
    return made


def _within_windows(condition: exp.Expr, select: exp.Select) -> bool:
    """Whether a condition takes or leaves whole partitions of every window, so that no other row sees a difference."""
    columns = {column.sql() for column in condition.find_all(exp.Column)}
    for window in select.find_all(exp.Window):
        if not columns <= {each.sql() for each in window.args.get("partition_by") or []}:
            return False
    return True


def _unqualified(condition: exp.Expr) -> exp.Expr:
    return condition.transform(
        lambda node: exp.column(node.name, quoted=True) if isinstance(node, exp.Column) else node
    )
