"""Ends of runs: claims, ledger, metrics, mails and lease, for every outcome, however often they are written down."""

import json
from dataclasses import replace

import pytest

from lake.rules import layout
from lake.rules.claim import Claim
from lake.rules.failure import Failure
from lake.rules.lease import Lease
from lake.rules.ledger import LedgerEntry, RunEnd
from lake.rules.run import RunId
from lake.steps.explain_failure import RunFailure
from lake.steps.fail_run import fail_run
from lake.steps.finish_run import finish_run
from lake.steps.plan_run import plan_run
from lake.steps.promote_run import promote_run
from lake.steps.records import read_record
from lake.steps.summaries import read_plan
from tests.builders import BUCKETS, KEY, JobOutput, Rows, csv_body, lake_on, request, run_id
from tests.fakes import Counted, KillAt, KilledError, Mailbox, MemoryExecutions, MemoryLogs, MemoryStore

REQUEST = request(1, KEY)
CAUSE = json.dumps({"Id": "jr_1", "JobName": "job", "JobRunState": "FAILED", "ErrorMessage": "OutOfMemoryError"})


class World:
    """A planned run, up to any point of its way."""

    def __init__(self, body: bytes = csv_body(100)) -> None:
        self.store, self.executions = MemoryStore(), MemoryExecutions()
        self.lake = lake_on(self.store)
        self.mail, self.metrics = Mailbox(), Counted()
        self.logs = MemoryLogs({"jr_1": ["first", "last"]})
        self.store.put_bytes(BUCKETS.bronze, KEY, body)
        plan_run(self.lake, self.executions, REQUEST)
        self.job = JobOutput(self.lake, read_plan(self.lake, run_id()))

    def through_silver(self) -> "World":
        self.job.silver((Rows(rows=97),), (Rows("ingest_date=2024-03-31", 3),))
        promote_run(self.lake, run_id(), "silver")
        return self

    def through_gold(self) -> "World":
        self.through_silver().job.gold()
        promote_run(self.lake, run_id(), "gold")
        return self

    def finish(self, outcome: str = "succeeded", *reasons: str) -> LedgerEntry:
        end = RunEnd(REQUEST.run_id, "transactions", "event", outcome, REQUEST.execution_arn, reasons)
        return finish_run(self.lake, self.mail, self.executions, self.metrics, end)

    def fail(self, state: str = "IngestToSilver", cause: str = CAUSE) -> Failure:
        failed = RunFailure(
            REQUEST.run_id, "transactions", "event", state, "States.TaskFailed", cause, REQUEST.execution_arn
        )
        fail_run(self.lake, self.executions, self.metrics, self.logs, failed)
        return read_record(self.store, Failure, BUCKETS.control, layout.failure(run_id()))

    def claim(self) -> Claim:
        (key,) = self.store.keys(BUCKETS.control, "sources/")
        return read_record(self.store, Claim, BUCKETS.control, key)

    def is_free(self) -> bool:
        return read_record(self.store, Lease, BUCKETS.control, layout.lease("transactions")).state == "free"

    def ledger(self) -> LedgerEntry:
        key = layout.ledger_entry("transactions", RunId(REQUEST.run_id))
        assert self.store.read(BUCKETS.control, key).text.count("\n") == 0, "the table reads one record a line"
        return read_record(self.store, LedgerEntry, BUCKETS.control, key)


def test_success_is_written_down() -> None:
    world = World().through_gold()
    entry = world.finish()
    assert (entry.outcome, entry.input_count, entry.valid_count, entry.quarantined_count) == ("succeeded", 100, 97, 3)
    assert len(entry.partitions) == 4
    assert world.ledger() == entry
    assert world.claim().state == "done"
    assert world.is_free()
    assert world.mail.mails == []
    assert world.metrics.points[0][1]["RunsSucceeded"] == 1


def test_a_refused_run_keeps_its_sources_and_tells_why() -> None:
    world = World()
    entry = world.finish("refused", "too many bad rows")
    assert (entry.outcome, entry.reasons, entry.partitions) == ("refused", ("too many bad rows",), ())
    assert (world.claim().state, world.claim().reason) == ("refused", "too many bad rows")
    ((subject, _),) = world.mail.mails
    assert subject == "Assay test: Run of transactions was refused: too many bad rows"
    assert world.is_free()


def test_gold_refused_does_not_refuse_the_sources() -> None:
    world = World().through_silver()
    world.finish("refused", "totals differ")
    assert world.claim().state == "done"
    assert "gold is not up to date" in world.mail.mails[0][1]


def test_a_source_without_records_is_done() -> None:
    world = World(csv_body(0))
    assert world.finish("nothing_to_do").input_count == 0
    assert world.claim().state == "done"
    assert world.mail.mails == []


def test_a_file_the_contract_refuses_is_written_down_and_mailed() -> None:
    world = World(b"wrong\n")
    world.finish("refused", "SCHEMA_MISMATCH")
    assert world.claim().state == "refused"
    assert "SCHEMA_MISMATCH" in str(world.claim().reason)
    assert "deliver them again" in world.mail.mails[0][1]


