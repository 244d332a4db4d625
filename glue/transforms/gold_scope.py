"""Which months of a gold dataset a run must build."""

from collections.abc import Collection

from lake.rules.contract import Contract
from lake.rules.partition import month_before, months_between


def months_to_build(
    contract: Contract, touched: Collection[str], silver: Collection[str], gold: Collection[str]
) -> tuple[str, ...]:
    """Months the run touched, and silver months without gold. A dataset carried forward goes on to the latest month.

    `silver` and `gold` are the months that are current. Carried forward, a gap before the first month is closed too.
    """
    stale = {*touched, *(set(silver) - set(gold))}
    if not stale or not contract.carried_forward:
        return tuple(sorted(stale))
    first = min(stale)
    earlier = [month for month in gold if month < first]
    while earlier and month_before(first) > max(earlier):
        first = month_before(first)
    return tuple(months_between(first, max({*stale, *silver, *gold})))
