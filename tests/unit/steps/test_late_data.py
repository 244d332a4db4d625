"""Late data: found, refused or taken, and turned into planned backfills."""

import json
from datetime import date

import pytest

from lake.rules.backfill import PLANNED
from lake.rules.late import day_of_delivery, is_closed
from lake.rules.ledger import RunEnd
from lake.rules.run import RunId
from lake.steps.backfills import list_backfills
from lake.steps.find_late import LateAnswer, find_late
from lake.steps.finish_run import finish_run
from lake.steps.plan_run import plan_run
from lake.steps.read_run_summary import read_run_summary
from lake.steps.summaries import read_plan
from tests.backfills import World
from tests.builders import BUCKETS, KEY, JobOutput, Rows, contracts_with, csv_body, request
from tests.fakes import KillAt, KilledError

DAY = "2024-06-20T03:00:00Z"


@pytest.mark.parametrize(
    ("month", "day", "closed"),
    [
        ("2024-03", "2024-04-05", False),
        ("2024-03", "2024-04-06", True),
        ("2024-02", "2024-03-05", False),
        ("2023-12", "2024-01-06", True),
        ("2024-05", "2024-04-01", False),
    ],
)
def test_a_month_is_closed_some_days_after_its_end(month: str, day: str, closed: bool) -> None:
    assert is_closed(month, date.fromisoformat(day), 5) is closed


@pytest.mark.parametrize(
    ("stored_at", "day"),
    [
        ("", "2024-03-05"),
        ("2024-03-05T23:59:59Z", "2024-03-05"),
        ("2024-03-12T00:00:00Z", "2024-03-05"),
        ("2024-03-13T00:00:00Z", "2024-03-13"),
    ],
)
def test_a_file_stored_after_its_sweep_was_delivered_then(stored_at: str, day: str) -> None:
    assert day_of_delivery("2024-03-05", stored_at, 7) == date.fromisoformat(day)


def late_run(world: World, late: dict[str, int], number: int = 5) -> str:
    """A daily run whose rows are partly of closed months, as far as the end that the gate gives it."""
    key = "transactions/ingest_date=2024-06-19/late.csv"
    world.store.put_bytes(BUCKETS.bronze, key, csv_body(3, prefix="l"))
    wanted = request(number, key)
    world.executions.running.add(wanted.execution_arn)
    plan_run(world.lake, world.executions, wanted)
    JobOutput(world.lake, read_plan(world.lake, RunId(wanted.run_id))).silver((Rows(rows=3),), late=late)
    return wanted.run_id


def finish(world: World, run_id: str, reasons: tuple[str, ...]) -> None:
    arn = request(int(run_id[-6:])).execution_arn
    end = RunEnd(run_id, "transactions", "event", "refused", arn, reasons)
    finish_run(world.lake, world.mail, world.executions, world.metrics, end)


def test_late_rows_are_appended_where_the_contract_says_nothing_else() -> None:
    world = World()
    assert read_run_summary(world.lake, RunId(late_run(world, {"2024-03": 3})), "silver").decision == "promote"


@pytest.mark.parametrize("policy", ["refuse", "propose_backfill"])
def test_late_rows_are_refused_by_the_gate(policy: str) -> None:
    world = World(contracts_with(late_policy=policy))
    answer = read_run_summary(world.lake, RunId(late_run(world, {"2024-02": 1, "2024-03": 2})), "silver")
    assert (answer.decision, answer.reasons) == ("refuse", ("3 rows for closed months (2024-02, 2024-03)",))


def test_under_refuse_the_mail_is_a_refusal_and_nothing_is_planned() -> None:
    world = World(contracts_with(late_policy="refuse"))
    finish(world, late_run(world, {"2024-03": 3}), ("3 rows for closed months (2024-03)",))
    assert list(list_backfills(world.lake, "transactions")) == []
    assert "refused" in world.mail.mails[-1][0]


