"""Random lives of rows in which runs are rolled back as well, and rollbacks die: each row is in one state."""

import pytest

from lake.errors import InvalidRequestError
from lake.rules.run import RunId
from lake.rules.trigger import REQUEST, RunRequest, Trigger
from lake.steps.promote_run import promote_run
from lake.steps.read_run_summary import read_run_summary
from tests.backfills import ANN
from tests.builders import BUCKETS
from tests.fakes import execution_arn
from tests.held_world import HeldWorld
from tests.unit.steps import test_life_of_rows as lives

UNDOABLE = {"retry", "release", "backfill"}
STEPS = 12
LIVES = lives.LIVES // 10


def undo(world: HeldWorld) -> None:
    """The rollback of one of the newest runs that moved rows; it may be refused, die, or fail in gold afterwards."""
    runs = [each for each in promoted(world) if each.kind in UNDOABLE]
    if not runs:
        return
    run = rollback_of(world, world.chance.choice(runs[-2:]))
    try:
        if not world.may_die(lambda: world._planned(run), for_good=True):
            world.fail(run, "Sandbox.Timedout", "PlanRun")
            return
    except InvalidRequestError:
        # other runs came after it
        world.fail(run, "InvalidRequestError", "PlanRun")
        return
    if world._planned(run) != "planned":
        world.finish(run, "nothing_to_do")
    elif read_run_summary(world.lake, RunId(run.run_id), "silver").decision != "promote":
        world.finish(run, "refused", "what it looked at has moved")
    elif not world.may_die(lambda: promote_run(world.lake, RunId(run.run_id), "silver"), for_good=True):
        world.fail(run, "Sandbox.Timedout")
    elif world.chance.random() < 0.2:
        world.fail(run, "States.TaskFailed", "BuildGold")
    else:
        world.finish(run)


def promoted(world: HeldWorld) -> list[RunId]:
    """The runs that have begun to promote, oldest first."""
    keys = world.store.keys(BUCKETS.control, "runs/")
    return sorted((RunId(key.split("/")[1]) for key in keys if key.endswith("journal.json")), key=str)


def rollback_of(world: HeldWorld, run: RunId) -> RunRequest:
    world.number += 1
    name = f"20240620T13{world.number // 60:02d}{world.number % 60:02d}Z-rollback-{world.number:06d}"
    details = {"run": str(run), "reason": "why", "requested_by": ANN}
    request = RunRequest(name, "transactions", "rollback", Trigger(REQUEST), execution_arn(name), details)
    world.executions.running.add(request.execution_arn)
    return request


def check(world: HeldWorld) -> None:
    """As in other lives, but for the sum: what a run that was undone counted does not count any more."""
    if "-rollback-" in world.unfinished():
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lives, "_check_conservation", lambda world: None)
        lives.check(world)


@pytest.mark.parametrize("part", range(4))
def test_lives_with_rollbacks_lose_no_row(part: int) -> None:
    for seed in range(part * LIVES // 4, (part + 1) * LIVES // 4):
        world, done = HeldWorld(seed), []
        acts = (*lives.ACTS, undo, undo, undo)
        for act in (*(world.chance.choice(acts) for _ in range(STEPS)), lives.take_again, lives.finish):
            done.append(act.__name__)
            act(world)
            try:
                check(world)
            except AssertionError as error:
                raise AssertionError(f"seed {seed}, after {done}: {error}") from error
