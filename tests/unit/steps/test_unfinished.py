"""A run that dies for good between silver and quarantine: whoever comes next finishes it, or it is undone."""

from dataclasses import replace

import pytest

from lake.rules.correction import RETRY
from lake.rules.held_state import OPEN, RECOVERED
from lake.rules.run import RunId
from lake.rules.trigger import RunRequest
from lake.steps.plan_run import UNFINISHED, plan_run
from lake.steps.promote_run import promote_run
from lake.steps.summaries import read_plan
from tests.backfills import ANN
from tests.builders import BUCKETS, request
from tests.fakes import KilledError, execution_arn
from tests.held_world import HeldWorld
from tests.unit.steps.test_life_of_rows import check

DAY = "2024-03-31"


@pytest.fixture
def world() -> HeldWorld:
    found = HeldWorld(mortal=False)
    found.deliver(DAY, [("A", "1"), ("B", "x"), ("C", "y")])
    return found


def dies_between(world: HeldWorld) -> RunRequest:
    """A retry of B whose function is killed before it writes the manifest of quarantine, however often it is tried."""
    entry = world.row("B")
    run = world.request_for("retry", [entry], RETRY, {entry.row_id: ("B", "7")})
    world.executions.running.add(run.execution_arn)
    plan_run(world.lake, world.executions, run)
    world.leave_asked(run)
    dies_after_silver(world, run)
    return run


def dies_after_silver(world: HeldWorld, run: RunRequest) -> None:
    """The function that promotes is killed, and the run fails for good."""
    world.store.on_write = lambda moment: _die_after_silver(world, run, moment)
    with pytest.raises(KilledError):
        promote_run(world.lake, RunId(run.run_id), "silver")
    world.store.on_write = lambda moment: None
    world.fail(run, "Sandbox.Timedout")


def _die_after_silver(world: HeldWorld, run: RunRequest, moment: str) -> None:
    """Silver is promoted and noted; the next write would be that of quarantine."""
    journal = world.store.objects.get((BUCKETS.control, f"runs/{run.run_id}/journal.json"), [])
    if moment == "before" and journal and len(journal) == 2:
        raise KilledError


def test_the_next_run_finishes_it_whatever_it_is_about(world: HeldWorld) -> None:
    dead = dies_between(world)
    assert (world.row("B").state, {each.content for each in world.silver()}) == (OPEN, {("A", "1"), ("B", "7")})
    assert world.unfinished() == dead.run_id
    world.deliver("2024-04-01", [("D", "1")])
    assert (world.row("B").state, world.unfinished()) == (RECOVERED, "")
    check(world)


def test_the_same_rows_asked_for_again_are_left_alone(world: HeldWorld) -> None:
    dies_between(world)
    entry = world.row("B")
    assert entry.state == OPEN
    world.ask([entry], RETRY, {entry.row_id: ("B-OTHER", "8")})
    assert (world.row("B").state, world.row("B").attempt) == (RECOVERED, 1)
    assert {each.content for each in world.silver()} == {("A", "1"), ("B", "7")}
    check(world)


def test_so_is_a_file_that_was_taken_again_under_looser_rules(world: HeldWorld) -> None:
    """Its row was open, and silver has it; the second run died between the two."""
    world.change_rules()
    world.doomed = "BuildGold"
    world.deliver("2024-04-01", [("E", "1"), ("S", "1")])
    world.change_rules()
    run = request(300, *world.untaken)
    world.executions.running.add(run.execution_arn)
    plan_run(world.lake, world.executions, run)
    world.leave_ingested(run)
    dies_after_silver(world, run)
    assert (world.row("S").state, ("S", "1") in {each.content for each in world.silver()}) == (OPEN, True)
    assert world.unfinished() == run.run_id
    world.deliver("2024-04-02", [("F", "1")])
    assert (world.row("S").state, world.row("S").attempt, world.unfinished()) == (RECOVERED, 0, "")
    world.take_again()
    check(world)


def test_it_may_be_undone_instead(world: HeldWorld) -> None:
    dead = dies_between(world)
    name = "20240620T120000Z-rollback-000001"
    details = {"run": dead.run_id, "reason": "why", "requested_by": ANN}
    undo = replace(dead, run_id=name, kind="rollback", execution_arn=execution_arn(name), details=details)
    world.executions.running.add(undo.execution_arn)
    assert plan_run(world.lake, world.executions, undo).outcome == "planned"
    assert [each.layer for each in read_plan(world.lake, RunId(name)).partitions] == ["silver"]
    promote_run(world.lake, RunId(name), "silver")
    world.finish(undo)
    assert (world.row("B").state, {each.content for each in world.silver()}) == (OPEN, {("A", "1")})
    entry = world.row("B")
    world.ask([entry], RETRY, {entry.row_id: ("B", "9")})
    assert {each.content for each in world.silver()} == {("A", "1"), ("B", "9")}
    check(world)


def test_a_second_try_of_the_plan_asks_for_the_same(world: HeldWorld) -> None:
    dead = dies_between(world)
    entry = world.row("C")
    run = world.request_for("retry", [entry], RETRY, {entry.row_id: ("C", "7")})
    world.executions.running.add(run.execution_arn)
    for _ in range(2):
        answer = plan_run(world.lake, world.executions, run)
        assert (answer.outcome, answer.unfinished) == (UNFINISHED, dead.run_id)
    promote_run(world.lake, RunId(dead.run_id), "silver")
    assert plan_run(world.lake, world.executions, run).outcome == "planned"
