"""Whether one schema version may follow another: only nullable columns are added, nothing else changes."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from lake.errors import ContractError
from lake.rules.contract import Column, Contract


def require_additive(versions: Sequence[Contract]) -> None:
    """Raise ContractError for the first version that does not follow the one before it."""
    for old, new in pairwise(versions):
        problems = list(broken_rules(old, new))
        if problems:
            raise ContractError(
                f"{new.dataset} {new.schema_version} does not follow {old.schema_version}: " + "; ".join(problems)
            )


def broken_rules(old: Contract, new: Contract) -> Iterator[str]:
    """Why `new` is not an additive successor of `old`, in words; nothing when it is."""
    before = {column.name: column for column in old.columns}
    after = {column.name: column for column in new.columns}
    for name, column in before.items():
        yield from _kept(name, column, after.get(name))
    for name, column in after.items():
        if name not in before and column.required:
            yield f"column '{name}' is new and required; older rows have no value for it, so it must be nullable"
    if [_shape(each) for each in old.partition_columns] != [_shape(each) for each in new.partition_columns]:
        yield "the partition columns changed"


def _kept(name: str, old: Column, new: Column | None) -> Iterator[str]:
    if new is None:
        yield f"column '{name}' is gone"
        return
    for what, was, now in (
        ("type", old.type, new.type),
        ("part of the key", old.key, new.key),
        ("required", old.required, new.required),
        ("unit", old.currency_column, new.currency_column),
    ):
        if was != now:
            yield f"column '{name}' changed: {what} was {was}, is {now}"


def _shape(column: Column) -> tuple[str, str, str | None]:
    return column.name, column.type, column.derived_from
