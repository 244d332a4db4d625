"""Where DuckDB would answer otherwise than Trino: the same question in DuckDB's terms."""

from collections.abc import Callable
from decimal import Decimal

from sqlglot import exp

from local_aws.athena.failures import QueryError

_MAX_PRECISION = 38
_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)
_SIGNS = {"eq": "=", "neq": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_UNNEST_LEVELS = 2


def rewrite(tree: exp.Query) -> exp.Query:
    """The typed query with every rewrite applied."""
    made = tree.transform(_rewrite_node)
    assert isinstance(made, exp.Query)
    return made


def _rewrite_node(node: exp.Expr) -> exp.Expr:
    for kind, change in _REWRITES:
        if isinstance(node, kind):
            return change(node)
    return node


def _is(node: exp.Expr | None, *kinds: exp.DType) -> bool:
    return node is not None and node.type is not None and node.type.is_type(*kinds)


def _decimal(node: exp.Expr) -> tuple[int, int] | None:
    """Precision and scale of a decimal expression."""
    if node.type is None or not node.type.is_type("decimal") or not node.type.expressions:
        return None
    numbers = [int(parameter.name) for parameter in node.type.expressions]
    return numbers[0], numbers[1] if len(numbers) > 1 else 0


def _typed(made: exp.Expr, like: exp.Expr) -> exp.Expr:
    made.type = like.type
    return made


def _literal_decimal(node: exp.Expr) -> exp.Expr:
    """DECIMAL '1.20' has the precision and scale it is written with."""
    assert isinstance(node, exp.Cast)
    if not isinstance(node.this, exp.Literal) or node.to.this != exp.DType.DECIMAL or node.to.expressions:
        return _rounded(node)
    digits = Decimal(node.this.name).as_tuple()
    scale = max(0, -int(digits.exponent))
    return exp.cast(node.this.copy(), f"DECIMAL({max(len(digits.digits), scale)},{scale})")


def _rounded(node: exp.Cast) -> exp.Expr:
    """A fraction cast to an integer is rounded half away from zero."""
    if node.to.is_type(*exp.DataType.INTEGER_TYPES) and _is(node.this, *exp.DataType.REAL_TYPES):
        return _typed(type(node)(this=exp.Round(this=node.this.copy()), to=node.to.copy()), node)
    return node


def _average(node: exp.Expr) -> exp.Expr:
    """avg(decimal) keeps the argument's scale."""
    found = _decimal(node.this)
    return node if found is None else exp.cast(node.copy(), f"DECIMAL({_MAX_PRECISION},{found[1]})")


def _division(node: exp.Expr) -> exp.Expr:
    """decimal / decimal keeps the larger scale; integer / integer is an integer; x / 0 fails."""
    assert isinstance(node, exp.Div)
    left, right = _decimal(node.left), _decimal(node.right)
    if left is None and right is None:
        return node
    if _is(node.left, *exp.DataType.FLOAT_TYPES) or _is(node.right, *exp.DataType.FLOAT_TYPES):
        return node
    scale = max((left or (0, 0))[1], (right or (0, 0))[1])
    return exp.cast(exp.Div(this=node.left.copy(), expression=node.right.copy()), f"DECIMAL({_MAX_PRECISION},{scale})")


def _comparison(node: exp.Expr) -> exp.Expr:
    """Trino compares no text with a number."""
    sides = [node.left, node.right] if isinstance(node, exp.Binary) else []
    for one, other in (sides, sides[::-1]):
        if _is(one, *exp.DataType.NUMERIC_TYPES) and _is(other, *exp.DataType.TEXT_TYPES):
            kinds = [side.type.sql("trino").lower() for side in sides if side.type is not None]
            raise QueryError(
                "TYPE_MISMATCH", f"line 1:1: Cannot apply operator: {kinds[0]} {_SIGNS[node.key]} {kinds[1]}"
            )
    return node


def _date_difference(node: exp.Expr) -> exp.Expr:
    """date_diff counts whole units, not boundaries."""
    assert isinstance(node, exp.DateDiff)
    unit = exp.Literal.string(node.text("unit").lower() or "day")
    return exp.Anonymous(this="date_sub", expressions=[unit, node.expression.copy(), node.this.copy()])


def _stays_date(node: exp.Expr) -> exp.Expr:
    """A date moved by an interval, or cut to its month, is a date."""
    if not _is(node.this, exp.DType.DATE) or isinstance(node.parent, exp.Cast):
        return node
    if isinstance(node, exp.Add | exp.Sub) and not isinstance(node.expression, exp.Interval):
        return node
    return exp.cast(node.copy(), "DATE")


def _unnest(node: exp.Expr) -> exp.Expr:
    """UNNEST of an array of rows, or of a map, gives a column per field."""
    assert isinstance(node, exp.Unnest)
    if len(node.expressions) != 1 or node.args.get("offset") or not isinstance(node.parent, exp.Join | exp.From):
        return node
    argument = node.expressions[0]
    kind = argument.type
    if kind is None or not kind.expressions:
        return node
    if kind.is_type(exp.DType.MAP):
        rows: exp.Expr = exp.Anonymous(this="map_entries", expressions=[argument.copy()])
    elif kind.is_type(exp.DType.ARRAY) and kind.expressions[0].is_type(exp.DType.STRUCT):
        rows = argument.copy()
    else:
        return node
    depth = exp.PropertyEQ(this=exp.to_identifier("max_depth"), expression=exp.Literal.number(_UNNEST_LEVELS))
    inner = exp.select(exp.Anonymous(this="unnest", expressions=[rows, depth]))
    return exp.Lateral(this=exp.Subquery(this=inner), alias=node.args["alias"].copy())


def _replacement(node: exp.Expr) -> exp.Expr:
    """regexp_replace replaces every match and writes groups as $1."""
    assert isinstance(node, exp.RegexpReplace)
    text = node.args.get("replacement") or exp.Literal.string("")
    if isinstance(text, exp.Literal):
        text = exp.Literal.string(text.name.replace("$", "\\"))
    parts = [node.this.copy(), node.expression.copy(), text.copy(), exp.Literal.string("g")]
    return exp.Anonymous(this="regexp_replace", expressions=parts)


_REWRITES: tuple[tuple[type | tuple[type, ...], Callable[[exp.Expr], exp.Expr]], ...] = (
    (exp.Cast, _literal_decimal),
    (exp.Avg, _average),
    (exp.Div, _division),
    (_COMPARISONS, _comparison),
    (exp.DateDiff, _date_difference),
    ((exp.Add, exp.Sub, exp.DateAdd, exp.DateSub, exp.TsOrDsAdd, exp.DateTrunc, exp.TimestampTrunc), _stays_date),
    (exp.Unnest, _unnest),
    (exp.RegexpReplace, _replacement),
)
