"""Rollback: an earlier snapshot becomes current again by a new commit; a whole run, or nothing; no source is lost."""

import pytest

from lake.errors import GateRefusedError, InvalidRequestError, NotFoundError, PointerMovedError
from lake.rules import layout
from lake.rules.claim import Claim
from lake.rules.ledger import LedgerEntry
from lake.rules.run import RunId
from lake.rules.trigger import RunRequest
from lake.steps.explain_failure import RunFailure
from lake.steps.fail_run import fail_run
from lake.steps.promote_partition import promote_partition
from lake.steps.promote_run import promote_run
from lake.steps.read_run_summary import read_run_summary
from lake.steps.records import read_record
from lake.steps.summaries import read_plan
from tests.builders import BUCKETS, CONTRACTS, MARCH, SILVER, JobOutput, Rows, request, run_id
from tests.fakes import Counted, KillAt, KilledError, MemoryLogs
from tests.invariants import check_place
from tests.unit.steps.history_of_runs import ANN, FEBRUARY, World

OPEN = layout.quarantine_place(BUCKETS.quarantine, "transactions")
DAY = "ingest_date=2024-03-31"


@pytest.fixture
def world() -> World:
    return World()


def claims(world: World) -> dict[str, str]:
    """State of the claim of each run's source."""
    keys = world.store.keys(BUCKETS.control, "sources/")
    found = [read_record(world.store, Claim, BUCKETS.control, key) for key in keys]
    return {each.run_id: each.state for each in found}


def back(world: World, number: int = 9, **details: str) -> RunRequest:
    return world.asked(number, "rollback", **details)


def test_a_partition_goes_back_by_a_new_commit(world: World) -> None:
    one = world.ingested(1)
    world.ingested(2)
    answer = world.through(back(world, partitions=MARCH))
    now = world.current()
    assert answer.outcome == "planned"
    assert (now.files, now.rows, now.mode, now.sequence) == (one.files, one.rows, "rollback", 3)
    assert now.parent == f"00000002-{run_id(2)}"
    assert (now.approved_by, now.reason) == (ANN, "wrong rates")
    assert [each.source_id for each in now.sources] == [each.source_id for each in one.sources]
    check_place(world.store, SILVER)


def test_a_snapshot_is_named_by_its_id_or_its_sequence(world: World) -> None:
    one = world.ingested(1)
    two = world.ingested(2)
    world.ingested(3)
    world.through(back(world, partitions=MARCH, to=one.snapshot_id))
    assert world.current().files == one.files
    world.through(back(world, 10, partitions=MARCH, to="2"))
    assert world.current().files == two.files
    assert world.current().sequence == 5


def test_before_the_first_commit_a_partition_is_empty(world: World) -> None:
    world.ingested(1)
    world.through(back(world, partitions=MARCH))
    assert (world.current().files, world.current().rows, world.current().sources) == ((), 0, ())
    world.ingested(2)
    assert world.runs_in() == [str(run_id(2))]
    check_place(world.store, SILVER)


def test_a_run_goes_back_everywhere_with_its_quarantine(world: World) -> None:
    world.ingested(1, FEBRUARY, MARCH, quarantined=[Rows(DAY, 1)])
    world.ingested(2, FEBRUARY, MARCH, quarantined=[Rows(DAY, 2)])
    world.through(back(world, run=str(run_id(2))))
    assert world.runs_in() == world.runs_in(FEBRUARY) == world.runs_in(DAY, OPEN) == [str(run_id(1))]
    for place in (SILVER, OPEN):
        check_place(world.store, place)


def test_a_run_whose_partition_moved_since_stays_as_a_whole(world: World) -> None:
    world.ingested(1, FEBRUARY, MARCH)
    world.ingested(2, MARCH)
    with pytest.raises(InvalidRequestError, match=f"silver {MARCH} .now 00000002-{run_id(2)}. moved since"):
        world.plan(back(world, run=str(run_id(1))))
    assert world.runs_in(FEBRUARY) == [str(run_id(1))]
    assert claims(world) == {str(run_id(1)): "done", str(run_id(2)): "done"}


def test_a_partition_that_moved_goes_along_when_it_is_named(world: World) -> None:
    world.ingested(1, FEBRUARY, MARCH)
    world.ingested(2, MARCH)
    world.through(back(world, run=str(run_id(1)), partitions=MARCH))
    assert world.runs_in() == world.runs_in(FEBRUARY) == []
    assert claims(world) == {str(run_id(1)): "refused", str(run_id(2)): "refused"}


