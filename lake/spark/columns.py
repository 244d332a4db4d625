"""Names of the columns a frame carries beside the contract's. A contract column never starts with `_`."""

from lake.rules.contract import Column

RAW = "_raw_"
CORRUPT = "_corrupt"
SOURCE = "_source"
ROW = "_row"
CLEAN = "_clean"
ERRORS = "_errors"
KEY_HASH = "_key_hash"
SHARED = "_shared"
OUTCOME = "_outcome"
WINNER = "_winner"
OUTSIDE = "_outside"


def raw(column: Column) -> str:
    """The column that holds a source field as text."""
    return RAW + column.name


def extra(position: int) -> str:
    """The column that holds a field no contract column is read from."""
    return f"_extra_{position}"
