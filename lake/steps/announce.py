"""Tell the owners of a dataset, once, of every step in the life of its schema versions."""

from dataclasses import dataclass

from lake.errors import ConflictError
from lake.rules import layout
from lake.rules.contract import Contract
from lake.rules.json_record import to_json
from lake.rules.life_cycle import ACTIVE
from lake.rules.run_events import life_cycle
from lake.steps.lake import Lake
from lake.steps.ports import Events
from lake.steps.records import find_record


@dataclass(frozen=True)
class Announcement:
    """`life_cycle/<dataset>/<version>-<status>.json`: the owners know."""

    dataset: str
    schema_version: str
    status: str
    since: str | None
    told_at: str


def announce(lake: Lake, events: Events, dataset: str) -> None:
    """Mail what the owners of a dataset have not been told yet."""
    for each in lake.contracts.versions(dataset):
        if each.status != ACTIVE:
            _announce(lake, events, each)


def _announce(lake: Lake, events: Events, contract: Contract) -> None:
    key = layout.life_cycle(contract.dataset, contract.schema_version, contract.status)
    if find_record(lake.store, Announcement, lake.buckets.control, key) is not None:
        return
    owners = lake.contracts.life_cycles[contract.dataset].owners
    event = life_cycle(lake.environment, contract, lake.contracts.versions(contract.dataset)[-1], owners)
    # the mail goes first: a try that dies in between sends it twice, never not at all
    events.tell(event)
    told = Announcement(contract.dataset, contract.schema_version, contract.status, contract.since, lake.clock.now())
    try:
        lake.store.create(lake.buckets.control, key, to_json(told))
    except ConflictError:
        return
