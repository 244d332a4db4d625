"""`assay backfill plan`: what is read, what is replaced, who is kept out."""

from dataclasses import replace

import pytest

from lake.errors import BackfillHeldError, InvalidRequestError, NotFoundError
from lake.rules import layout
from lake.rules.backfill import CANCELLED, PLANNED, PROMOTED
from lake.rules.backfill_lock import PartitionLock
from lake.rules.claim import Claim
from lake.steps.records import put_record, read_record
from tests.backfills import ANN, BOB, World
from tests.builders import BUCKETS, KEY, MARCH, SILVER, Rows, contracts_with, csv_body
from tests.fakes import KillAt, KilledError

DAY = "transactions/ingest_date=2024-03-31/"
LATE_DAY = "transactions/ingest_date=2024-04-05/"


@pytest.fixture
def world() -> World:
    return World()


def why(world: World, months: str = "2024-03") -> dict[str, str]:
    return {each.key: each.why for each in world.declare(months).sources}


def test_it_names_what_is_current_and_what_fed_it(world: World) -> None:
    found = world.declare()
    (part,), (source,) = found.partitions, found.sources
    assert (part.partition, part.rows, part.etag) == (
        MARCH,
        3,
        world.store.head(BUCKETS.silver, SILVER.manifest(MARCH)).etag,
    )
    assert part.base is not None
    assert part.base.snapshot_id.startswith("00000001-")
    assert (source.key, source.version_id, source.why, source.records, source.note) == (KEY, "v1", "fed", 3, "")
    assert (found.status, found.requester, found.history[0].by) == (PLANNED, ANN, ANN)
    assert (found.estimate.rows, found.estimate.bytes) == (3, source.size)
    assert found.estimate.cost_usd is not None and found.estimate.cost_usd > 0


def test_files_of_the_window_are_read_whether_they_fed_it_or_not(world: World) -> None:
    world.ingest(2, f"{LATE_DAY}april.csv", Rows("year=2024/month=04", 3))
    world.store.put_bytes(BUCKETS.bronze, f"{DAY}waiting.csv", csv_body(2))
    world.store.put_bytes(BUCKETS.bronze, "transactions/ingest_date=2024-04-08/after-the-sweep.csv", csv_body(2))
    assert why(world) == {KEY: "fed", f"{DAY}waiting.csv": "unclaimed", f"{LATE_DAY}april.csv": "delivered"}


def test_a_late_file_that_fed_the_month_is_read_however_late_it_came(world: World) -> None:
    key = "transactions/ingest_date=2024-06-01/late.csv"
    world.ingest(2, key, Rows(rows=3, first="x", last="y"))
    assert why(world) == {KEY: "fed", key: "fed"}


def test_the_chain_ends_at_a_replacement(world: World) -> None:
    """What came before a replacement is no longer current, and its sources need not be read again."""
    world.ingest(2, "transactions/ingest_date=2024-06-01/late.csv", Rows(rows=3, first="x", last="y"))
    backfill = world.declare()
    world.through(backfill)
    world.ingest(3, "transactions/ingest_date=2024-06-02/later.csv", Rows(rows=3, first="z", last="zz"))
    fed = {each.key for each in world.declare(requester=BOB).sources if each.why == "fed"}
    assert fed == {KEY, *(f"transactions/ingest_date=2024-06-0{n}/late{er}.csv" for n, er in ((1, ""), (2, "r")))}


def refuse(world: World, source_id: str) -> None:
    def refused(found: Claim | None) -> Claim:
        assert found is not None
        return replace(found, state="refused", reason="too many bad rows")

    put_record(world.store, Claim, BUCKETS.control, layout.claim("transactions", "2024-03-31", source_id), refused)


def test_a_refused_file_that_fed_nothing_is_left_out(world: World) -> None:
    key = f"{DAY}april.csv"
    world.ingest(2, key, Rows("year=2024/month=04", 3))
    refuse(
        world, next(each.source_id for each in world.declare("2024-04", include_open=True).sources if each.key == key)
    )
    found = world.declare()
    assert [each.key for each in found.sources] == [KEY]
    assert [(each.key, "too many bad rows" in each.reason) for each in found.left_out] == [(key, True)]


def test_a_source_replaced_or_deleted_since_is_read_at_the_version_that_was_ingested(world: World) -> None:
    world.store.put_bytes(BUCKETS.bronze, KEY, csv_body(9))
    old, new = world.declare().sources
    assert (old.version_id, new.version_id) == ("v1", "v2")
    assert "replaced in bronze since by version v2; version v1 will be read" in old.note


def test_a_deleted_source_is_read_at_its_version(world: World) -> None:
    world.store.delete(BUCKETS.bronze, KEY)
    (source,) = world.declare().sources
    assert "deleted from bronze since; version v1 will be read" in source.note


