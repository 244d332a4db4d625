"""A run about named rows: its plan, who may release, what a crash at any write leaves, and what undoing it means."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from lake.errors import InvalidRequestError
from lake.rules import layout
from lake.rules.correction import ACCEPT, RELEASE, RETRY, corrections_text
from lake.rules.held_state import CONDEMNED, OPEN, RECOVERED
from lake.rules.release import APPROVED, DENIED, new_release
from lake.rules.rollback import Order
from lake.rules.run import RunId
from lake.rules.trigger import RunRequest
from lake.steps.choose_rollback import choose_rollback, sources_lost
from lake.steps.plan_retry import RetryPlanner
from lake.steps.plan_run import plan_run
from lake.steps.promote_run import promote_run
from lake.steps.read_run_summary import read_run_summary
from lake.steps.releases import ReleasePlanner, answer_release, releases, request_release
from lake.steps.summaries import read_plan
from tests.backfills import ANN, BOB
from tests.builders import BUCKETS, MARCH, TRANSACTIONS
from tests.fakes import KillAt, KilledError
from tests.held_rows import Entry
from tests.held_world import HeldWorld
from tests.unit.steps.test_life_of_rows import check

DAY = "2024-03-31"
GOOD = ("FIXED", "7")


@pytest.fixture
def world() -> HeldWorld:
    """Two files of one day, each with a good row and a bad one."""
    found = HeldWorld(mortal=False)
    found.deliver(DAY, [("A", "1"), ("B", "x")])
    found.deliver(DAY, [("C", "1"), ("D", "y")])
    return found


def asked(world: HeldWorld, *keys: str, **details: str) -> RunRequest:
    rows = [world.row(each) for each in keys]
    found = world.request_for("retry", rows, RETRY, {each.row_id: (f"{each.arrived[0]}-FIXED", "7") for each in rows})
    return replace(found, details={**found.details, **details})


def plan(world: HeldWorld, request: RunRequest) -> Any:
    return RetryPlanner().plan(world.lake, world.executions, request)


def test_the_plan_counts_the_rows_by_the_sources_they_came_from(world: HeldWorld) -> None:
    found = plan(world, asked(world, "B", "D"))
    assert (found.input_records, found.mode, found.kind) == (2, "append", "retry")
    assert [(each.records, each.ingest_date, each.schema_version) for each in found.sources] == [(1, DAY, "v1")] * 2
    assert {each.key for each in found.sources} == set(world.delivered)
    assert {each.uri for each in found.sources} == {layout.uri(BUCKETS.quarantine, found.details["corrections"])}


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ({"reason": " "}, "the request has no reason"),
        ({"requested_by": ""}, "the request has no requested_by"),
        ({"action": RELEASE}, "a run of kind retry cannot release rows, expected accept or retry"),
        (
            {"corrections": "other/corrections/a.jsonl"},
            "other/corrections/a.jsonl holds no corrections",
        ),
    ],
)
def test_a_request_says_what_who_and_why(world: HeldWorld, details: dict[str, str], words: str) -> None:
    with pytest.raises(InvalidRequestError, match=words):
        plan(world, asked(world, "B", **details))


def test_rows_of_a_source_that_nobody_knows_or_of_a_closed_version_are_no_plan(world: HeldWorld) -> None:
    request = asked(world, "B")
    key = request.details["corrections"]
    entry = world.row("B")
    for changes, words in (
        ({"source": "f" * 16}, "no source ffff"),
        ({"day": "2024-01-01"}, "delivered on 2024-01-01"),
    ):
        other = world.request_for("retry", [replace(entry, **changes)], RETRY, {})  # type: ignore[arg-type]
        with pytest.raises(InvalidRequestError, match=words):
            plan(world, other)
    closed = replace(TRANSACTIONS, accepts_data=False)
    known = replace(world.lake.contracts, by_version={("transactions", "v1"): closed})
    with pytest.raises(InvalidRequestError, match="rows of transactions cannot be written under v1"):
        RetryPlanner().plan(replace(world.lake, contracts=known), world.executions, request)
    wish = world.store.read(BUCKETS.quarantine, key).text
    world.store.write(BUCKETS.quarantine, key, wish * 2)
    with pytest.raises(InvalidRequestError, match="twice"):
        plan(world, request)
    assert corrections_text([]) == ""


def everything(world: HeldWorld, request: RunRequest) -> list[Callable[[], object]]:
    """The steps of a run, in order; the job writes in the middle."""
    run_id = RunId(request.run_id)
    return [
        lambda: plan_run(world.lake, world.executions, request),
        lambda: world.leave_asked(request),
        lambda: promote_run(world.lake, run_id, "silver"),
        lambda: world.finish(request),
    ]


@pytest.mark.parametrize("after", [False, True])
def test_a_death_at_any_write_is_made_good_by_the_same_step(after: bool) -> None:
    for number in range(1, 60):
        world = HeldWorld(mortal=False)
        world.deliver(DAY, [("A", "1"), ("B", "x"), ("D", "y")])
        request = asked(world, "B")
        kill = KillAt(number, after)
        world.store.on_write = kill
        died = False
        for step in everything(world, request):
            try:
                step()
            except KilledError:
                died = True
                # who reads now sees each row in silver or in quarantine, never in neither
                there = {row.content[0] for row in world.silver()}
                held = {each.arrived[0]: each.state for each in world.newest().values()}
                assert held["B"] == OPEN or "B-FIXED" in there
                step()
        world.store.on_write = lambda moment: None
        check(world)
        assert (world.row("B").state, world.row("D").state) == (RECOVERED, OPEN)
        assert len([row for row in world.silver() if row.content[0] == "B-FIXED"]) == 1
        if not died:
            assert number > 8
            return
    pytest.fail("a run with more writes than this test kills")


def test_a_retry_that_was_planned_before_another_one_leaves_its_rows_alone(world: HeldWorld) -> None:
    first, second = asked(world, "B"), asked(world, "B", "D")
    for request in (first, second):
        for step in everything(world, request):
            step()
    check(world)
    entries = [each for each in world.entries() if each.arrived[0] == "B"]
    assert [each.state for each in sorted(entries, key=lambda each: each.revision)] == [OPEN, RECOVERED]
    assert world.row("D").state == RECOVERED


def test_a_refused_retry_leaves_its_rows_open(world: HeldWorld) -> None:
    request = asked(world, "B")
    for step in everything(world, request)[:2]:
        step()
    key = layout.table_place(BUCKETS.silver, "transactions", "v1").summary(RunId(request.run_id))
    text = world.store.read(BUCKETS.silver, key).text
    world.store.write(BUCKETS.silver, key, text.replace('"worsened": 0', '"worsened": 5'))
    (reason,) = read_run_summary(world.lake, RunId(request.run_id), "silver").reasons
    assert "the corrections make things worse" in reason
    world.finish(request, "refused", reason)
    check(world)
    assert (world.row("B").state, world.row("B").attempt) == (OPEN, 0)
    assert "make things worse" in world.mail.mails[-1][1]
    assert set(world.claims().values()) == {"done"}


def condemned(world: HeldWorld) -> Entry:
    world.ask([world.row("B")], ACCEPT)
    return world.row("B")


def test_a_release_needs_the_yes_of_somebody_else(world: HeldWorld) -> None:
    entry = condemned(world)
    request = world.request_for("release", [entry], RELEASE, {})
    key = request.details["corrections"]
    wish = new_release("transactions", key, 1, "found it", ANN, "2024-06-20T10:00:00Z")
    request_release(world.lake, world.mail, wish)
    assert [each.name for each in releases(world.lake, "transactions")] == [wish.name]
    assert wish.name in world.mail.mails[-1][1]

    def planned(**details: str) -> Any:
        named = {**request.details, "request": wish.name, "approved_by": BOB, **details}
        return ReleasePlanner().plan(world.lake, world.executions, replace(request, details=named))

    with pytest.raises(InvalidRequestError, match="nobody has approved request"):
        planned()
    with pytest.raises(InvalidRequestError, match="somebody else"):
        answer_release(world.lake, "transactions", wish.name, APPROVED, ANN, "me")
    with pytest.raises(InvalidRequestError, match="there is no request nope"):
        answer_release(world.lake, "transactions", "nope", APPROVED, BOB, "yes")
    answer_release(world.lake, "transactions", wish.name, APPROVED, BOB, "yes")
    assert planned().input_records == 1
    for other in ({"corrections": f"{key}x"}, {"requested_by": BOB}, {"approved_by": ANN}):
        with pytest.raises(InvalidRequestError, match="was approved for other rows or people"):
            planned(**other)
    with pytest.raises(InvalidRequestError, match="was approved by"):
        answer_release(world.lake, "transactions", wish.name, DENIED, BOB, "no")


def test_a_released_row_waits_again_with_its_history(world: HeldWorld) -> None:
    entry = condemned(world)
    assert entry.state == CONDEMNED
    world.release([entry])
    check(world)
    assert (world.row("B").state, world.row("B").revision, world.row("B").attempt) == (OPEN, 2, 0)


def retried(world: HeldWorld) -> str:
    request = asked(world, "B")
    for step in everything(world, request):
        step()
    return request.run_id


def test_a_month_does_not_go_back_behind_a_retry_alone(world: HeldWorld) -> None:
    run_id = retried(world)
    with pytest.raises(InvalidRequestError, match=f"undo it as a whole: assay rollback --run {run_id}"):
        choose_rollback(world.lake, "transactions", Order("why", ANN, partitions=(MARCH,)))


def test_a_retry_goes_back_with_its_entries_and_its_sources_stay_ingested(world: HeldWorld) -> None:
    found = choose_rollback(world.lake, "transactions", Order("why", ANN, run=retried(world)))
    assert [each.layer for each in found] == ["silver", "quarantine"]
    assert sources_lost(found) == ()


def test_what_a_retry_wrote_is_not_promoted_by_hand(world: HeldWorld) -> None:
    run_id = retried(world)
    wanted = replace(asked(world, "D"), kind="promote", details={"run": run_id})
    with pytest.raises(InvalidRequestError, match="is of kind retry; ask for a new one"):
        plan_run(world.lake, world.executions, replace(wanted, run_id=wanted.run_id))
    assert read_plan(world.lake, RunId(run_id)).kind == "retry"
