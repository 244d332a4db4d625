"""What becomes of a backfill whose months others promote meanwhile, and of one that failed."""

import pytest

from lake.errors import BackfillStateError, DatasetBusyError, PointerMovedError
from lake.rules.backfill import COMPARED, FAILED, PROMOTED, REFUSED, RUNNING
from lake.steps.lease import take_lease
from tests.backfills import BOB, World
from tests.builders import KEY, SILVER, Rows, request
from tests.invariants import check_place
from tests.unit.steps.backfill_ways import SAME, is_free, sequence, to_running


@pytest.fixture
def world() -> World:
    return World()


def test_a_month_that_moved_after_the_plan_is_not_even_read(world: World) -> None:
    backfill = world.declare()
    run = world.start(backfill)
    world.ingest(2, KEY.replace("a.csv", "b.csv"), Rows(rows=3, first="x", last="y"))
    with pytest.raises(PointerMovedError, match=f"--replan {backfill.backfill_id}"):
        world.plan(run)
    world.fail(run, "PointerMovedError", "PlanRun")
    assert world.now(backfill).status == REFUSED
    assert f"plan --replan {backfill.backfill_id}" in world.failure(run).next_step
    assert is_free(world)


def test_a_month_that_moved_before_the_promotion_is_not_replaced(world: World) -> None:
    backfill = world.declare()
    run = to_running(world, backfill)
    world.job(run, comparison=(SAME,))
    world.compare(run)
    world.ingest(2, KEY.replace("a.csv", "b.csv"), Rows(rows=3, first="x", last="y"))
    with pytest.raises(PointerMovedError):
        world.promote(run)
    world.fail(run, "PointerMovedError")
    assert (world.now(backfill).status, sequence(world)) == (REFUSED, 2)
    assert is_free(world)
    again = world.declare(requester=BOB, replans=backfill.backfill_id)
    assert len(again.sources) == 2
    world.through(again, comparison=(SAME,))
    assert (world.now(again).status, sequence(world)) == (PROMOTED, 3)
    check_place(world.store, SILVER)


def test_it_waits_for_a_daily_run_and_a_daily_run_for_it(world: World) -> None:
    backfill = world.declare()
    run = to_running(world, backfill)
    world.job(run, comparison=(SAME,))
    world.compare(run)
    daily = request(7, KEY)
    world.executions.running.add(daily.execution_arn)
    take_lease(world.lake, world.executions, daily)
    with pytest.raises(DatasetBusyError, match=daily.run_id):
        world.promote(run)
    assert world.now(backfill).status == COMPARED
    world.executions.end(daily.run_id)
    world.promote(run)
    other = request(8, KEY)
    with pytest.raises(DatasetBusyError, match=run.run_id):
        take_lease(world.lake, world.executions, other)


def test_a_failed_run_may_be_tried_again(world: World) -> None:
    backfill = world.declare()
    run = to_running(world, backfill)
    world.fail(run, "States.TaskFailed", "IngestToSilver")
    assert world.now(backfill).status == FAILED
    assert f"assay backfill start {backfill.backfill_id}" in world.failure(run).next_step
    world.clock.moment = "2024-06-20T12:00:00Z"
    again = to_running(world, backfill)
    assert (again.details["try"], world.now(backfill).status) == ("2", RUNNING)
    with pytest.raises(BackfillStateError, match=again.run_id):
        world.begin(run)