def test_a_file_refused_beside_good_ones_is_mailed_too() -> None:
    store = MemoryStore()
    bad = KEY.replace("a.csv", "bad.csv")
    store.put_bytes(BUCKETS.bronze, KEY, csv_body(10))
    store.put_bytes(BUCKETS.bronze, bad, b"wrong\n")
    lake, mail = lake_on(store), Mailbox()
    wanted = request(1, KEY, bad, trigger="request")
    plan_run(lake, MemoryExecutions(), wanted)
    end = RunEnd(wanted.run_id, "transactions", "event", "succeeded", wanted.execution_arn)
    finish_run(lake, mail, MemoryExecutions(), Counted(), end)
    claims = [read_record(store, Claim, BUCKETS.control, key) for key in store.keys(BUCKETS.control, "sources/")]
    assert sorted((claim.source.key, claim.state) for claim in claims) == [(KEY, "done"), (bad, "refused")]
    ((subject, _),) = mail.mails
    assert subject.startswith("Assay test: Files of transactions were refused: 1 file(s), the first is ")


def test_an_end_is_written_once() -> None:
    world = World()
    first = world.finish("refused", "bad")
    assert world.finish("refused", "bad") == first
    assert (len(world.mail.mails), len(world.metrics.points)) == (1, 1)


def test_an_end_that_stands_is_not_taken_back() -> None:
    world = World().through_gold()
    world.finish()
    world.fail()
    assert world.ledger().outcome == "succeeded"
    assert world.metrics.points[-1][1]["RunsSucceeded"] == 1


def test_a_failure_can_be_made_good() -> None:
    world = World()
    world.fail()
    assert world.ledger().outcome == "failed"
    world.through_gold().finish()
    assert world.ledger().outcome == "succeeded"


def test_a_failed_run_leaves_its_context() -> None:
    world = World()
    failure = world.fail()
    assert (failure.state, failure.error, failure.message) == (
        "IngestToSilver",
        "States.TaskFailed",
        "OutOfMemoryError",
    )
    assert failure.job is not None
    assert failure.job.log_tail == ("first", "last")
    assert failure.inputs == (layout.uri(BUCKETS.bronze, KEY),)
    assert "Nothing was promoted" in failure.data
    assert world.claim().state == "released"
    assert world.is_free()
    assert world.ledger().reasons == ("IngestToSilver: States.TaskFailed: OutOfMemoryError",)
    assert failure.next_step.endswith(f"then: assay runs again {REQUEST.run_id} --env test")
    assert world.mail.mails == [], "people are told when the execution has ended"


def test_a_failure_in_gold_says_that_silver_is_promoted() -> None:
    failure = World().through_silver().fail("BuildGold")
    assert failure.data.startswith("No. Silver is promoted completely; gold is not up to date")
    assert len(failure.promoted) == 2


def test_a_log_that_cannot_be_read_does_not_hide_the_failure() -> None:
    world = World()
    world.logs.lines.clear()
    failure = world.fail()
    assert failure.job is not None
    assert "cannot be read" in failure.job.log_tail[0]


def test_a_run_that_never_got_its_plan_fails_like_any_other() -> None:
    store = MemoryStore()
    failed = RunFailure(str(run_id(7)), "payments", "event", "PlanRun", "InvalidRequestError", "no", "arn")
    answer = fail_run(lake_on(store), MemoryExecutions(), Counted(), MemoryLogs(), failed)
    assert answer.context_uri == f"s3://{BUCKETS.control}/runs/{run_id(7)}/_FAILED.json"
    assert store.keys(BUCKETS.control, "run_summaries/dataset=payments/")


def test_a_run_that_only_waited_does_not_free_the_lease_of_the_other() -> None:
    world = World()
    other = request(2, KEY)
    failed = RunFailure(other.run_id, "transactions", "event", "PlanRun", "DatasetBusyError", "busy", "arn")
    fail_run(world.lake, world.executions, world.metrics, world.logs, failed)
    assert not world.is_free()
    assert world.claim().state == "claimed"


@pytest.mark.parametrize("outcome", ["succeeded", "refused", "failed"])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", range(1, 6))
def test_an_end_killed_at_any_write_is_written_by_the_next_try(outcome: str, after: bool, number: int) -> None:
    def end(world: World) -> None:
        if outcome == "failed":
            world.fail()
        else:
            world.finish(outcome, *(["bad"] if outcome == "refused" else []))

    world = World()
    world.store.on_write = KillAt(number, after)
    try:
        end(world)
    except KilledError:
        world.store.on_write = lambda moment: None
        end(world)
    assert world.ledger().outcome == outcome
    assert world.claim().state == {"succeeded": "done", "refused": "refused", "failed": "released"}[outcome]
    assert world.is_free()
    assert bool(world.mail.mails) is (outcome == "refused")
    assert world.metrics.points, "an alarm would miss this run"


@pytest.mark.parametrize(("kind", "told"), [("rollback", "ask for the same again"), ("event", "assay runs again")])
def test_what_was_asked_for_has_to_be_asked_for_again(kind: str, told: str) -> None:
    """No schedule repeats a request, and before its plan a run has no sources to run again."""
    store = MemoryStore()
    wanted = replace(request(1, KEY), kind=kind)
    failed = RunFailure(wanted.run_id, "transactions", kind, "PlanRun", "StoreError", "slow", wanted.execution_arn)
    fail_run(lake_on(store), MemoryExecutions(), Counted(), MemoryLogs(), failed)
    assert told in read_record(store, Failure, BUCKETS.control, layout.failure(run_id())).next_step


def test_claims_that_another_run_has_by_now_are_left_alone() -> None:
    world = World()
    (key,) = world.store.keys(BUCKETS.control, "sources/")
    taken = replace(world.claim(), run_id=request(2).run_id)
    found = world.store.read(BUCKETS.control, key)
    world.store.replace(BUCKETS.control, key, found.text.replace(REQUEST.run_id, taken.run_id), found.etag)
    world.fail()
    assert world.claim().state == "claimed"
