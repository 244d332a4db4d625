"""Lakes, requests and run summaries for tests: what a Glue job would leave, without a Glue job."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from lake.bundle import contracts_root
from lake.errors import ConflictError
from lake.rules import layout
from lake.rules.contract import Contract, Contracts, load_contracts
from lake.rules.json_record import to_json
from lake.rules.layout import Buckets, Place
from lake.rules.plan import Plan, Source
from lake.rules.run import RunId
from lake.rules.summary import (
    Base,
    ControlTotal,
    Counts,
    FileEntry,
    PartitionComparison,
    PartitionFiles,
    RunSummary,
    SourceRef,
)
from lake.rules.trigger import OBJECT, RunRequest, Trigger
from lake.steps.current import read_pointer
from lake.steps.lake import Lake
from lake.steps.ports import Store
from lake.steps.records import read_record
from tests.fakes import FixedClock, MemoryStore, execution_arn

BUCKETS = Buckets("t-bronze", "t-silver", "t-gold", "t-quarantine", "t-control")
CONTRACTS: Contracts = load_contracts(contracts_root())
TRANSACTIONS: Contract = CONTRACTS.get("transactions", "v1")
HEADER = "TransactionID,CustomerID,TransactionAmount,Currency,TransactionTimestamp"
SILVER = layout.table_place(BUCKETS.silver, "transactions", "v1")
KEY = "transactions/ingest_date=2024-03-31/a.csv"
MARCH = "year=2024/month=03"


def run_id(number: int = 1, kind: str = "event") -> RunId:
    """A run id; different numbers, different runs."""
    return RunId(f"20240401T02{number // 60:02d}{number % 60:02d}Z-{kind}-{number:06d}")


def lake_on(store: Store | None = None, contracts: Contracts = CONTRACTS, clock: FixedClock | None = None) -> Lake:
    """A lake on a store."""
    return Lake(store or MemoryStore(), BUCKETS, contracts, clock or FixedClock(), "test", "build1")


def contracts_with(**changes: Any) -> Contracts:
    """The contracts, with every version of transactions changed."""
    changed = {
        name: replace(each, **changes) if each.dataset == "transactions" else each
        for name, each in CONTRACTS.by_version.items()
    }
    return replace(CONTRACTS, by_version=changed)


def csv_body(rows: int = 3, header: str = HEADER, prefix: str = "t") -> bytes:
    """A CSV file with good rows of March 2024."""
    lines = [f"{prefix}{n:04d},acc{n},1.00,EUR,2024-03-{n % 28 + 1:02d}T10:00:00Z" for n in range(rows)]
    return "\n".join([header, *lines, ""]).encode()


def request(number: int = 1, *keys: str, trigger: str = OBJECT, **fields: Any) -> RunRequest:
    """A request for a run; without keys a sweep."""
    name = str(run_id(number))
    return RunRequest(name, "transactions", "event", Trigger(trigger, keys, **fields), execution_arn(name))


def source(records: int = 10, key: str = KEY, **changes: Any) -> Source:
    """A planned source."""
    name = hashlib.sha256(key.encode()).hexdigest()[:16]
    uri = layout.uri(BUCKETS.bronze, key)
    header = TRANSACTIONS.header
    found = Source(name, BUCKETS.bronze, key, "v1", '"e"', 1, "2024-03-31", records, header, None, False, uri)
    return replace(found, **changes)


def plan_of(number: int = 1, *sources: Source) -> Plan:
    """A plan that PlanRun could have written."""
    name = str(run_id(number))
    return Plan(
        plan_version=1,
        run_id=name,
        dataset="transactions",
        schema_version="v1",
        kind="event",
        mode="append",
        execution_arn=execution_arn(name),
        build_id="build1",
        contract_sha256=TRANSACTIONS.fingerprint,
        planned_at="2024-04-01T02:00:00Z",
        sources=sources or (source(),),
    )


@dataclass(frozen=True)
class Rows:
    """Rows a run wrote to one partition: how many, and their key range."""

    partition: str = MARCH
    rows: int = 10
    first: str = "a"
    last: str = "b"


class JobOutput:
    """Writes what the jobs write: data files, then the run summary, unless an earlier attempt left one."""

    def __init__(self, lake: Lake, plan: Plan, attempt: str = "jr_1") -> None:
        self.lake, self.plan, self.run_id, self.attempt = lake, plan, RunId(plan.run_id), attempt

    def silver(self, rows: Sequence[Rows] = (Rows(),), quarantined: Sequence[Rows] = (), **changes: Any) -> RunSummary:
        """Files and summary of bronze_to_silver; rows that are neither valid nor quarantined are duplicates."""
        plan = self.plan
        open_place = layout.quarantine_place(BUCKETS.quarantine, "transactions")
        valid, held = sum(each.rows for each in rows), sum(each.rows for each in quarantined)
        counts = Counts(plan.input_records, valid, held, 0, plan.input_records - valid - held)
        columns = {each.name: each.type for each in (*TRANSACTIONS.columns, *CONTRACTS.lineage)}
        summary = self._summary(TRANSACTIONS, "append", counts, columns, [self._part(SILVER, each) for each in rows])
        summary = replace(
            summary,
            quarantine=tuple(opened(self._part(open_place, each)) for each in quarantined),
            quarantine_columns={each.name: each.type for each in CONTRACTS.quarantine.columns} if quarantined else {},
            sources=tuple(reference(each) for each in plan.sources),
        )
        return self._leave(SILVER, replace(summary, **changes))

    def replacement(self, rows: Sequence[Rows] = (Rows(),), outside: int = 0, **changes: Any) -> RunSummary:
        """Files, summary and comparison of a run that replaces: every planned partition, without files if not given."""
        given = {each.partition: self._part(SILVER, each) for each in rows}
        empty = {each.partition: PartitionFiles(each.partition, 0, ()) for each in self.plan.partitions}
        bases = {each.partition: each.base for each in self.plan.partitions}
        parts = [replace(part, base=bases[name]) for name, part in sorted((empty | given).items())]
        valid = sum(each.rows for each in rows)
        counts = Counts(self.plan.input_records, valid, 0, 0, self.plan.input_records - valid - outside, outside)
        columns = {each.name: each.type for each in (*TRANSACTIONS.columns, *CONTRACTS.lineage)}
        summary = self._summary(TRANSACTIONS, "replace", counts, columns, parts)
        found = tuple(PartitionComparison(part.partition, part.rows, part.rows, 0, 0, 0) for part in parts)
        sources = tuple(reference(each) for each in self.plan.sources)
        elsewhere = {sources[0].source_id: outside} if outside else {}
        left = {"sources": sources, "comparison": found, "outside": elsewhere, **changes}
        return self._leave(SILVER, replace(summary, **left))

    def gold(self, months: Sequence[str] = ("2024-03",), **changes: Any) -> list[RunSummary]:
        """Files and summaries of silver_to_gold."""
        return [self._gold(contract, months, changes) for contract in CONTRACTS.built_from("transactions")]

    def _gold(self, contract: Contract, months: Sequence[str], changes: Mapping[str, Any]) -> RunSummary:
        place = layout.table_place(BUCKETS.gold, contract.dataset, contract.schema_version)
        parts = [self._part(place, Rows(f"as_of_month={month}", 5)) for month in months]
        rows = sum(part.rows for part in parts)
        columns = {each.name: each.type for each in contract.columns}
        summary = self._summary(contract, "replace", Counts(rows, rows), columns, parts)
        inputs = {
            f"transactions/year={month[:4]}/month={month[5:]}": self._current(f"year={month[:4]}/month={month[5:]}")
            for month in months
        }
        totals = tuple(ControlTotal(part.partition, 10, 10, "10.0000", "10.0000") for part in parts)
        return self._leave(place, replace(summary, inputs=inputs, control_totals=totals, **changes))

    def _current(self, partition: str) -> str:
        pointer = read_pointer(self.lake.store, SILVER, partition)
        return pointer.snapshot_id if pointer else ""

    def _summary(
        self,
        contract: Contract,
        mode: str,
        counts: Counts,
        columns: dict[str, str],
        parts: Sequence[PartitionFiles],
    ) -> RunSummary:
        return RunSummary(
            summary_version=1,
            run_id=self.plan.run_id,
            dataset=contract.dataset,
            layer=contract.layer,
            schema_version=contract.schema_version,
            kind=self.plan.kind,
            mode=mode,
            execution_arn=self.plan.execution_arn,
            build_id=self.plan.build_id,
            contract_version=contract.version,
            contract_sha256=contract.fingerprint,
            attempt=self.attempt,
            started_at="2024-04-01T02:01:00Z",
            finished_at="2024-04-01T02:02:00Z",
            counts=counts,
            columns=columns,
            partitions=tuple(parts),
        )

    def _part(self, place: Place, rows: Rows) -> PartitionFiles:
        key = f"{place.attempt(self.run_id, self.attempt)}/{rows.partition}/part-0.parquet"
        body = f"{self.run_id} {rows}"
        self.lake.store.write(place.bucket, key, body)
        file = FileEntry(layout.uri(place.bucket, key), rows.rows, len(body), str(self.run_id), rows.first, rows.last)
        pointer = read_pointer(self.lake.store, place, rows.partition)
        base = Base(pointer.sequence, pointer.snapshot_id) if pointer else None
        return PartitionFiles(rows.partition, rows.rows, (file,), base)

    def _leave(self, place: Place, summary: RunSummary) -> RunSummary:
        key = place.summary(self.run_id)
        with suppress(ConflictError):
            self.lake.store.create(place.bucket, key, to_json(summary))
        return read_record(self.lake.store, RunSummary, place.bucket, key)


def opened(part: PartitionFiles) -> PartitionFiles:
    """A day of quarantine whose entries are all new."""
    files = (replace(each, states={"open": each.rows}, waiting=each.rows) for each in part.files)
    return replace(part, files=tuple(files))


def write_plan(lake: Lake, plan: Plan) -> Plan:
    """Put a plan where PlanRun would."""
    lake.store.write(BUCKETS.control, layout.plan(RunId(plan.run_id)), to_json(plan))
    return plan


def reference(each: Source) -> SourceRef:
    """The trace to a source, as summaries hold it."""
    return SourceRef(each.source_id, each.bucket, each.key, each.version_id, each.etag, each.ingest_date, each.records)
