"""Runs that ingested, promoted and ended, as the pipeline does it, and requests of people about them."""

from collections.abc import Sequence
from dataclasses import replace

from lake.rules.contract import Contracts
from lake.rules.layout import Place
from lake.rules.ledger import SUCCEEDED, RunEnd
from lake.rules.plan import Plan
from lake.rules.run import RunId
from lake.rules.snapshot import Snapshot
from lake.rules.trigger import REQUEST, RunRequest, Trigger
from lake.steps.current import current_snapshot, read_pointer
from lake.steps.finish_run import finish_run
from lake.steps.plan_run import PlanAnswer, plan_run
from lake.steps.promote_run import promote_run
from lake.steps.summaries import read_plan
from tests.builders import BUCKETS, CONTRACTS, MARCH, SILVER, JobOutput, Rows, csv_body, lake_on, request, run_id
from tests.fakes import Counted, Mailbox, MemoryExecutions, MemoryStore, execution_arn

ANN = "arn:aws:sts::111111111111:assumed-role/admin/ann"
FEBRUARY = "year=2024/month=02"
FIRST_VERSIONS = replace(
    CONTRACTS, by_version={name: each for name, each in CONTRACTS.by_version.items() if name[1] == "v1"}
)


class World:
    """A lake with its own Step Functions and mailbox."""

    def __init__(self, contracts: Contracts | None = None) -> None:
        self.store, self.executions, self.mailbox = MemoryStore(), MemoryExecutions(), Mailbox()
        self.lake = lake_on(self.store, contracts or FIRST_VERSIONS)

    def planned(self, number: int, records: int = 100) -> Plan:
        """A delivery, and the plan of the run that takes it."""
        key = f"transactions/ingest_date=2024-03-31/{number}.csv"
        self.store.put_bytes(BUCKETS.bronze, key, csv_body(records, prefix=f"r{number}-"))
        self.plan(request(number, key))
        return read_plan(self.lake, run_id(number))

    def ingested(self, number: int, *partitions: str, quarantined: Sequence[Rows] = ()) -> Snapshot:
        """A whole run that wrote rows with keys of its own; what is current in March afterwards."""
        plan = self.planned(number)
        rows = [Rows(each, 4, f"{number:03d}a", f"{number:03d}z") for each in partitions or (MARCH,)]
        JobOutput(self.lake, plan).silver(rows, quarantined)
        self.promote(str(run_id(number)))
        self.end(plan.run_id, plan.kind)
        return self.current()

    def plan(self, wanted: RunRequest) -> PlanAnswer:
        self.executions.running.add(wanted.execution_arn)
        return plan_run(self.lake, self.executions, wanted)

    def asked(self, number: int, kind: str, **details: str) -> RunRequest:
        """What the dispatcher makes of a person's request."""
        name = str(run_id(number, kind))
        told = {"reason": "wrong rates", "requested_by": ANN, **details}
        return RunRequest(name, "transactions", kind, Trigger(REQUEST), execution_arn(name), told)

    def promote(self, name: str) -> tuple[str, ...]:
        return promote_run(self.lake, RunId(name), "silver").partitions

    def end(self, name: str, kind: str, outcome: str = SUCCEEDED, *reasons: str) -> None:
        end = RunEnd(name, "transactions", kind, outcome, execution_arn(name), reasons)
        finish_run(self.lake, self.mailbox, self.executions, Counted(), end)
        self.executions.end(name)

    def through(self, wanted: RunRequest) -> PlanAnswer:
        """A requested run from plan to end."""
        answer = self.plan(wanted)
        if answer.outcome == "planned":
            self.promote(wanted.run_id)
        self.end(wanted.run_id, wanted.kind)
        return answer

    def current(self, partition: str = MARCH, place: Place = SILVER) -> Snapshot:
        pointer = read_pointer(self.store, place, partition)
        assert pointer is not None
        return current_snapshot(self.store, place, pointer)

    def runs_in(self, partition: str = MARCH, place: Place = SILVER) -> list[str]:
        return [file.run_id for file in self.current(partition, place).files]
