"""What people decide about a backfill: let it begin, say no, cancel it, look at what it would change."""

import json
from collections.abc import Callable

import pytest

from lake.errors import BackfillCancelledError, BackfillHeldError, BackfillStateError, InvalidRequestError
from lake.rules import layout
from lake.rules.approval import DENIED, Approval
from lake.rules.backfill import CANCELLED, COMPARED, EXPIRED, FAILED, PLANNED, PROMOTED, REFUSED, Backfill
from lake.rules.run import RunId
from lake.rules.trigger import RunRequest
from lake.steps.cancel_backfill import cancel_backfill
from lake.steps.records import read_record
from tests.backfills import ANN, BOB, COMPARISON, World
from tests.builders import BUCKETS, MARCH
from tests.unit.steps.backfill_ways import (
    OTHER,
    SAME,
    is_free,
    sequence,
    to_comparison,
    to_plan,
    to_question,
    to_running,
)


@pytest.fixture
def world() -> World:
    return World()


def test_the_question_is_mailed_with_its_command_and_without_its_token(world: World) -> None:
    backfill = world.declare()
    run = world.start(backfill)
    world.plan(run)
    token = world.ask(run)
    subject, body = world.mail.mails[-1]
    assert subject.startswith("Assay test: Approval needed for transactions: backfill of 2024-03 waits to begin (")
    assert f"assay backfill approve {backfill.backfill_id} --reason TEXT --env test" in body
    assert "a pattern was too strict" in body
    record = read_record(world.store, Approval, BUCKETS.control, layout.approval(RunId(run.run_id), "start"))
    assert record.token == token
    others = [world.store.read(*each).text for each in world.store.objects if "approvals/" not in each[1]]
    assert not any(token in text for text in (*others, subject, body))


def test_nothing_begins_without_an_approval(world: World) -> None:
    backfill = world.declare()
    run = world.start(backfill)
    world.plan(run)
    world.ask(run)
    with pytest.raises(BackfillStateError, match="is asked, not approved"):
        world.begin(run)
    assert world.now(backfill).status == PLANNED


def test_an_approval_needs_a_reason_and_a_question(world: World) -> None:
    backfill = world.declare()
    with pytest.raises(BackfillStateError, match="waits for no approval"):
        world.answer(backfill)
    run = world.start(backfill)
    world.plan(run)
    world.ask(run)
    with pytest.raises(InvalidRequestError, match="needs a reason"):
        world.answer(backfill, reason=" ")


def test_a_denied_start_promotes_nothing_and_frees_everything(world: World) -> None:
    backfill = world.declare()
    run = world.start(backfill)
    world.plan(run)
    token = world.ask(run)
    world.answer(backfill, DENIED, "not now")
    assert world.tokens.answers == [(token, "ApprovalDeniedError", f"denied by {BOB}: not now")]
    entry = world.finish(run, "denied", f"denied by {BOB}: not now")
    assert (entry.outcome, world.now(backfill).status) == ("denied", REFUSED)
    assert world.mail.mails[-1][0].startswith(
        "Assay test: Not approved for transactions: backfill of 2024-03 was denied ("
    )
    assert "--replan" in world.mail.mails[-1][1]
    assert is_free(world)
    assert sequence(world) == 1
    assert world.declare(requester=BOB).status == PLANNED


def test_the_first_answer_stands(world: World) -> None:
    backfill = world.declare()
    run = world.start(backfill)
    world.plan(run)
    world.ask(run)
    world.answer(backfill)
    with pytest.raises(BackfillStateError, match=f"was approved by {BOB}"):
        world.answer(backfill, DENIED)


def test_an_expired_backfill_may_be_started_again(world: World) -> None:
    backfill = world.declare()
    run = world.start(backfill)
    world.plan(run)
    world.ask(run)
    world.finish(run, "expired", "nobody answered within 72 hours")
    assert world.now(backfill).status == EXPIRED
    assert is_free(world)
    with pytest.raises(BackfillStateError, match="waits for no approval"):
        world.answer(backfill)
    world.clock.moment = "2024-06-24T10:00:00Z"
    again = world.start(backfill)
    assert again.details["try"] == "2"
    assert again.run_id != run.run_id
    assert world.plan(again).outcome == "planned"


