"""A backfill that dies at any of its writes: each step once more ends as if nothing had happened."""

from collections.abc import Callable

import pytest

from lake.rules.backfill import PROMOTED, Backfill
from lake.rules.run import RunId
from lake.rules.trigger import RunRequest
from lake.steps.promote_run import promote_run
from tests.backfills import COMPARISON, World
from tests.builders import SILVER
from tests.fakes import KillAt, KilledError
from tests.invariants import check_place
from tests.unit.steps.backfill_ways import OTHER, SAME, is_free, sequence


@pytest.fixture
def world() -> World:
    return World()


STEPS: list[Callable[[World, Backfill, RunRequest], object]] = [
    lambda world, backfill, run: world.plan(run),
    lambda world, backfill, run: world.ask(run),
    lambda world, backfill, run: world.tokens.answers or world.answer(backfill),
    lambda world, backfill, run: world.begin(run),
    lambda world, backfill, run: world.job(run, comparison=OTHER),
    lambda world, backfill, run: world.compare(run),
    lambda world, backfill, run: world.ask(run, COMPARISON),
    lambda world, backfill, run: len(world.tokens.answers) > 1 or world.answer(backfill),
    lambda world, backfill, run: world.promote(run),
    lambda world, backfill, run: world.finish(run),
]


@pytest.mark.parametrize("step", range(len(STEPS)))
@pytest.mark.parametrize("after", [False, True])
def test_dead_at_any_write_of_any_step_it_goes_on(step: int, after: bool) -> None:
    for number in range(1, 20):
        world = World()
        backfill = world.declare()
        run = world.start(backfill)
        died = False
        for position, do in enumerate(STEPS):
            if position == step:
                world.store.on_write = KillAt(number, after)
            try:
                do(world, backfill, run)
            except KilledError:
                died = True
                world.store.on_write = lambda moment: None
                do(world, backfill, run)
            world.store.on_write = lambda moment: None
        ended = world.now(backfill)
        assert (ended.status, sequence(world)) == (PROMOTED, 2)
        assert [each.status for each in ended.history].count(PROMOTED) == 1
        assert [each[1] for each in world.tokens.answers] == ["success", "success"]
        assert is_free(world)
        check_place(world.store, SILVER)
        if not died:
            break
    else:
        pytest.fail("a step with more writes than this test kills")


def test_promoting_twice_changes_nothing(world: World) -> None:
    backfill = world.declare()
    run = world.through(backfill, comparison=(SAME,))
    written = len(world.store.writes)
    promote_run(world.lake, RunId(run.run_id), "silver")
    assert len(world.store.writes) == written
