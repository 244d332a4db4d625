"""Where DuckDB would answer otherwise than Trino: the same question in DuckDB's terms."""

from collections.abc import Callable
from decimal import Decimal

from sqlglot import exp

from local_aws.athena.comparisons import refuse_other_kinds
from local_aws.athena.failures import DIVISION, QueryError

_MAX_PRECISION = 38
_UNNEST_LEVELS = 2


def rewrite(tree: exp.Query) -> exp.Query:
    """The typed query with every rewrite applied, from the inside out."""
    for node in reversed(list(tree.walk(bfs=False))):
        refuse_other_kinds(node)
        for kinds, change in _REWRITES:
            if isinstance(node, kinds):
                _put(node, change(node))
                break
    return tree


def _put(node: exp.Expr, made: exp.Expr) -> None:
    if made is not node:
        if made.type is None:
            made.type = made.to if isinstance(made, exp.Cast) else node.type
        node.replace(made)


def _is(node: exp.Expr | None, *kinds: exp.DType) -> bool:
    return node is not None and node.type is not None and node.type.is_type(*kinds)


def _decimal(node: exp.Expr) -> tuple[int, int] | None:
    """Precision and scale of a decimal expression."""
    if not _is(node, exp.DType.DECIMAL) or node.type is None or not node.type.expressions:
        return None
    numbers = [int(parameter.name) for parameter in node.type.expressions]
    return numbers[0], numbers[1] if len(numbers) > 1 else 0


def _cast(node: exp.Expr) -> exp.Expr:
    """DECIMAL '1.20' is as wide as it is written; a fraction cast to an integer is rounded half away from zero."""
    assert isinstance(node, exp.Cast)
    if isinstance(node.this, exp.Literal) and node.to.this == exp.DType.DECIMAL and not node.to.expressions:
        digits = Decimal(node.this.name).as_tuple()
        scale = max(0, -int(digits.exponent))
        return exp.cast(node.this.copy(), f"DECIMAL({max(len(digits.digits), scale)},{scale})")
    if node.to.is_type(*exp.DataType.INTEGER_TYPES) and _is(node.this, *exp.DataType.REAL_TYPES):
        return type(node)(this=exp.Round(this=node.this.copy()), to=node.to.copy())
    return node


def _average(node: exp.Expr) -> exp.Expr:
    """avg(decimal) keeps the argument's scale."""
    found = _decimal(node.this)
    return node if found is None else exp.cast(node.copy(), f"DECIMAL({_MAX_PRECISION},{found[1]})")


def _division(node: exp.Expr) -> exp.Expr:
    """Integers divide to an integer, decimals keep the larger scale, and neither may be divided by zero."""
    assert isinstance(node, exp.Div)
    left, right = node.left.unnest(), node.right.unnest()
    if all(_is(side, *exp.DataType.INTEGER_TYPES) for side in (left, right)):
        return _not_by_zero(node, exp.IntDiv, left, right)
    scales = [found[1] for found in (_decimal(left), _decimal(right)) if found]
    if not scales or any(_is(side, *exp.DataType.FLOAT_TYPES) for side in (left, right)):
        return node
    return exp.cast(_not_by_zero(node, exp.Div, left, right), f"DECIMAL({_MAX_PRECISION},{max(scales)})")


def _not_by_zero(node: exp.Expr, kind: type[exp.Binary], left: exp.Expr, right: exp.Expr) -> exp.Expr:
    zero = exp.Literal.number(0)
    left, right = exp.paren(left.copy()), exp.paren(right.copy())
    if node.find_ancestor(exp.Try):
        return kind(this=left, expression=exp.Nullif(this=right, expression=zero))
    failure = exp.Anonymous(this="error", expressions=[exp.Literal.string(DIVISION)])
    is_zero = exp.EQ(this=right.copy(), expression=zero)
    return exp.Case(ifs=[exp.If(this=is_zero, true=failure)], default=kind(this=left, expression=right))


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
    width = _width(argument.type)
    if width is None:
        return node
    alias = node.args["alias"].copy()
    names = alias.args.get("columns") or []
    if names and len(names) != width:
        text = f"Column alias list has {len(names)} entries but '{alias.name}' has {width} columns available"
        raise QueryError("MISMATCHED_COLUMN_ALIASES", f"line 1:1: {text}")
    rows = argument.copy()
    if _is(argument, exp.DType.MAP):
        rows = exp.Anonymous(this="map_entries", expressions=[rows])
    depth = exp.PropertyEQ(this=exp.to_identifier("max_depth"), expression=exp.Literal.number(_UNNEST_LEVELS))
    inner = exp.select(exp.Anonymous(this="unnest", expressions=[rows, depth]))
    return exp.Lateral(this=exp.Subquery(this=inner), alias=alias)


def _width(kind: exp.DataType | None) -> int | None:
    """How many columns UNNEST makes of the type, when it is more than the element itself."""
    if kind is None or not kind.expressions:
        return None
    if kind.is_type(exp.DType.MAP):
        return 2
    element = kind.expressions[0]
    is_rows = kind.is_type(exp.DType.ARRAY) and element.is_type(exp.DType.STRUCT)
    return len(element.expressions) if is_rows else None


def _replacement(node: exp.Expr) -> exp.Expr:
    """regexp_replace replaces every match and writes groups as $1."""
    assert isinstance(node, exp.RegexpReplace)
    text = node.args.get("replacement") or exp.Literal.string("")
    if isinstance(text, exp.Literal):
        text = exp.Literal.string(text.name.replace("$", "\\"))
    parts = [node.this.copy(), node.expression.copy(), text.copy(), exp.Literal.string("g")]
    return exp.Anonymous(this="regexp_replace", expressions=parts)


_MOVED = (exp.Add, exp.Sub, exp.DateAdd, exp.DateSub, exp.TsOrDsAdd, exp.DateTrunc, exp.TimestampTrunc)


def _size(node: exp.Expr) -> exp.Expr:
    """DuckDB has a function of its own for the entries of a map."""
    return exp.func("cardinality", node.this.copy()) if _is(node.this, exp.DType.MAP) else node


_REWRITES: tuple[tuple[type | tuple[type, ...], Callable[[exp.Expr], exp.Expr]], ...] = (
    (exp.Cast, _cast),
    (exp.Avg, _average),
    (exp.Div, _division),
    (exp.DateDiff, _date_difference),
    (_MOVED, _stays_date),
    (exp.Unnest, _unnest),
    (exp.RegexpReplace, _replacement),
    (exp.ArraySize, _size),
)
