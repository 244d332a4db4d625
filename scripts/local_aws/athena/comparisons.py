"""What Trino refuses to compare: it converts no text to a number or a date by itself."""

from itertools import pairwise

from sqlglot import exp

from local_aws.athena.failures import QueryError

_SIGNS = {"eq": "=", "neq": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "in": "IN", "between": "BETWEEN"}
_KINDS = (
    exp.DataType.NUMERIC_TYPES,
    exp.DataType.TEXT_TYPES,
    exp.DataType.TEMPORAL_TYPES,
    {exp.DType.BOOLEAN},
)


def refuse_other_kinds(node: exp.Expr) -> None:
    """Raise TYPE_MISMATCH for a comparison of, say, a number with a text."""
    sign = _SIGNS.get(node.key)
    if sign is None:
        return
    for one, other in pairwise(_sides(node)):
        first, second = _kind(one), _kind(other)
        if first is not None and second is not None and first != second:
            names = [side.type.sql("trino").lower() for side in (one, other) if side.type is not None]
            raise QueryError("TYPE_MISMATCH", f"line 1:1: Cannot apply operator: {names[0]} {sign} {names[1]}")


def _sides(node: exp.Expr) -> list[exp.Expr]:
    if isinstance(node, exp.Binary):
        return [node.left, node.right]
    if isinstance(node, exp.Between):
        return [node.this, node.args["low"], node.args["high"]]
    return [node.this, *node.expressions]


def _kind(side: exp.Expr) -> int | None:
    if side.type is None:
        return None
    return next((number for number, kinds in enumerate(_KINDS) if side.type.is_type(*kinds)), None)