def test_a_source_that_went_back_waits_until_somebody_asks_for_it(world: World) -> None:
    """Never lost (P1), and never back by itself: the schedule leaves it alone, a request takes it again."""
    world.ingested(1)
    world.ingested(2)
    world.through(back(world, run=str(run_id(2))))
    key = "transactions/ingest_date=2024-03-31/2.csv"
    assert world.plan(request(3, trigger="schedule")).outcome == "nothing_to_do"
    world.end(str(run_id(3)), "daily", "nothing_to_do")
    assert world.plan(request(4, key, trigger="request", again=True)).outcome == "planned"
    JobOutput(world.lake, read_plan(world.lake, run_id(4))).silver([Rows(MARCH, 4, "004a", "004z")])
    world.promote(str(run_id(4)))
    assert world.runs_in() == [str(run_id(1)), str(run_id(4))]


def test_a_failed_run_that_went_back_does_not_come_again_by_itself(world: World) -> None:
    """It had promoted silver, then gold failed: its claim was given back, and every schedule may take what is free."""
    world.ingested(1)
    plan = world.planned(2)
    JobOutput(world.lake, plan).silver([Rows(MARCH, 4, "002a", "002z")])
    world.promote(plan.run_id)
    failed = RunFailure(plan.run_id, "transactions", plan.kind, "BuildGold", "Timeout", "", plan.execution_arn)
    fail_run(world.lake, world.executions, Counted(), MemoryLogs(), failed)
    world.executions.end(plan.run_id)
    assert claims(world)[plan.run_id] == "released"

    world.through(back(world, run=plan.run_id))
    assert claims(world)[plan.run_id] == "refused"
    assert world.plan(request(3, trigger="schedule")).outcome == "nothing_to_do"


def test_a_late_retry_of_a_run_that_went_back_does_nothing(world: World) -> None:
    world.ingested(1)
    world.ingested(2)
    world.through(back(world, run=str(run_id(2))))
    writes = len(world.store.writes)
    journal = layout.journal(run_id(2))
    world.store.objects.pop((BUCKETS.control, journal))
    promote_run(world.lake, run_id(2), "silver")
    assert world.runs_in() == [str(run_id(1))]
    assert set(world.store.writes[writes:]) == {f"{BUCKETS.control}/{journal}"}


def test_a_rollback_promoted_again_after_later_runs_does_nothing(world: World) -> None:
    world.ingested(1)
    world.ingested(2)
    wanted = back(world, partitions=MARCH)
    world.through(wanted)
    world.ingested(3)
    world.store.objects.pop((BUCKETS.control, layout.journal(RunId(wanted.run_id))))
    promote_run(world.lake, RunId(wanted.run_id), "silver")
    assert world.runs_in() == [str(run_id(1)), str(run_id(3))]


@pytest.mark.parametrize("mode", ["append", "replace"])
def test_whoever_commits_in_between_wins(world: World, mode: str) -> None:
    """The lease keeps runs apart; where one slips through, the manifest's ETag decides."""
    world.ingested(1)
    world.ingested(2)
    wanted = back(world, partitions=MARCH)
    world.plan(wanted)
    world.end(wanted.run_id, "none", "nothing_to_do")
    plan = world.planned(3)
    summary = JobOutput(world.lake, plan).silver([Rows(MARCH, 4, "003a", "003z")], mode=mode)
    promote_partition(world.lake, SILVER, "silver", summary, summary.partitions[0])
    before = world.current()
    with pytest.raises(PointerMovedError, match="plan it again"):
        world.promote(wanted.run_id)
    assert world.current() == before
    check_place(world.store, SILVER)


def test_asked_again_nothing_is_left_to_do(world: World) -> None:
    world.ingested(1, FEBRUARY, MARCH)
    world.ingested(2, FEBRUARY, MARCH)
    world.through(back(world, run=str(run_id(2))))
    assert world.through(back(world, 10, run=str(run_id(2)))).outcome == "nothing_to_do"
    assert world.current().sequence == 3


