"""Promotion by hand: the output of an unpromoted run goes through the gate; only quality may be overridden, audited."""

from dataclasses import replace

import pytest

from lake.errors import GateRefusedError, InvalidRequestError
from lake.rules import layout
from lake.rules.claim import Claim
from lake.rules.json_record import to_json
from lake.rules.ledger import LedgerEntry
from lake.rules.run import RunId
from lake.rules.summary import Counts
from lake.rules.trigger import RunRequest
from lake.steps.plan_run import PlanAnswer
from lake.steps.read_run_summary import read_run_summary
from lake.steps.records import read_record
from lake.steps.summaries import read_plan
from tests.builders import BUCKETS, MARCH, SILVER, JobOutput, Rows, request, run_id
from tests.fakes import KillAt, KilledError
from tests.invariants import check_place
from tests.unit.steps.history_of_runs import ANN, World

DAY = "ingest_date=2024-03-31"
SIX = "6 of 100 records quarantined (6.00%), allowed is less than 5.00%"


@pytest.fixture
def world() -> World:
    return World()


def by_hand(world: World, number: int = 1, bad: int = 0) -> str:
    """A run that was planned and whose job ran, and nothing else."""
    plan = world.planned(number)
    held = [Rows(DAY, bad)] if bad else []
    JobOutput(world.lake, plan).silver([Rows(MARCH, 100 - bad, f"{number:03d}a", f"{number:03d}z")], held)
    world.executions.end(plan.run_id)
    return plan.run_id


def refused(world: World) -> str:
    """A run that the gate refused."""
    name = by_hand(world, bad=6)
    world.end(name, "event", "refused", SIX)
    return name


def asked(world: World, run: str, number: int = 9, **details: str) -> RunRequest:
    return world.asked(number, "promote", run=run, **details)


def claim_of(world: World) -> Claim:
    (key,) = world.store.keys(BUCKETS.control, "sources/")
    return read_record(world.store, Claim, BUCKETS.control, key)


def test_what_a_person_started_is_promoted_as_the_pipeline_would(world: World) -> None:
    name = by_hand(world)
    wanted = asked(world, name)
    answer = world.through(wanted)
    now = world.current()
    assert (answer.outcome, answer.input_records) == ("planned", 100)
    assert [file.run_id for file in now.files] == [name]
    assert (now.run_id, now.mode, now.approved_by, now.reason) == (wanted.run_id, "append", ANN, "wrong rates")
    assert (claim_of(world).state, claim_of(world).run_id) == ("done", wanted.run_id)
    check_place(world.store, SILVER)


def test_it_is_promoted_once(world: World) -> None:
    name = by_hand(world)
    world.through(asked(world, name))
    with pytest.raises(InvalidRequestError, match="has ingested it"):
        world.plan(asked(world, name, 10))
    world.executions.running.clear()
    world.ingested(2)
    with pytest.raises(InvalidRequestError, match="promoted already"):
        world.plan(asked(world, str(run_id(2)), 11))
    assert world.current().sequence == 2


def test_a_refused_run_is_refused_again_without_an_override(world: World) -> None:
    wanted = asked(world, refused(world))
    world.plan(wanted)
    assert read_run_summary(world.lake, RunId(wanted.run_id), "silver").reasons == (SIX,)
    with pytest.raises(GateRefusedError):
        world.promote(wanted.run_id)


def test_an_override_lets_quality_pass_and_everybody_can_see_it(world: World) -> None:
    wanted = asked(world, refused(world), override="yes", reason="the producer agrees")
    world.through(wanted)
    now = world.current()
    assert now.rows == 94
    assert now.approved_by == ANN
    assert now.reason == f"the producer agrees (in spite of: {SIX})"
    key = layout.ledger_entry("transactions", RunId(wanted.run_id))
    entry = read_record(world.store, LedgerEntry, BUCKETS.control, key)
    assert entry.reasons == (f"asked for by {ANN}: the producer agrees", f"in spite of: {SIX}")
    subject, body = world.mailbox.mails[-1]
    assert subject.startswith("Assay test: A run of transactions was promoted by override: ")
    assert SIX in body
    assert ANN in body