def test_a_backfill_is_planned_for_each_unbroken_range_and_mailed_once() -> None:
    world = World(contracts_with(late_policy="propose_backfill"))
    run_id = late_run(world, {"2023-11": 1, "2024-02": 1, "2024-03": 1})
    reason = "3 rows for closed months (2023-11, 2024-02, 2024-03)"
    finish(world, run_id, (reason,))
    finish(world, run_id, (reason,))
    planned = list(list_backfills(world.lake, "transactions"))
    assert sorted(each.months for each in planned) == ["2023-11", "2024-02..2024-03"]
    assert {each.status for each in planned} == {PLANNED}
    assert all("late.csv" in source.key for each in planned for source in each.sources if source.why == "late")
    assert world.claims()["transactions/ingest_date=2024-06-19/late.csv"] == "refused"
    ((subject, body),) = world.mail.mails
    assert subject.startswith(f"Assay test: Late data of transactions: {reason}")
    assert all(f"assay backfill start {each.backfill_id} --env test" in body for each in planned)
    assert f"assay runs again {run_id} --env test" in body


def test_a_run_refused_for_something_else_as_well_is_a_refusal() -> None:
    world = World(contracts_with(late_policy="propose_backfill"))
    finish(world, late_run(world, {"2024-03": 3}), ("rows are not conserved", "3 rows for closed months (2024-03)"))
    assert list(list_backfills(world.lake, "transactions")) == []


def test_a_range_that_another_backfill_holds_is_told_and_the_run_ends() -> None:
    world = World(contracts_with(late_policy="propose_backfill"))
    held = world.declare()
    finish(world, late_run(world, {"2024-03": 3}), ("3 rows for closed months (2024-03)",))
    assert f"Not planned: 2024-03: backfill {held.backfill_id}" in world.mail.mails[-1][1]
    assert world.claims()["transactions/ingest_date=2024-06-19/late.csv"] == "refused"


def test_dying_at_any_write_the_proposal_is_made_once() -> None:
    for number in range(1, 12):
        world = World(contracts_with(late_policy="propose_backfill"))
        run_id, reasons = late_run(world, {"2024-03": 3}), ("3 rows for closed months (2024-03)",)
        world.store.on_write = KillAt(number)
        try:
            finish(world, run_id, reasons)
        except KilledError:
            world.store.on_write = lambda moment: None
            finish(world, run_id, reasons)
        world.store.on_write = lambda moment: None
        assert len(list(list_backfills(world.lake, "transactions"))) == 1


def test_the_backfill_of_a_proposal_reads_the_late_file() -> None:
    world = World(contracts_with(late_policy="propose_backfill"))
    finish(world, late_run(world, {"2024-03": 3}), ("3 rows for closed months (2024-03)",))
    (backfill,) = list_backfills(world.lake, "transactions")
    run = world.start(backfill)
    assert world.plan(run).input_records == 6
    assert {each.key for each in read_plan(world.lake, RunId(run.run_id)).sources} == {
        KEY, "transactions/ingest_date=2024-06-19/late.csv",
    }  # fmt: skip


# the finder


def find(world: World, at: str = DAY) -> LateAnswer:
    return find_late(world.lake, world.executions, world.mail, "transactions", at)


def put(world: World, day: str, name: str = "x.csv") -> str:
    key = f"transactions/ingest_date={day}/{name}"
    world.store.put_bytes(BUCKETS.bronze, key, csv_body(2))
    return key


def test_objects_before_the_sweep_and_within_the_look_back_are_run() -> None:
    world = World()
    keys = [put(world, "2024-05-15"), put(world, "2024-06-13")]
    put(world, "2024-05-14")
    put(world, "2024-06-14")
    found = find(world)
    assert found.found == 2
    assert json.loads(world.executions.started[str(found.run_id)])["trigger"]["keys"] == keys


def test_called_twice_it_is_one_run() -> None:
    world = World()
    put(world, "2024-06-13")
    assert find(world) == find(world)
    assert len(world.executions.started) == 1


def test_what_a_run_has_dealt_with_is_left_alone() -> None:
    world = World()
    key = put(world, "2024-06-10")
    world.ingest(3, key)
    assert find(world) == LateAnswer(0)


def test_what_a_dead_or_failed_run_left_is_run_again() -> None:
    world = World()
    key = put(world, "2024-06-10")
    wanted = request(4, key)
    world.executions.running.add(wanted.execution_arn)
    plan_run(world.lake, world.executions, wanted)
    assert find(world) == LateAnswer(0)
    world.executions.end(wanted.run_id)
    assert find(world).found == 1
