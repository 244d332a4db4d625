"""The metrics of one run, by name."""

from lake.rules.cost import cost_of
from lake.rules.freshness import is_good
from lake.rules.ledger import LedgerEntry
from lake.rules.links import region_of
from lake.rules.prices import find_prices
from lake.rules.timings import Timings


def run_numbers(entry: LedgerEntry, states: Timings) -> dict[str, float]:
    """Rows by outcome, how the run ended, how long it took, what it cost where prices are known."""
    found: dict[str, float] = {
        f"Runs{''.join(part.capitalize() for part in entry.outcome.split('_'))}": 1,
        "GoodRuns": int(is_good(entry)),
        "RecordsRead": entry.input_count,
        "RowsValid": entry.valid_count,
        "RowsQuarantined": entry.quarantined_count,
        "RowsCondemned": entry.condemned_count,
        "RowsDuplicate": entry.duplicate_count,
        "RowsLate": entry.late_count,
    }
    if entry.input_count:
        found["QuarantinePercent"] = round(100 * entry.quarantined_count / entry.input_count, 4)
    if states.states:
        found["RunSeconds"] = states.seconds
        price = find_prices(region_of(entry.execution_arn))
        if price is not None:
            found["RunCostUsd"] = cost_of(states, entry.sources, len(entry.partitions), price).total
    return found
