"""QuarantineDigest: once a day, tell the platform team what waits. A call that comes twice sends the mail twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from lake.rules import layout
from lake.rules.digest import Held, HeldDay, digest
from lake.rules.layout import Place
from lake.rules.retention import kept_too_long
from lake.steps.current import current_partitions, current_snapshot, read_pointer
from lake.steps.lake import Lake
from lake.steps.ports import Events

SILVER = "silver"


@dataclass(frozen=True)
class DigestAnswer:
    """Open rows of each dataset, and whether there was a mail about them."""

    rows: dict[str, int]
    mailed: bool


def send_digest(lake: Lake, events: Events, at: str) -> DigestAnswer:
    """Add up what the current snapshots say, without a look into any row, and mail it. `at` names the day."""
    today = date.fromisoformat(at[:10])
    found = [_held(lake, dataset, today) for dataset in lake.contracts.for_people(SILVER)]
    event = digest(lake.environment, found, today)
    if event is not None:
        events.tell(event)
    return DigestAnswer({each.dataset: each.rows for each in found}, event is not None)


def _held(lake: Lake, dataset: str, today: date) -> Held:
    days = tuple(_days(lake, layout.quarantine_place(lake.buckets.quarantine, dataset)))
    years = lake.contracts.newest(dataset).retention_years
    too_long = sum(each.condemned for each in days if kept_too_long(each.ingest_date, years, today))
    return Held(dataset, days, sum(each.condemned for each in days), too_long)


def _days(lake: Lake, place: Place) -> Iterator[HeldDay]:
    for partition in current_partitions(lake.store, place):
        pointer = read_pointer(lake.store, place, partition)
        if pointer is not None and pointer.uris:
            yield HeldDay(partition.partition("=")[2], current_snapshot(lake.store, place, pointer).files)