def test_a_version_that_is_gone_for_good_ends_the_plan(world: World) -> None:
    world.store.delete(BUCKETS.bronze, KEY)
    world.store.deleted.clear()
    with pytest.raises(NotFoundError, match="a replacement would lose its rows"):
        world.declare()
    assert world.store.keys(BUCKETS.control, "backfills/") == []


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"months": "2024-06"}, "2024-06 is still open"),
        ({"months": "2024-04..2024-03"}, "2024-03 is before 2024-04"),
        ({"months": "03-2024"}, "not a month"),
        ({"reason": "  "}, "needs a reason"),
        ({"months": "2022-01"}, "nothing to read"),
    ],
)
def test_a_request_that_makes_no_sense_is_told(world: World, fields: dict[str, str], told: str) -> None:
    with pytest.raises(InvalidRequestError, match=told):
        world.declare(**fields)
    assert world.store.keys(BUCKETS.control, "backfills/") == []


def test_a_month_is_open_until_it_is_closed(world: World) -> None:
    world.clock.moment = "2024-04-05T10:00:00Z"
    with pytest.raises(InvalidRequestError, match="--include-open"):
        world.declare()
    assert world.declare(include_open=True).status == PLANNED
    world = World()
    world.clock.moment = "2024-04-06T00:00:00Z"
    assert world.declare().status == PLANNED


def test_of_two_overlapping_backfills_the_second_is_told_which_holds_what(world: World) -> None:
    first = world.declare("2024-02..2024-03")
    with pytest.raises(BackfillHeldError, match=f"{first.backfill_id}.*year=2024/month=02, {MARCH}") as told:
        world.declare("2024-03..2024-04", requester="somebody else")
    assert f"assay backfill cancel {first.backfill_id}" in str(told.value)
    assert len(list(world.store.keys(BUCKETS.control, "backfills/transactions/2"))) == 1


def test_a_lock_of_a_backfill_that_is_over_keeps_nobody_out(world: World) -> None:
    first = world.declare()
    put_over(world, first.backfill_id)
    second = world.declare(requester="somebody else")
    lock = read_record(world.store, PartitionLock, BUCKETS.control, layout.partition_lock("transactions", MARCH))
    assert lock.is_held_by(second.backfill_id)


def put_over(world: World, backfill_id: str) -> None:
    key = layout.backfill("transactions", backfill_id)
    text = world.store.read(BUCKETS.control, key).text.replace('"status": "planned"', f'"status": "{PROMOTED}"', 1)
    world.store.write(BUCKETS.control, key, text)


def test_killed_at_any_write_the_same_request_is_the_same_backfill() -> None:
    for number in range(1, 4):
        for after in (False, True):
            world = World()
            world.store.on_write = KillAt(number, after)
            try:
                found = world.declare("2024-02..2024-03")
            except KilledError:
                world.store.on_write = lambda moment: None
                found = world.declare("2024-02..2024-03")
            world.store.on_write = lambda moment: None
            assert world.now(found) == found
            assert world.declare("2024-02..2024-03") == found
            with pytest.raises(BackfillHeldError):
                world.declare(requester="somebody else")


def test_a_plan_that_loses_the_race_for_a_partition_gives_up(world: World) -> None:
    """The locks were free when it looked, and one was taken before it came to it."""
    world.store.put_bytes(BUCKETS.bronze, "transactions/ingest_date=2024-02-28/b.csv", csv_body(3))
    other = world.declare("2024-03")
    lock = layout.partition_lock("transactions", MARCH)
    taken = world.store.objects.pop((BUCKETS.control, lock))

    def race(moment: str) -> None:
        if moment == "after" and world.store.writes[-1].endswith("month=02.json"):
            world.store.objects[BUCKETS.control, lock] = taken

    world.store.on_write = race
    with pytest.raises(BackfillHeldError, match=other.backfill_id):
        world.declare("2024-02..2024-03", requester="somebody else")
    world.store.on_write = lambda moment: None
    (lost,) = [
        each for each in world.store.keys(BUCKETS.control, "backfills/transactions/2") if other.backfill_id not in each
    ]
    assert f'"status": "{CANCELLED}"' in world.store.read(BUCKETS.control, lost).text
    assert world.declare("2024-02", requester="a third").status == PLANNED


def test_an_unfinished_day_of_a_marked_dataset_is_not_read() -> None:
    world = World(contracts_with(trigger="on_ready_marker"))
    world.store.put_bytes(BUCKETS.bronze, f"{DAY}waiting.csv", csv_body(2))
    assert why(world) == {KEY: "fed"}
    world = World(contracts_with(trigger="on_ready_marker"))
    for name in ("waiting.csv", "_READY"):
        world.store.put_bytes(BUCKETS.bronze, f"{DAY}{name}", csv_body(2))
    assert why(world) == {KEY: "fed", f"{DAY}waiting.csv": "unclaimed"}
