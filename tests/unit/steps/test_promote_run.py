"""Promotion of a run: journalled, resumable after every write, never past the gate."""

from dataclasses import replace

import pytest

from lake.errors import GateRefusedError, JournalConflictError, SummaryMissingError
from lake.rules import layout
from lake.rules.json_record import to_json
from lake.rules.layout import Place
from lake.rules.summary import Counts, RunSummary
from lake.steps.current import current_partitions, read_pointer
from lake.steps.lake import Lake
from lake.steps.promote_run import PromotionAnswer, find_journal, promote_run
from lake.steps.read_run_summary import read_run_summary
from lake.steps.records import read_record
from tests.builders import BUCKETS, SILVER, JobOutput, Rows, lake_on, plan_of, run_id, source, write_plan
from tests.fakes import KillAt, KilledError, MemoryStore
from tests.invariants import check_place

OPEN = layout.quarantine_place(BUCKETS.quarantine, "transactions")
BALANCES = layout.table_place(BUCKETS.gold, "account_balances", "v1")
ACTIVITY = layout.table_place(BUCKETS.gold, "monthly_activity", "v1")
PLACES: tuple[Place, ...] = (SILVER, OPEN, BALANCES, ACTIVITY)
MONTHS = ("year=2024/month=01", "year=2024/month=02", "year=2024/month=03")


def ingested(store: MemoryStore, number: int = 1) -> Lake:
    """A run that wrote three months and three quarantined rows."""
    lake = lake_on(store)
    plan = write_plan(lake, plan_of(number, source(100)))
    months = [Rows(month, 30, f"{number:03d}a", f"{number:03d}z") for month in MONTHS]
    JobOutput(lake, plan).silver(months, (Rows("ingest_date=2024-03-31", 3),))
    return lake


def test_silver_and_quarantine_are_promoted_together() -> None:
    store = MemoryStore()
    lake = ingested(store)
    answer = promote_run(lake, run_id(), "silver")
    assert answer.partitions == (
        *(f"{SILVER.prefix}/{month}" for month in MONTHS),
        f"{OPEN.prefix}/ingest_date=2024-03-31",
    )
    assert current_partitions(store, SILVER) == list(MONTHS)
    assert current_partitions(store, OPEN) == ["ingest_date=2024-03-31"]
    journal = find_journal(lake, run_id())
    assert journal is not None
    assert journal.is_complete("silver")


def test_again_it_answers_the_same_and_writes_nothing() -> None:
    store = MemoryStore()
    lake = ingested(store)
    first = promote_run(lake, run_id(), "silver")
    before = len(store.writes)
    assert promote_run(lake, run_id(), "silver") == first
    assert len(store.writes) == before


def test_gold_is_promoted_after_silver_and_shows_its_inputs() -> None:
    store = MemoryStore()
    lake = ingested(store)
    promote_run(lake, run_id(), "silver")
    JobOutput(lake, plan_of(1, source(100))).gold(("2024-02", "2024-03"))
    answer = promote_run(lake, run_id(), "gold")
    assert answer.promoted == 4
    assert current_partitions(store, BALANCES) == ["as_of_month=2024-02", "as_of_month=2024-03"]
    assert '"transactions/year=2024/month=03"' in store.read(BUCKETS.gold, BALANCES.latest("as_of_month=2024-03")).text


def test_a_run_without_rows_promotes_nothing() -> None:
    store = MemoryStore()
    lake = lake_on(store)
    JobOutput(lake, write_plan(lake, plan_of())).silver(())
    assert promote_run(lake, run_id(), "silver") == PromotionAnswer(0, ())


def test_what_the_gate_refuses_is_not_promoted_by_any_way() -> None:
    store = MemoryStore()
    lake = lake_on(store)
    JobOutput(lake, write_plan(lake, plan_of(1, source(11)))).silver(counts=Counts(11, 10))
    with pytest.raises(GateRefusedError, match="rows are not conserved"):
        promote_run(lake, run_id(), "silver")
    assert current_partitions(store, SILVER) == []
    assert find_journal(lake, run_id()) is None


def test_without_a_summary_nothing_is_promoted() -> None:
    lake = lake_on()
    write_plan(lake, plan_of())
    with pytest.raises(GateRefusedError, match="left no readable summary"):
        promote_run(lake, run_id(), "silver")
    with pytest.raises(SummaryMissingError, match="no layer 'bronze'"):
        promote_run(lake, run_id(), "bronze")