def test_an_expired_backfill_whose_months_another_one_has_waits(world: World) -> None:
    backfill = world.declare()
    run = world.start(backfill)
    world.plan(run)
    world.finish(run, "expired", "nobody answered")
    other = world.declare(requester=BOB)
    with pytest.raises(BackfillHeldError, match=other.backfill_id):
        world.start(backfill)


def cancel(world: World, backfill: Backfill, running: bool = True) -> Backfill:
    return cancel_backfill(world.lake, world.tokens, world.now(backfill), ANN, "enough", running=running)


def test_a_planned_backfill_can_be_cancelled_at_once(world: World) -> None:
    backfill = world.declare()
    assert cancel(world, backfill, running=False).status == CANCELLED
    assert world.declare(requester=BOB).status == PLANNED


def test_a_waiting_run_hears_of_its_cancellation(world: World) -> None:
    backfill = world.declare()
    run = to_question(world, backfill)
    cancel(world, backfill)
    cancel(world, backfill)
    assert [each[1] for each in world.tokens.answers] == ["BackfillCancelledError"]
    assert world.finish(run, "cancelled", "cancelled by ann").outcome == "cancelled"
    assert is_free(world)
    assert sequence(world) == 1


@pytest.mark.parametrize(
    ("way", "step"), [(to_running, World.compare), (to_comparison, lambda world, run: world.promote(run))]
)
def test_a_run_that_works_ends_at_its_next_step(
    world: World, way: Callable[[World, Backfill], RunRequest], step: Callable[[World, RunRequest], object]
) -> None:
    backfill = world.declare()
    run = way(world, backfill)
    cancel(world, backfill)
    if way is to_running:
        world.job(run)
        assert world.compare(run).decision == "cancelled"
    world.finish(run, "cancelled", "cancelled by ann")
    assert is_free(world)
    assert world.now(backfill).status == CANCELLED


def test_a_question_asked_while_somebody_cancels_is_not_asked(world: World) -> None:
    backfill = world.declare()
    run = to_plan(world, backfill)
    cancel(world, backfill)
    with pytest.raises(BackfillCancelledError, match="enough"):
        world.ask(run)
    assert not any("waits" in subject for subject, _ in world.mail.mails)


def test_a_promotion_cannot_be_cancelled_while_it_runs(world: World) -> None:
    backfill = world.declare()
    run = to_running(world, backfill)
    world.job(run, comparison=(SAME,))
    assert not world.compare(run).approval
    world.promote(run)
    with pytest.raises(BackfillStateError, match="promoting"):
        cancel(world, backfill)
    assert cancel(world, backfill, running=False).status == FAILED


def test_what_changes_more_than_the_contract_lets_pass_needs_a_second_look(world: World) -> None:
    backfill = world.declare()
    run = to_comparison(world, backfill)
    found = world.now(backfill)
    assert (found.status, found.comparison) == (COMPARED, OTHER)
    assert "1 changed of 3" in found.above_tolerance[0]
    assert "from 3.00 to 4.00" in found.above_tolerance[1]
    world.ask(run, COMPARISON)
    assert "3 rows become 3" in world.mail.mails[-1][1]
    with pytest.raises(BackfillStateError, match="comparison is asked, not approved"):
        world.promote(run)
    assert sequence(world) == 1
    world.answer(backfill)
    world.promote(run)
    assert sequence(world) == 2


def test_a_run_that_compared_nothing_is_refused(world: World) -> None:
    backfill = world.declare()
    run = to_running(world, backfill)
    world.job(run, comparison=())
    found = world.compare(run)
    assert found.decision == "refuse"
    assert MARCH in found.reasons[0]


def test_where_approvals_are_off_nobody_is_asked(world: World) -> None:
    world = World(approvals="off")
    backfill = world.declare()
    run = world.start(backfill)
    assert not world.plan(run).approval
    world.begin(run)
    world.job(run, comparison=OTHER)
    assert not world.compare(run).approval
    world.promote(run)
    world.finish(run)
    assert world.now(backfill).status == PROMOTED
    assert "approvals are off in test" in str(world.now(backfill).approved_by)


def test_the_answer_is_no_more_than_a_word(world: World) -> None:
    backfill = world.declare()
    to_question(world, backfill)
    world.answer(backfill)
    assert json.loads(world.tokens.answers[0][2]) == {"state": "approved"}
