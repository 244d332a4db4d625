"""A backfill's run from start to end: its plan, its sources, its promotion."""

from dataclasses import replace

import pytest

from lake.errors import InvalidRequestError, SourceUnreadableError
from lake.rules import layout
from lake.rules.backfill import PROMOTED, Backfill
from lake.rules.lease import Lease
from lake.rules.run import RunId
from lake.steps.current import current_snapshot, read_pointer
from lake.steps.records import read_record
from lake.steps.summaries import read_plan
from tests.backfills import BOB, World
from tests.builders import BUCKETS, KEY, MARCH, SILVER, csv_body
from tests.invariants import check_place
from tests.unit.steps.backfill_ways import SAME, is_free


@pytest.fixture
def world() -> World:
    return World()


def test_from_plan_to_promotion(world: World) -> None:
    backfill = world.declare()
    run = world.through(backfill, comparison=(SAME,))
    ended = world.now(backfill)
    assert [each.status for each in ended.history] == [
        "planned", "approved", "running", "compared", "promoting", "promoted",
    ]  # fmt: skip
    assert (ended.status, ended.approved_by, ended.run_id) == (PROMOTED, BOB, run.run_id)
    assert is_free(world)
    pointer = read_pointer(world.store, SILVER, MARCH)
    assert pointer is not None
    snapshot = current_snapshot(world.store, SILVER, pointer)
    assert (snapshot.sequence, snapshot.mode, snapshot.run_id) == (2, "replace", run.run_id)
    assert snapshot.approved_by == BOB
    assert snapshot.reason == f"{backfill.backfill_id}: a pattern was too strict"
    check_place(world.store, SILVER)


def test_the_plan_of_its_run_names_its_sources_and_bases_and_takes_no_claim(world: World) -> None:
    waiting = KEY.replace("a.csv", "waiting.csv")
    world.store.put_bytes(BUCKETS.bronze, waiting, csv_body(2))
    backfill = world.declare()
    run = world.start(backfill)
    answer = world.plan(run)
    plan = read_plan(world.lake, RunId(run.run_id))
    assert (answer.outcome, answer.approval, answer.input_records) == ("planned", True, 5)
    assert (plan.mode, plan.details["backfill"]) == ("replace", backfill.backfill_id)
    assert [(each.partition, each.base) for each in plan.partitions] == [
        (each.partition, each.base) for each in backfill.partitions
    ]
    assert [each.uri for each in plan.sources] == [layout.uri(BUCKETS.bronze, each) for each in (KEY, waiting)]
    assert world.claims() == {KEY: "done"}
    assert read_record(world.store, Lease, BUCKETS.control, layout.lease("transactions")).state == "free"


@pytest.mark.parametrize("gone", ["replaced", "deleted"])
def test_a_pinned_version_is_read_from_a_copy_and_traced_to_its_original(world: World, gone: str) -> None:
    before = world.store.head(BUCKETS.bronze, KEY)
    if gone == "deleted":
        world.store.delete(BUCKETS.bronze, KEY)
    else:
        world.store.put_bytes(BUCKETS.bronze, KEY, csv_body(9))
    backfill = world.declare()
    run = world.start(backfill)
    world.plan(run)
    source = read_plan(world.lake, RunId(run.run_id)).sources[0]
    assert (source.key, source.version_id, source.etag, source.records) == (KEY, "v1", before.etag, 3)
    copy = layout.split_uri(source.uri)
    assert copy == (BUCKETS.control, f"runs/{run.run_id}/sources/{source.source_id}/a.csv")
    assert world.store.read(*copy).body == csv_body(3)
    assert world.store.head(*copy).metadata == {"source-etag": before.etag}


def test_a_source_that_can_no_longer_be_read_ends_the_run(world: World) -> None:
    """Without it, rows that are current would be lost; one that no run ever ingested may be left out."""
    world.store.put_bytes(BUCKETS.bronze, KEY.replace("a.csv", "broken.csv"), b"wrong\n1\n")
    backfill = world.declare()
    run = world.start(backfill)
    assert world.plan(run).sources == 1
    assert "SCHEMA_MISMATCH" in read_plan(world.lake, RunId(run.run_id)).notes[0]
    unreadable(world, backfill)
    other = replace(run, run_id=run.run_id, execution_arn=run.execution_arn)
    world.store.objects.pop((BUCKETS.control, layout.plan(RunId(run.run_id))))
    with pytest.raises(SourceUnreadableError, match="would lose their rows"):
        world.plan(other)


def unreadable(world: World, backfill: Backfill) -> None:
    key = layout.backfill("transactions", backfill.backfill_id)
    text = world.store.read(BUCKETS.control, key).text
    world.store.write(BUCKETS.control, key, text.replace('"why": "unclaimed"', '"why": "delivered"'))


def test_started_twice_it_is_one_run(world: World) -> None:
    backfill = world.declare()
    first = world.start(backfill)
    world.clock.moment = "2024-06-20T10:00:09Z"
    assert world.start(backfill) == first
    world.plan(first)
    assert world.start(backfill) == first


def test_a_run_that_nobody_asked_for_is_refused(world: World) -> None:
    backfill = world.declare()
    run = world.start(backfill)
    world.plan(run)
    name = run.run_id[:-1] + "0"
    with pytest.raises(InvalidRequestError, match="assay backfill start"):
        world.plan(replace(run, run_id=name, execution_arn=run.execution_arn.replace(run.run_id, name)))
