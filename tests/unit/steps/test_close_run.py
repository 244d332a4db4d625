"""An execution ended badly: the context is kept, the sources are free, people are told once more each time."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from lake.rules import layout
from lake.rules.claim import Claim
from lake.rules.event import EventKind
from lake.rules.failure import Failure
from lake.rules.json_record import to_json
from lake.rules.lease import Lease
from lake.rules.ledger import LedgerEntry
from lake.rules.run import RunId
from lake.rules.timings import Timings
from lake.rules.visit import ExecutionEnd, Visit
from lake.steps.close_run import EndedExecution, close_run
from lake.steps.explain_failure import RunFailure
from lake.steps.fail_run import fail_run
from lake.steps.plan_run import plan_run
from lake.steps.records import read_record
from tests.builders import BUCKETS, KEY, csv_body, lake_on, request, run_id
from tests.fakes import Counted, KillAt, KilledError, Mailbox, MemoryExecutions, MemoryLogs, MemoryStore

REQUEST = request(1, KEY)
START = datetime(2024, 4, 1, 2, tzinfo=UTC)
WAY = [Visit("PlanRun", START, START, 1), Visit("IngestToSilver", START, None, 2)]
ABORTED = EndedExecution(REQUEST.run_id, REQUEST.execution_arn, "ABORTED")


class World:
    """A run that is planned and works."""

    def __init__(self) -> None:
        self.store, self.executions = MemoryStore(), MemoryExecutions()
        self.lake, self.mail, self.metrics, self.logs = lake_on(self.store), Mailbox(), Counted(), MemoryLogs()
        self.store.put_bytes(BUCKETS.bronze, KEY, csv_body(10))
        plan_run(self.lake, self.executions, REQUEST)
        self.executions.histories[REQUEST.execution_arn] = WAY
        self.ends("ByHand", "it reads the wrong file")

    def ends(self, error: str, cause: str) -> None:
        self.executions.ends[REQUEST.execution_arn] = ExecutionEnd(error, cause, to_json(REQUEST))

    def close(self, ended: EndedExecution = ABORTED) -> EventKind:
        close_run(self.lake, self.mail, self.executions, self.metrics, self.logs, ended)
        return self.mail.events[-1].kind

    def failure(self) -> Failure:
        return read_record(self.store, Failure, BUCKETS.control, layout.failure(run_id()))


def test_an_aborted_run_leaves_all_that_a_failed_one_does() -> None:
    world = World()
    assert world.close() == EventKind.RUN_ABORTED
    found = world.failure()
    assert (found.state, found.error, found.message) == ("IngestToSilver", "ByHand", "it reads the wrong file")
    assert (found.attempts, found.started_at) == (2, "2024-04-01T02:00:00Z")
    assert [each.split()[0] for each in found.states] == ["PlanRun", "IngestToSilver"]
    assert found.links["execution"].startswith("https://eu-west-1.console.aws.amazon.com/states/")
    (key,) = world.store.keys(BUCKETS.control, "sources/")
    assert read_record(world.store, Claim, BUCKETS.control, key).state == "released"
    assert read_record(world.store, Lease, BUCKETS.control, layout.lease("transactions")).state == "free"
    entry = read_record(world.store, LedgerEntry, BUCKETS.control, layout.ledger_entry("transactions", run_id()))
    assert entry.reasons == ("IngestToSilver: ByHand: it reads the wrong file",)


def test_the_mail_tells_it_and_where_to_look() -> None:
    world = World()
    world.close()
    ((subject, body),) = world.mail.mails
    assert subject.endswith("Run of transactions was aborted in IngestToSilver: it reads the wrong file")
    for words in ("ByHand after 2 attempt(s)", KEY, "_FAILED.json", "Nothing was promoted", "Runbook: "):
        assert words in body
    assert body.splitlines()[-1].endswith(f"assay runs again {REQUEST.run_id} --env test")


@pytest.mark.parametrize(
    ("status", "kind", "error", "told"),
    [
        ("TIMED_OUT", EventKind.RUN_TIMED_OUT, "States.Timeout", "longer than it may"),
        ("ABORTED", EventKind.RUN_ABORTED, "Aborted", "stopped the execution"),
        ("FAILED", EventKind.RUN_FAILED, "States.Runtime", "gave no cause"),
    ],
)
def test_an_end_without_a_cause_is_put_in_words(status: str, kind: EventKind, error: str, told: str) -> None:
    world = World()
    world.ends("", "")
    assert world.close(replace(ABORTED, status=status)) == kind
    assert world.failure().error == error and told in world.failure().message


def test_what_fail_run_kept_stays_and_is_told() -> None:
    world = World()
    failed = RunFailure(
        REQUEST.run_id, "transactions", "event", "IngestToSilver", "States.TaskFailed", "boom", REQUEST.execution_arn
    )
    fail_run(world.lake, world.executions, world.metrics, world.logs, failed)
    before = world.failure()
    assert world.close(replace(ABORTED, status="FAILED")) == EventKind.RUN_FAILED
    assert world.failure() == before and len(world.metrics.points) == 1
    assert world.mail.events[0].reason == "boom"


@pytest.mark.parametrize("number", range(1, 6))
def test_what_a_killed_end_left_undone_is_done_by_the_next_try(number: int) -> None:
    world = World()
    world.store.on_write = KillAt(number, after=True)
    with suppress(KilledError):
        world.close()
    world.store.on_write = lambda moment: None
    assert world.close() == EventKind.RUN_ABORTED
    assert world.failure().state == "IngestToSilver"
    (key,) = world.store.keys(BUCKETS.control, "sources/")
    assert read_record(world.store, Claim, BUCKETS.control, key).state == "released"
    entry = read_record(world.store, LedgerEntry, BUCKETS.control, layout.ledger_entry("transactions", run_id()))
    assert (entry.outcome, entry.reasons) == ("failed", ("IngestToSilver: ByHand: it reads the wrong file",))
    assert world.metrics.points


def test_a_second_event_tells_a_second_time_and_changes_nothing() -> None:
    world = World()
    world.close()
    before = world.failure()
    world.close()
    assert (len(world.mail.mails), world.failure(), len(world.metrics.points)) == (2, before, 1)


def test_a_history_that_cannot_be_read_keeps_nobody_from_hearing_of_it() -> None:
    world = World()
    world.executions.histories.clear()
    assert world.close() == EventKind.RUN_ABORTED
    assert (world.failure().state, world.failure().attempts) == ("an unknown step", 0)


def test_how_long_its_states_took_is_kept_and_counted() -> None:
    world = World()
    world.close()
    found = read_record(world.store, Timings, BUCKETS.control, layout.timings(RunId(REQUEST.run_id)))
    assert [each.state for each in found.states] == ["PlanRun", "IngestToSilver"]
    assert [state for state, _ in world.metrics.states] == ["PlanRun", "IngestToSilver"]
    numbers = world.metrics.points[0][1]
    assert numbers["RunsFailed"] == 1 and numbers["GoodRuns"] == 0 and numbers["RunCostUsd"] > 0