@pytest.mark.parametrize("fault", ["lost row", "lost file", "other contract", "other sources"])
def test_an_override_lets_nothing_else_pass(world: World, fault: str) -> None:
    name = refused(world)
    part_key = SILVER.summary(RunId(name))
    summary = JobOutput(world.lake, read_plan(world.lake, RunId(name))).silver()
    changed = {
        "lost row": replace(summary, counts=Counts(100, 94, 6, 0, -1)),
        "lost file": summary,
        "other contract": replace(summary, contract_sha256="0"),
        "other sources": replace(summary, sources=()),
    }[fault]
    if fault == "lost file":
        world.store.objects.pop(layout.split_uri(summary.partitions[0].files[0].uri))
    world.store.write(BUCKETS.silver, part_key, to_json(changed))
    wanted = asked(world, name, override="yes")
    world.plan(wanted)
    assert read_run_summary(world.lake, RunId(wanted.run_id), "silver").decision == "refuse"
    with pytest.raises(GateRefusedError):
        world.promote(wanted.run_id)


def test_an_override_needs_a_reason(world: World) -> None:
    with pytest.raises(InvalidRequestError, match="an override needs a reason"):
        world.plan(asked(world, refused(world), override="yes", reason=""))


def test_what_the_schedule_ingested_meanwhile_is_not_promoted_twice(world: World) -> None:
    """A run by hand holds its sources only until another run wants them."""
    name = by_hand(world)
    key = "transactions/ingest_date=2024-03-31/1.csv"
    world.plan(request(2, key))
    JobOutput(world.lake, read_plan(world.lake, run_id(2))).silver([Rows(MARCH, 100, "001a", "001z")])
    world.promote(str(run_id(2)))
    world.end(str(run_id(2)), "event")
    with pytest.raises(InvalidRequestError, match=f"run {run_id(2)} has ingested it"):
        world.plan(asked(world, name))
    assert world.runs_in() == [str(run_id(2))]


@pytest.mark.parametrize("kind", ["rollback", "compact"])
def test_runs_without_new_rows_are_not_promoted_by_hand(world: World, kind: str) -> None:
    world.ingested(1)
    wanted = world.asked(5, kind, partitions=MARCH, first="2024-03", last="2024-03")
    world.plan(wanted)
    world.executions.end(wanted.run_id)
    with pytest.raises(InvalidRequestError, match="ask for a new one"):
        world.plan(asked(world, wanted.run_id))


def promoted_by_hand(world: World, wanted: RunRequest) -> PlanAnswer:
    return world.through(wanted)


def writes_of_a_promotion() -> int:
    world = World()
    wanted = asked(world, refused(world), override="yes")
    before = len(world.store.writes)
    promoted_by_hand(world, wanted)
    return len(world.store.writes) - before


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", range(1, writes_of_a_promotion() + 1))
def test_killed_at_any_write_it_is_resumed(world: World, number: int, after: bool) -> None:
    name = refused(world)
    wanted = asked(world, name, override="yes")
    world.store.on_write = KillAt(number, after)
    with pytest.raises(KilledError):
        promoted_by_hand(world, wanted)
    world.store.on_write = lambda moment: None
    check_place(world.store, SILVER)
    if claim_of(world).state != "done":
        promoted_by_hand(world, wanted)
    assert world.runs_in() == [name]
    assert claim_of(world).state == "done"
    check_place(world.store, SILVER)


def test_a_second_promotion_finishes_what_the_first_left(world: World) -> None:
    name = by_hand(world)
    first = asked(world, name)
    world.plan(first)
    world.store.on_write = KillAt(3, after=True)
    with pytest.raises(KilledError):
        world.promote(first.run_id)
    world.store.on_write = lambda moment: None
    world.executions.end(first.run_id)
    world.through(asked(world, name, 10))
    assert world.runs_in() == [name]
    check_place(world.store, SILVER)