def writes_of_a_rollback() -> int:
    world = World()
    world.ingested(1, FEBRUARY, MARCH)
    world.ingested(2, FEBRUARY, MARCH)
    before = len(world.store.writes)
    world.through(back(world, run=str(run_id(2))))
    return len(world.store.writes) - before


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", range(1, writes_of_a_rollback() + 1))
def test_a_rollback_killed_at_any_write_is_resumed(world: World, number: int, after: bool) -> None:
    one = world.ingested(1, FEBRUARY, MARCH)
    world.ingested(2, FEBRUARY, MARCH)
    wanted = back(world, run=str(run_id(2)))
    world.store.on_write = KillAt(number, after)
    with pytest.raises(KilledError):
        world.through(wanted)
    world.store.on_write = lambda moment: None
    check_place(world.store, SILVER)
    if world.current() != one and world.current().files == one.files:
        assert claims(world)[str(run_id(2))] == "refused"
    world.through(wanted)
    check_place(world.store, SILVER)
    assert world.current().files == one.files
    assert world.runs_in(FEBRUARY) == [str(run_id(1))]
    assert claims(world) == {str(run_id(1)): "done", str(run_id(2)): "refused"}


def test_files_that_are_gone_refuse_a_rollback(world: World) -> None:
    one = world.ingested(1)
    world.ingested(2)
    wanted = back(world, partitions=MARCH)
    world.plan(wanted)
    world.store.objects.pop(layout.split_uri(one.files[0].uri))
    answer = read_run_summary(world.lake, RunId(wanted.run_id), "silver")
    assert answer.decision == "refuse"
    assert "is gone; space of old runs was reclaimed" in answer.reasons[0]
    with pytest.raises(GateRefusedError):
        world.promote(wanted.run_id)
    assert world.current().sequence == 2


def test_another_file_in_its_place_refuses_a_rollback(world: World) -> None:
    one = world.ingested(1)
    world.ingested(2)
    wanted = back(world, partitions=MARCH)
    world.plan(wanted)
    world.store.put_bytes(*layout.split_uri(one.files[0].uri), b"other")
    (reason,) = read_run_summary(world.lake, RunId(wanted.run_id), "silver").reasons
    assert "has 5 bytes, snapshot" in reason


@pytest.mark.parametrize(
    ("details", "told"),
    [
        ({"partitions": MARCH, "to": "7"}, "has no snapshot '7'"),
        ({"partitions": "year=2020/month=01"}, "nothing was ever promoted there"),
        ({"partitions": f"{MARCH},{FEBRUARY}"}, "found 2 partitions"),
        ({}, "found 0 partitions"),
        ({"run": str(run_id(1)), "to": "1"}, "a snapshot is named for one partition"),
        ({"partitions": MARCH, "reason": ""}, "needs a reason"),
        ({"run": str(run_id(5))}, "promoted nothing"),
    ],
)
def test_what_makes_no_sense_is_refused_in_plain_words(world: World, details: dict[str, str], told: str) -> None:
    world.ingested(1)
    world.planned(5)
    world.end(str(run_id(5)), "event", "refused", "because")
    with pytest.raises(InvalidRequestError, match=told):
        world.plan(back(world, **details))


def test_the_ledger_says_who_and_why(world: World) -> None:
    world.ingested(1)
    wanted = back(world, partitions=MARCH)
    world.through(wanted)
    key = layout.ledger_entry("transactions", RunId(wanted.run_id))
    entry = read_record(world.store, LedgerEntry, BUCKETS.control, key)
    assert (entry.kind, entry.outcome, entry.input_count) == ("rollback", "succeeded", 0)
    assert entry.reasons == (f"asked for by {ANN}: wrong rates",)
    assert entry.partitions == (f"{SILVER.prefix}/{MARCH}",)


def test_a_run_of_an_older_version_goes_back_after_a_newer_one_came() -> None:
    """All versions share their commits; each version's own table follows."""
    world = World(CONTRACTS)
    world.ingested(1)
    world.ingested(2)
    world.through(back(world, run=str(run_id(2))))
    assert world.runs_in() == [str(run_id(1))]
    shown = world.store.read(BUCKETS.silver, SILVER.version_manifest(MARCH))
    assert shown.text.split() == [file.uri for file in world.current().files]
    assert shown.metadata["sequence"] == "3"
    check_place(world.store, SILVER)


def test_a_run_that_nobody_planned_is_called_that(world: World) -> None:
    with pytest.raises(NotFoundError, match=r"no run .*-retry-.* was ever planned, there is no s3:.*plan\.json"):
        world.plan(world.asked(90, "rollback", run=str(run_id(91, "retry"))))
