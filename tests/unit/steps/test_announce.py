"""Owners hear of each step in a version's life once, however often the daily run comes."""

from dataclasses import replace

from lake.rules.contract import Contracts
from lake.steps.announce import announce
from lake.steps.dispatch import dispatch
from tests.builders import BUCKETS, CONTRACTS, lake_on
from tests.fakes import KillAt, KilledError, Mailbox, MemoryExecutions, MemoryStore

SCHEDULE = {"trigger": "schedule", "dataset": "transactions", "scheduled_time": "2026-11-23T02:00:00Z"}


def at(status: str) -> Contracts:
    v1 = replace(CONTRACTS.get("transactions", "v1"), status=status, since="2026-11-01", reason="v2 is there")
    return replace(CONTRACTS, by_version={**CONTRACTS.by_version, ("transactions", "v1"): v1})


def test_an_active_version_is_no_news() -> None:
    store, mailbox = MemoryStore(), Mailbox()
    announce(lake_on(store), mailbox, "transactions")
    assert mailbox.mails == []
    assert store.keys(BUCKETS.control, "") == []


def test_each_step_is_told_once() -> None:
    store, mailbox = MemoryStore(), Mailbox()
    for status in ("deprecated", "deprecated", "closed", "closed"):
        announce(lake_on(store, at(status)), mailbox, "transactions")
    assert [subject for subject, _ in mailbox.mails] == [
        "Assay test: A schema version of transactions went a step on: v1 is deprecated: v2 is there",
        "Assay test: A schema version of transactions went a step on: v1 is closed: v2 is there",
    ]
    body = mailbox.mails[0][1]
    for told in ("Since: 2026-11-01", "owners: finance-data", "read and deliver transactions v2"):
        assert told in body


def test_the_daily_run_tells_and_other_events_do_not() -> None:
    lake, mailbox = lake_on(MemoryStore(), at("deprecated")), Mailbox()
    dispatch(lake, MemoryExecutions(), mailbox, {**SCHEDULE, "trigger": "request"})
    assert mailbox.mails == []
    dispatch(lake, MemoryExecutions(), mailbox, SCHEDULE)
    dispatch(lake, MemoryExecutions(), mailbox, SCHEDULE)
    assert len(mailbox.mails) == 1


def test_whoever_dies_in_between_tells_again_and_never_stays_silent() -> None:
    for after in (False, True):
        store, mailbox = MemoryStore(), Mailbox()
        store.on_write = KillAt(1, after)
        try:
            announce(lake_on(store, at("deprecated")), mailbox, "transactions")
        except KilledError:
            store.on_write = lambda moment: None
        announce(lake_on(store, at("deprecated")), mailbox, "transactions")
        assert len(mailbox.mails) == (1 if after else 2)
