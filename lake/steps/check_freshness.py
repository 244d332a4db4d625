"""CheckFreshness: once a day, notice datasets whose daily run is missing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from lake.rules import layout
from lake.rules.freshness import Freshness, is_good, missed
from lake.rules.json_record import from_json
from lake.rules.ledger import LedgerEntry
from lake.steps.lake import Lake
from lake.steps.ports import Events, Metrics

# as far as one looks back for a good run; older is «none»
MONTHS = 2


@dataclass(frozen=True)
class FreshnessAnswer:
    """Hours since the last good run of each dataset (None: none lately), and which are missed."""

    hours: dict[str, float | None]
    missed: tuple[str, ...]


def check_freshness(lake: Lake, events: Events, metrics: Metrics, at: str) -> FreshnessAnswer:
    """Compare each dataset with what its contract allows, and tell people. `at`: the moment the schedule names."""
    found = [_freshness(lake, name, hours, at) for name, hours in lake.contracts.freshness().items()]
    for each in found:
        age = each.age_hours(at)
        if age is not None:
            metrics.count(each.dataset, "", {"HoursSinceGoodRun": age})
        if each.is_missed(at):
            events.tell(missed(lake.environment, each, at))
    return FreshnessAnswer(
        {each.dataset: each.age_hours(at) for each in found},
        tuple(each.dataset for each in found if each.is_missed(at)),
    )


def _freshness(lake: Lake, dataset: str, hours: int, at: str) -> Freshness:
    found = Freshness(dataset, hours)
    for entry in _newest_first(lake, dataset, date.fromisoformat(at[:10])):
        if is_good(entry) and found.ended_well_at is None:
            found = replace(found, ended_well_at=entry.finished_at, run_id=entry.run_id)
        if is_good(entry) and entry.valid_count:
            return replace(found, last_rows_at=entry.finished_at)
    return found


def _newest_first(lake: Lake, dataset: str, today: date) -> Iterator[LedgerEntry]:
    """A run's name begins with its moment, so the names are in order."""
    bucket, month = lake.buckets.control, today
    for _ in range(MONTHS):
        keys = [each.key for each in lake.store.list(bucket, layout.ledger_month(dataset, month))]
        for key in sorted(keys, reverse=True):
            yield from_json(LedgerEntry, lake.store.read(bucket, key).body, layout.uri(bucket, key))
        month = month.replace(day=1) - timedelta(days=1)
