"""A dataset with an ingested month, and backfills of it: every step a run takes, with fakes in place of AWS."""

from dataclasses import replace
from typing import Any

from lake.rules import layout
from lake.rules.approval import APPROVED, COMPARISON, START
from lake.rules.backfill import Backfill
from lake.rules.claim import Claim
from lake.rules.contract import Contracts
from lake.rules.failure import Failure
from lake.rules.ledger import LedgerEntry, RunEnd
from lake.rules.run import RunId
from lake.rules.trigger import RunRequest, request_of
from lake.steps.advance_backfill import Advance, begin_backfill, begin_promotion, compare_run
from lake.steps.answer_approval import answer_approval
from lake.steps.ask_approval import Question, ask_approval
from lake.steps.backfills import find_backfill
from lake.steps.declare_backfill import BackfillRequest, declare_backfill
from lake.steps.explain_failure import RunFailure
from lake.steps.fail_run import fail_run
from lake.steps.finish_run import finish_run
from lake.steps.lake import Lake
from lake.steps.plan_run import PlanAnswer, plan_run
from lake.steps.promote_run import promote_run
from lake.steps.records import read_record
from lake.steps.start_backfill import start_backfill
from lake.steps.summaries import read_plan
from tests.builders import BUCKETS, CONTRACTS, KEY, JobOutput, Rows, csv_body, lake_on, request
from tests.fakes import (
    Counted,
    FixedClock,
    Mailbox,
    MemoryExecutions,
    MemoryLogs,
    MemoryStore,
    MemoryTokens,
    execution_arn,
)

ANN = "arn:aws:iam::1:user/ann"
BOB = "arn:aws:iam::1:user/bob"
THREE = Rows(rows=3)
NOW = "2024-06-20T10:00:00Z"


class World:
    """March 2024 is current, from one file of three rows; ann plans, bob answers."""

    def __init__(self, contracts: Contracts = CONTRACTS, approvals: str = "required") -> None:
        self.store, self.executions, self.tokens = MemoryStore(), MemoryExecutions(), MemoryTokens()
        self.clock = FixedClock("2024-04-01T02:00:00Z")
        self.lake: Lake = replace(lake_on(self.store, contracts, self.clock), approvals=approvals)
        self.mail, self.metrics = Mailbox(), Counted()
        self.ingest(1, KEY)
        self.clock.moment = NOW

    def ingest(self, number: int, key: str, rows: Rows = THREE) -> None:
        """A daily run from file to silver."""
        self.store.put_bytes(BUCKETS.bronze, key, csv_body(3))
        wanted = request(number, key)
        self.executions.running.add(wanted.execution_arn)
        plan_run(self.lake, self.executions, wanted)
        JobOutput(self.lake, read_plan(self.lake, RunId(wanted.run_id))).silver((rows,))
        promote_run(self.lake, RunId(wanted.run_id), "silver")
        end = RunEnd(wanted.run_id, "transactions", "event", "succeeded", wanted.execution_arn)
        finish_run(self.lake, self.mail, self.executions, self.metrics, end)
        self.executions.end(wanted.run_id)

    def declare(self, months: str = "2024-03", **fields: Any) -> Backfill:
        given: dict[str, Any] = {"reason": "a pattern was too strict", "requester": ANN, "region": "eu-west-1"}
        asked = {**given, "at": self.clock.moment, **fields}
        return declare_backfill(self.lake, BackfillRequest("transactions", months, **asked))

    def now(self, backfill: Backfill) -> Backfill:
        return find_backfill(self.lake, backfill.backfill_id)

    def start(self, backfill: Backfill) -> RunRequest:
        """What the dispatcher makes of the request, with its execution under way."""
        event = start_backfill(self.lake, self.now(backfill), ANN)
        found = request_of(event, BUCKETS.bronze, self.lake.contracts, self.clock.moment)
        assert isinstance(found, RunRequest)
        self.executions.running.add(execution_arn(found.run_id))
        return replace(found, execution_arn=execution_arn(found.run_id))

    def plan(self, run: RunRequest) -> PlanAnswer:
        return plan_run(self.lake, self.executions, run)

    def ask(self, run: RunRequest, subject: str = START) -> str:
        """The state waits; its token."""
        token = f"{run.run_id}-{subject}"
        self.tokens.waiting.add(token)
        question = Question(run.run_id, run.dataset, subject, token, run.details, 72)
        ask_approval(self.lake, self.mail, question)
        return token

    def answer(self, backfill: Backfill, state: str = APPROVED, reason: str = "looked at it") -> None:
        answer_approval(self.lake, self.tokens, self.now(backfill), state, BOB, reason)

    def begin(self, run: RunRequest) -> Advance:
        return begin_backfill(self.lake, RunId(run.run_id))

    def job(self, run: RunRequest, rows: int = 3, **changes: Any) -> None:
        output = JobOutput(self.lake, read_plan(self.lake, RunId(run.run_id)))
        output.replacement((Rows(rows=rows),), output.plan.input_records - rows, **changes)

    def compare(self, run: RunRequest) -> Advance:
        return compare_run(self.lake, RunId(run.run_id))

    def promote(self, run: RunRequest) -> Advance:
        found = begin_promotion(self.lake, self.executions, RunId(run.run_id))
        promote_run(self.lake, RunId(run.run_id), "silver")
        return found

    def finish(self, run: RunRequest, outcome: str = "succeeded", *reasons: str) -> LedgerEntry:
        end = RunEnd(run.run_id, run.dataset, run.kind, outcome, run.execution_arn, reasons)
        entry = finish_run(self.lake, self.mail, self.executions, self.metrics, end)
        self.executions.end(run.run_id)
        return entry

    def fail(self, run: RunRequest, error: str, state: str = "PromoteSilver") -> None:
        failed = RunFailure(run.run_id, run.dataset, run.kind, state, error, error, run.execution_arn, run.details)
        fail_run(self.lake, self.executions, self.metrics, MemoryLogs(), failed)
        self.executions.end(run.run_id)

    def failure(self, run: RunRequest) -> Failure:
        return read_record(self.store, Failure, BUCKETS.control, layout.failure(RunId(run.run_id)))

    def through(self, backfill: Backfill, **comparison: Any) -> RunRequest:
        """A whole run: asked, approved, compared, promoted, finished."""
        run = self.start(backfill)
        self.plan(run)
        self.ask(run)
        self.answer(backfill)
        self.begin(run)
        self.job(run, **comparison)
        if self.compare(run).approval:
            self.ask(run, COMPARISON)
            self.answer(backfill)
        self.promote(run)
        self.finish(run)
        return run

    def claims(self) -> dict[str, str]:
        """State of each claim by its source's key."""
        keys = self.store.keys(BUCKETS.control, "sources/")
        found = [read_record(self.store, Claim, BUCKETS.control, key) for key in keys]
        return {each.source.key: each.state for each in found}
