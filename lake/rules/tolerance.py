"""Whether a replacement changes more than its contract lets pass without a second look."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lake.rules.summary import AmountChange, PartitionComparison


@dataclass(frozen=True)
class Tolerance:
    """Shares of what was there before, 0 to 1. A contract that says nothing lets no change pass unseen."""

    max_changed_rate: float = 0.0
    max_amount_change_rate: float = 0.0


def read_tolerance(node: Mapping[str, Any]) -> Tolerance:
    """The contract's property `backfill`."""
    return Tolerance(float(node.get("maxChangedRate", 0)), float(node.get("maxAmountChangeRate", 0)))


def tolerance_problems(node: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the contract's property `backfill`, in words."""
    for name in ("maxChangedRate", "maxAmountChangeRate"):
        if not 0 <= node.get(name, 0) <= 1:
            yield f"backfill.{name} is {node[name]}, expected a share from 0 to 1"
    for name in sorted(set(node) - {"maxChangedRate", "maxAmountChangeRate"}):
        yield f"backfill.{name} is unknown, expected maxChangedRate or maxAmountChangeRate"


def missing_comparisons(planned: Iterable[str], found: Iterable[PartitionComparison]) -> list[str]:
    """Planned partitions that nobody compared."""
    compared = {each.partition for each in found}
    return [each for each in planned if each not in compared]


def above_tolerance(found: Iterable[PartitionComparison], limits: Tolerance) -> list[str]:
    """What changes more than the contract lets pass, in words; empty when no second approval is needed."""
    return [reason for each in found for reason in _reasons(each, limits)]


def _reasons(found: PartitionComparison, limits: Tolerance) -> Iterator[str]:
    touched = found.added + found.removed + found.changed
    if touched > Decimal(str(limits.max_changed_rate)) * found.rows_before:
        yield (
            f"{found.partition}: {found.added} rows added, {found.removed} removed, {found.changed} changed of "
            f"{found.rows_before}, the contract lets pass {limits.max_changed_rate:.2%}"
        )
    for amount in found.amounts:
        if _moves(amount) > Decimal(str(limits.max_amount_change_rate)) * abs(Decimal(amount.before)):
            yield (
                f"{found.partition}: {amount.column} in {amount.currency} goes from {amount.before} to {amount.after}, "
                f"the contract lets pass {limits.max_amount_change_rate:.2%}"
            )


def _moves(amount: AmountChange) -> Decimal:
    return abs(Decimal(amount.after) - Decimal(amount.before))
