"""Changes of a contract's columns: gone, renamed, added, moved, or no longer what they were."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from lake.rules.change import ADDITIVE, BREAKING, Change
from lake.rules.column import Column
from lake.rules.rule_change import rule_changes

_SIMILAR = 0.6


def column_changes(old: Sequence[Column], new: Sequence[Column]) -> Iterator[Change]:
    """Every change from the old columns to the new ones."""
    before, after = ({column.name: column for column in columns} for columns in (old, new))
    added = [column for column in new if column.name not in before]
    for column in old:
        if column.name in after:
            yield from _kept(column, after[column.name])
        else:
            yield _gone(column, added)
    yield from (_added(column) for column in added)
    yield from _moved([each for each in before if each in after], list(after))


def _gone(column: Column, added: Sequence[Column]) -> Change:
    heir = next((each for each in added if _looks_renamed(column, each)), None)
    if heir is None:
        return Change(BREAKING, f"column '{column.name}' is gone", "readers who name it fail; keep it")
    why = f"to a reader that is a column lost; keep '{column.name}' and describe it better"
    return Change(BREAKING, f"column '{column.name}' seems to be renamed to '{heir.name}'", why)


def _looks_renamed(old: Column, new: Column) -> bool:
    if old.type != new.type:
        return False
    same_source = old.source is not None and old.source == new.source
    return same_source or SequenceMatcher(None, old.name, new.name).ratio() >= _SIMILAR


def _added(column: Column) -> Change:
    if column.key:
        return Change(BREAKING, f"column '{column.name}' is new and part of the key", "older rows have no value for it")
    if column.required:
        why = "older rows have no value for it, so it must be nullable"
        return Change(BREAKING, f"column '{column.name}' is new and required", why)
    return Change(ADDITIVE, f"column '{column.name}' {column.type} is new and nullable")


def _moved(kept: list[str], after: list[str]) -> Iterator[Change]:
    if after[: len(kept)] != kept:
        why = "readers who go by position would read another column; keep the order, put new columns at the end"
        yield Change(
            BREAKING, f"the columns were {', '.join(kept)}, now they begin {', '.join(after[: len(kept)])}", why
        )


def _kept(old: Column, new: Column) -> Iterator[Change]:
    for what, was, now, why in _facts(old, new):
        if was != now:
            yield Change(BREAKING, f"column '{old.name}': {what} was {was}, is {now}", why)
    if old.required != new.required:
        why = "readers count on a value" if old.required else "older rows may have none"
        yield Change(BREAKING, f"column '{old.name}': required was {old.required}, is {new.required}", why)
    yield from rule_changes(old, new)
    if old.description != new.description:
        yield Change(ADDITIVE, f"column '{old.name}' has another description")


def _facts(old: Column, new: Column) -> Iterator[tuple[str, object, object, str]]:
    """What of a column must never change, and why."""
    key = "which rows are duplicates would change, for rows that are there already too"
    unit = "the same number would mean another amount"
    codes = "the same code would be judged in another way"
    # Athena would read a narrower number as a wider one, but Spark 3.5 reads no Parquet column as another type
    stored = "files that are there hold the old type, and no job reads them as another; add a column beside it"
    yield "type", old.type, new.type, stored
    yield "part of the key", old.key, new.key, key
    yield "source column", old.source, new.source, "files of today would no longer fit; ask for the old header"
    yield "unit (currencyColumn)", old.currency_column, new.currency_column, unit
    yield "codeList", old.code_list, new.code_list, codes
    yield "validOn", old.valid_on, new.valid_on, codes
    yield "classification", old.classification, new.classification, "access was granted for the one it had"
