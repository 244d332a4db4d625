"""A backfill's run from start to end: what people decide, what others promote meanwhile, and dying at every write."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from lake.errors import (
    BackfillCancelledError,
    BackfillHeldError,
    BackfillStateError,
    DatasetBusyError,
    InvalidRequestError,
    PointerMovedError,
    SourceUnreadableError,
)
from lake.rules import layout
from lake.rules.approval import DENIED, Approval
from lake.rules.backfill import (
    CANCELLED,
    COMPARED,
    EXPIRED,
    FAILED,
    PLANNED,
    PROMOTED,
    REFUSED,
    RUNNING,
    Backfill,
)
from lake.rules.backfill_lock import PartitionLock
from lake.rules.lease import Lease
from lake.rules.run import RunId
from lake.rules.summary import AmountChange, PartitionComparison
from lake.rules.trigger import RunRequest
from lake.steps.cancel_backfill import cancel_backfill
from lake.steps.current import current_snapshot, read_pointer
from lake.steps.lease import take_lease
from lake.steps.promote_run import promote_run
from lake.steps.records import read_record
from lake.steps.summaries import read_plan
from tests.backfills import ANN, BOB, COMPARISON, World
from tests.builders import BUCKETS, KEY, MARCH, SILVER, Rows, csv_body, request
from tests.fakes import KillAt, KilledError
from tests.invariants import check_place

SAME = PartitionComparison(MARCH, 3, 3, 0, 0, 0)
OTHER = (PartitionComparison(MARCH, 3, 3, 0, 0, 1, (AmountChange("amount", "EUR", "3.00", "4.00"),)),)


@pytest.fixture
def world() -> World:
    return World()


def sequence(world: World) -> int:
    pointer = read_pointer(world.store, SILVER, MARCH)
    return pointer.sequence if pointer else 0


def is_free(world: World) -> bool:
    key = layout.partition_lock("transactions", MARCH)
    lease = read_record(world.store, Lease, BUCKETS.control, layout.lease("transactions"))
    return read_record(world.store, PartitionLock, BUCKETS.control, key).state == lease.state == "free"


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


# what people decide


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


def to_plan(world: World, backfill: Backfill) -> RunRequest:
    run = world.start(backfill)
    world.plan(run)
    return run


def to_question(world: World, backfill: Backfill) -> RunRequest:
    run = to_plan(world, backfill)
    world.ask(run)
    return run


def to_running(world: World, backfill: Backfill) -> RunRequest:
    run = to_question(world, backfill)
    world.answer(backfill)
    world.begin(run)
    return run


def to_comparison(world: World, backfill: Backfill) -> RunRequest:
    run = to_running(world, backfill)
    world.job(run, comparison=OTHER)
    assert world.compare(run).approval
    return run


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
    ("way", "step"),
    [(to_running, World.compare), (to_comparison, lambda world, run: world.promote(run))],
)
def test_a_run_that_works_ends_at_its_next_step(
    world: World,
    way: Callable[[World, Backfill], RunRequest],
    step: Callable[[World, RunRequest], object],
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


# others promote meanwhile


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


# dying at every write: each step once more ends as if nothing had happened


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


def test_the_answer_is_no_more_than_a_word(world: World) -> None:
    backfill = world.declare()
    to_question(world, backfill)
    world.answer(backfill)
    assert json.loads(world.tokens.answers[0][2]) == {"state": "approved"}


def test_promoting_twice_changes_nothing(world: World) -> None:
    backfill = world.declare()
    run = world.through(backfill, comparison=(SAME,))
    written = len(world.store.writes)
    promote_run(world.lake, RunId(run.run_id), "silver")
    assert len(world.store.writes) == written
