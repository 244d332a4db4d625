"""Whether one schema version may follow another: identical, additive or breaking, with a reason for each change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from lake.errors import ContractError
from lake.rules.change import ADDITIVE, BREAKING, Change, worst
from lake.rules.column import Column
from lake.rules.column_change import column_changes
from lake.rules.contract import Contract

# a breaking change is a new promise, and a new promise has a new name
WAY_OUT = "make it additive, or give the new promise a dataset of its own"


@dataclass(frozen=True)
class Comparison:
    """What changed from one schema version to another, and the verdict of it all."""

    changes: tuple[Change, ...]

    @property
    def verdict(self) -> str:
        """identical, additive or breaking."""
        return worst(self.changes)

    @property
    def breaking(self) -> tuple[Change, ...]:
        """The changes that nobody may make."""
        return tuple(each for each in self.changes if each.verdict == BREAKING)


def compare(old: Contract, new: Contract) -> Comparison:
    """Every change from one version of a contract to another."""
    return Comparison(
        (
            *_dataset_changes(old, new),
            *column_changes(old.columns, new.columns),
            *_key_order(old, new),
            *_partition_changes(old.partition_columns, new.partition_columns),
            *_policy_changes(old, new),
        )
    )


def require_additive(versions: Sequence[Contract]) -> None:
    """Raise ContractError for the first version that does not follow the one before it."""
    for old, new in pairwise(versions):
        problems = compare(old, new).breaking
        if problems:
            raise ContractError(
                f"{new.dataset} {new.schema_version} does not follow {old.schema_version}: "
                f"{'; '.join(map(str, problems))}. Next: {WAY_OUT}"
            )


def _dataset_changes(old: Contract, new: Contract) -> Iterator[Change]:
    for what, was, now, why in (
        ("dataset", old.dataset, new.dataset, "these are two datasets, not two versions of one"),
        ("layer", old.layer, new.layer, "the rows would lie elsewhere"),
        ("builtFrom", old.built_from, new.built_from, "the numbers would mean something else"),
        ("carriedForward", old.carried_forward, new.carried_forward, "the numbers would mean something else"),
        ("controlTotals", dict(old.control_totals), dict(new.control_totals), "the numbers would mean something else"),
        ("csv dialect", _dialect(old), _dialect(new), "a header is read before its version is known, in one dialect"),
    ):
        if was != now:
            yield Change(BREAKING, f"{what} was {was}, is {now}", why)


def _key_order(old: Contract, new: Contract) -> Iterator[Change]:
    before, after = ([column.name for column in contract.key] for contract in (old, new))
    if before != after and set(before) == set(after):
        yield Change(
            BREAKING, f"the key was ({', '.join(before)}), is ({', '.join(after)})", "row ids hang on its order"
        )


def _partition_changes(old: Sequence[Column], new: Sequence[Column]) -> Iterator[Change]:
    was, now = ([_shape(column) for column in columns] for columns in (old, new))
    if was != now:
        why = "a partition is what is promoted as a unit; files and paths of before would not fit"
        yield Change(BREAKING, f"the partitions were {', '.join(was)}, now they are {', '.join(now)}", why)
        return
    for before, after in zip(old, new, strict=True):
        if before.projection != after.projection:
            what = f"partition '{before.name}': projection was {before.projection}, is {after.projection}"
            why = "Athena would no longer find every partition that is there"
            yield Change(ADDITIVE, what) if _reaches_further(before, after) else Change(BREAKING, what, why)


def _policy_changes(old: Contract, new: Contract) -> Iterator[Change]:
    if new.retention_years < old.retention_years:
        what = f"retention was {old.retention_years} years, is {new.retention_years}"
        yield Change(BREAKING, what, "readers were promised rows for longer")
    for what, was, now in (
        ("purpose, usage or limitations", _words(old), _words(new)),
        ("gate", old.thresholds, new.thresholds),
        ("trigger", (old.trigger, old.sweep_days), (new.trigger, new.sweep_days)),
        ("late policy", (old.late_policy, old.closed_after_days), (new.late_policy, new.closed_after_days)),
        ("policy for headers", _header_policy(old), _header_policy(new)),
        ("size of files", old.target_file_megabytes, new.target_file_megabytes),
        ("retention", old.retention_years, max(old.retention_years, new.retention_years)),
    ):
        if was != now:
            yield Change(ADDITIVE, f"{what} changed")


def _shape(column: Column) -> str:
    return f"{column.name} {column.type} of {column.derived_from}"


def _reaches_further(old: Column, new: Column) -> bool:
    """Only the range differs, and it holds the old one. Ends are compared where they are plain numbers or dates."""
    before, after = old.projection, new.projection
    if before is None or after is None or replace(before, range=after.range) != after:
        return False
    (first, last), (new_first, new_last) = (each.range.split(",") for each in (before, after))
    fixed = all(end[:1].isdigit() for end in (first, last, new_first, new_last))
    return fixed and new_first.zfill(8) <= first.zfill(8) and new_last.zfill(8) >= last.zfill(8)


def _dialect(contract: Contract) -> tuple[str, ...]:
    dialect = contract.dialect
    return dialect.delimiter, dialect.quote, dialect.escape, dialect.encoding


def _header_policy(contract: Contract) -> tuple[str, str]:
    return contract.dialect.extra_columns, contract.dialect.header_case


def _words(contract: Contract) -> tuple[str, ...]:
    return contract.purpose, contract.usage, contract.limitations