def test_gold_waits_for_all_of_silver() -> None:
    lake = ingested(MemoryStore())
    JobOutput(lake, plan_of(1, source(100))).gold()
    with pytest.raises(GateRefusedError, match="silver is not promoted completely"):
        promote_run(lake, run_id(), "gold")


def test_gold_of_yesterdays_silver_is_refused() -> None:
    store = MemoryStore()
    lake = ingested(store)
    promote_run(lake, run_id(), "silver")
    JobOutput(lake, plan_of(1, source(100))).gold()
    promote_run(ingested(store, 2), run_id(2), "silver")
    answer = read_run_summary(lake, run_id(), "gold")
    assert answer.decision == "refuse"
    assert "account_balances: built from transactions/year=2024/month=03" in answer.reasons[0]


def test_a_summary_rewritten_in_between_is_noticed() -> None:
    store = MemoryStore()
    lake = ingested(store)
    store.on_write = KillAt(5)
    with pytest.raises(KilledError):
        promote_run(lake, run_id(), "silver")
    store.on_write = lambda moment: None
    first = read_record(store, RunSummary, BUCKETS.silver, SILVER.summary(run_id()))
    other = replace(first, partitions=first.partitions[:1], counts=Counts(100, 30, 3, 0, 67))
    store.write(BUCKETS.silver, SILVER.summary(run_id()), to_json(other))
    with pytest.raises(JournalConflictError, match="which its summary does not list"):
        promote_run(lake, run_id(), "silver")


def promote_both(lake: Lake) -> None:
    promote_run(lake, run_id(), "silver")
    JobOutput(lake, plan_of(1, source(100))).gold(("2024-02", "2024-03"))
    promote_run(lake, run_id(), "gold")


def writes_of_a_whole_promotion() -> int:
    store = MemoryStore()
    lake = ingested(store)
    before = len(store.writes)
    promote_both(lake)
    return len(store.writes) - before


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", range(1, writes_of_a_whole_promotion() + 1))
def test_a_run_killed_at_any_write_is_resumed(number: int, after: bool) -> None:
    store = MemoryStore()
    lake = ingested(store)
    store.on_write = KillAt(number, after)
    with pytest.raises(KilledError):
        promote_both(lake)
    store.on_write = lambda moment: None
    for place in PLACES:
        check_place(store, place)
    promote_both(lake)
    for place in PLACES:
        check_place(store, place)
    assert current_partitions(store, SILVER) == list(MONTHS)
    assert current_partitions(store, ACTIVITY) == ["as_of_month=2024-02", "as_of_month=2024-03"]
    journal = find_journal(lake, run_id())
    assert journal is not None
    assert [len(layer.done) for layer in journal.layers.values()] == [4, 4]


def test_a_run_killed_again_and_again_gets_there() -> None:
    store = MemoryStore()
    lake = ingested(store)
    store.on_write = KillAt(1)
    deaths = 0
    while True:
        try:
            promote_both(lake)
            break
        except KilledError:
            deaths += 1
            store.on_write = KillAt(1 + deaths % 3, after=True)
    assert deaths > 5
    for place in PLACES:
        check_place(store, place)
        for partition in current_partitions(store, place):
            pointer = read_pointer(store, place, partition)
            assert pointer is not None
            assert pointer.sequence == 1


def test_a_month_that_became_empty_is_replaced_by_nothing() -> None:
    store = MemoryStore()
    lake = ingested(store)
    promote_run(lake, run_id(), "silver")
    JobOutput(lake, plan_of(1, source(100))).gold()
    promote_run(lake, run_id(), "gold")
    promote_run(ingested(store, 2), run_id(2), "silver")
    for summary, place in zip(JobOutput(lake, plan_of(2, source(100))).gold(), (BALANCES, ACTIVITY), strict=True):
        part = replace(summary.partitions[0], rows=0, files=())
        total = replace(summary.control_totals[0], rows=0, expected_rows=0)
        emptied = replace(summary, partitions=(part,), counts=Counts(0, 0), columns={}, control_totals=(total,))
        store.write(BUCKETS.gold, place.summary(run_id(2)), to_json(emptied))
    assert promote_run(lake, run_id(2), "gold").promoted == 2
    pointer = read_pointer(store, BALANCES, "as_of_month=2024-03")
    assert pointer is not None
    assert (pointer.sequence, pointer.uris) == (2, ())
