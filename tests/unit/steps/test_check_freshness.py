"""A missing daily run is noticed; a run that failed is not one that counts."""

from dataclasses import replace

import pytest

from lake.rules import layout
from lake.rules.contract import Contracts
from lake.rules.json_record import to_json
from lake.rules.ledger import LedgerEntry
from lake.rules.run import RunId
from lake.steps.check_freshness import FreshnessAnswer, check_freshness
from tests.builders import BUCKETS, CONTRACTS, lake_on
from tests.fakes import Counted, Mailbox, MemoryStore

NOW = "2024-04-02T06:00:00Z"
GOOD = LedgerEntry(
    "", "daily", "succeeded", (), "arn", "b", "1", "", "", 1, 10, 10, 0, 0, 0, 0, ("year=2024/month=03",),
)  # fmt: skip


class World:
    def __init__(self, contracts: Contracts = CONTRACTS) -> None:
        self.store, self.mail, self.metrics = MemoryStore(), Mailbox(), Counted()
        self.lake = lake_on(self.store, contracts)

    def ran(self, at: str, **more: object) -> None:
        run_id = RunId(f"{at.replace('-', '').replace(':', '')}-daily-0123456789ab")
        entry = replace(GOOD, run_id=str(run_id), finished_at=at, **more)  # type: ignore[arg-type]
        self.store.write(BUCKETS.control, layout.ledger_entry("transactions", run_id), to_json(entry, one_line=True))

    def look(self) -> FreshnessAnswer:
        return check_freshness(self.lake, self.mail, self.metrics, NOW)


def test_the_committed_contract_has_a_limit() -> None:
    assert CONTRACTS.freshness() == {"transactions": 26}


def test_a_run_of_this_night_is_fresh() -> None:
    world = World()
    world.ran("2024-04-02T02:00:00Z")
    assert world.look() == FreshnessAnswer({"transactions": 4.0}, ())
    assert world.mail.mails == []
    assert world.metrics.points == [("transactions", {"HoursSinceGoodRun": 4.0})]


def test_a_night_on_which_nothing_was_delivered_is_no_missing_run() -> None:
    world = World()
    world.ran("2024-04-02T02:00:00Z", outcome="nothing_to_do", valid_count=0)
    assert world.look().missed == ()


@pytest.mark.parametrize("end", [{"outcome": "failed"}, {"outcome": "refused"}, {"kind": "compact"}])
def test_a_run_that_ended_badly_or_took_no_delivery_does_not_count(end: dict[str, str]) -> None:
    world = World()
    world.ran("2024-03-31T02:00:00Z")
    world.ran("2024-04-02T02:00:00Z", **end)
    assert world.look().missed == ("transactions",)
    ((subject, body),) = world.mail.mails
    assert "transactions is not fresh: its last good run ended 52 hours ago, its contract allows 26" in subject
    assert "Since: 2024-03-31T02:00:00Z" in body and "docs/runbooks/freshness.md" in body


def test_the_mail_tells_since_when_there_are_no_rows() -> None:
    world = World()
    world.ran("2024-03-20T02:00:00Z")
    world.ran("2024-03-31T02:00:00Z", outcome="nothing_to_do", valid_count=0)
    world.look()
    assert "last rows: 2024-03-20T02:00:00Z" in world.mail.mails[0][1]


def test_a_dataset_that_never_ran_is_missed() -> None:
    world = World()
    assert world.look() == FreshnessAnswer({"transactions": None}, ("transactions",))
    assert "no run of it has ended well lately" in world.mail.mails[0][0]


def test_a_dataset_without_a_limit_is_never_missed() -> None:
    life = {name: replace(each, max_age_hours=None) for name, each in CONTRACTS.life_cycles.items()}
    assert World(replace(CONTRACTS, life_cycles=life)).look() == FreshnessAnswer({}, ())
