"""A run that died between silver and quarantine is being undone: nobody finishes it meanwhile, whoever dies then."""

from contextlib import suppress
from dataclasses import replace

import pytest

from lake.errors import BackfillStateError, DatasetBusyError, InvalidRequestError, PointerMovedError
from lake.rules.correction import RETRY
from lake.rules.held_state import OPEN, RECOVERED
from lake.rules.run import RunId
from lake.rules.trigger import RunRequest
from lake.steps.plan_run import UNFINISHED, plan_run
from lake.steps.promote_run import find_journal, promote_run
from tests.backfills import ANN
from tests.fakes import KillAt, KilledError, execution_arn
from tests.held_world import HeldWorld
from tests.unit.steps.test_life_of_rows import check
from tests.unit.steps.test_unfinished import dies_between

DAY = "2024-03-31"


@pytest.fixture
def world() -> HeldWorld:
    found = HeldWorld(mortal=False)
    found.deliver(DAY, [("A", "1"), ("B", "x"), ("C", "y")])
    return found


def rollback_of(run: RunRequest, number: int = 1) -> RunRequest:
    name = f"20240620T120000Z-rollback-{number:06d}"
    details = {"run": run.run_id, "reason": "why", "requested_by": ANN}
    return replace(run, run_id=name, kind="rollback", execution_arn=execution_arn(name), details=details)


def undoing(world: HeldWorld, run: RunRequest, number: int = 1) -> RunRequest:
    """The rollback of a run, planned and under way."""
    undo = rollback_of(run, number)
    world.executions.running.add(undo.execution_arn)
    assert plan_run(world.lake, world.executions, undo).outcome == "planned"
    return undo


def test_a_backfill_waits_until_it_is_undone(world: HeldWorld) -> None:
    """It has no lease of its own while it is planned; finishing the run then would leave its rows nowhere."""
    dead = dies_between(world)
    backfill = world.start(world.declare())
    undo = undoing(world, dead)
    with pytest.raises(DatasetBusyError):
        world.plan(backfill)
    promote_run(world.lake, RunId(undo.run_id), "silver")
    world.finish(undo)
    with pytest.raises(PointerMovedError):
        world.plan(backfill)
    assert world.row("B").state == OPEN
    check(world)


def test_a_backfill_finishes_it_alone_and_holds_nothing_afterwards(world: HeldWorld) -> None:
    dead = dies_between(world)
    backfill = world.start(world.declare())
    assert world.plan(backfill).unfinished == dead.run_id
    name = "20240620T130000Z-retry-000009"
    other = replace(dead, run_id=name, execution_arn=execution_arn(name))
    with pytest.raises(DatasetBusyError):
        plan_run(world.lake, world.executions, other)
    promote_run(world.lake, RunId(dead.run_id), "silver")
    assert world.plan(backfill).outcome == "planned"
    assert plan_run(world.lake, world.executions, other).unfinished == ""
    assert world.row("B").state == RECOVERED


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("complete", [False, True])
@pytest.mark.parametrize("write", range(1, 20))
def test_a_rollback_that_dies_for_good_leaves_no_row_nowhere(
    world: HeldWorld, write: int, complete: bool, after: bool
) -> None:
    """Gone from silver, recovered by quarantine's word: the next run finishes the rollback, or what it undoes."""
    retry = comes_to_its_end(world) if complete else dies_between(world)
    undo = undoing(world, retry)
    world.store.on_write = KillAt(write, after)
    with suppress(KilledError):
        promote_run(world.lake, RunId(undo.run_id), "silver")
    world.store.on_write = lambda moment: None
    world.fail(undo, "Sandbox.Timedout")
    world.deliver("2024-04-01", [("D", "1")])
    assert world.unfinished() == ""
    in_silver = ("B", "7") in {each.content for each in world.silver()}
    assert world.row("B").state == (RECOVERED if in_silver else OPEN)
    check(world)


def comes_to_its_end(world: HeldWorld) -> RunRequest:
    entry = world.row("B")
    run = world.request_for("retry", [entry], RETRY, {entry.row_id: ("B", "7")})
    world.executions.running.add(run.execution_arn)
    plan_run(world.lake, world.executions, run)
    world.leave_asked(run)
    promote_run(world.lake, RunId(run.run_id), "silver")
    world.finish(run)
    return run


def test_a_backfill_that_people_let_through_promotes_nothing_before_it_is_finished(world: HeldWorld) -> None:
    """It would move what the dead run still has to move, and nobody could finish that one any more."""
    backfill = world.start(world.declare())
    assert world.plan(backfill).outcome == "planned"
    world.begin(backfill)
    dead = dies_between(world)
    with pytest.raises(BackfillStateError, match=f"run {dead.run_id} died .*assay backfill start 2024"):
        world.promote(backfill)
    world.fail(backfill, "BackfillStateError", "BeginPromotion")
    assert world.unfinished() == dead.run_id
    world.deliver("2024-04-01", [("D", "1")])
    assert world.row("B").state == RECOVERED
    check(world)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("write", range(1, 20))
def test_a_run_that_died_at_any_write_is_undone_whatever_its_journal_came_to_note(
    world: HeldWorld, write: int, after: bool
) -> None:
    """Between a commit and its line in the journal, the commit counts."""
    entry = world.row("B")
    run = world.request_for("retry", [entry], RETRY, {entry.row_id: ("B", "7")})
    world.executions.running.add(run.execution_arn)
    plan_run(world.lake, world.executions, run)
    world.leave_asked(run)
    world.store.on_write = KillAt(write, after)
    with suppress(KilledError):
        promote_run(world.lake, RunId(run.run_id), "silver")
    world.store.on_write = lambda moment: None
    world.fail(run, "Sandbox.Timedout")
    undo = rollback_of(run)
    world.executions.running.add(undo.execution_arn)
    if find_journal(world.lake, RunId(run.run_id)) is None:
        with pytest.raises(InvalidRequestError, match="promoted nothing"):
            plan_run(world.lake, world.executions, undo)
        return
    if plan_run(world.lake, world.executions, undo).outcome == "planned":
        promote_run(world.lake, RunId(undo.run_id), "silver")
    world.finish(undo)
    assert (world.row("B").state, {each.content for each in world.silver()}) == (OPEN, {("A", "1")})
    check(world)


def test_whoever_cannot_finish_it_tells_people_to_undo_it(world: HeldWorld) -> None:
    dead = dies_between(world)
    name = "20240620T140000Z-retry-000010"
    following = replace(dead, run_id=name, execution_arn=execution_arn(name))
    world.executions.running.add(following.execution_arn)
    assert plan_run(world.lake, world.executions, following).outcome == UNFINISHED
    world.fail(following, "BaseMovedError", "FinishPromotion")
    assert f"assay rollback --run {dead.run_id} --reason TEXT" in world.failure(following).next_step
    assert world.unfinished() == dead.run_id
