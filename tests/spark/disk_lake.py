"""A lake on this disk: real sources, plans, jobs, gate and promotion; only S3 and Step Functions are not there."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from lake.bundle import contracts_root
from lake.rules import layout
from lake.rules.bronze import BronzeObject, name_source
from lake.rules.claim import Claim
from lake.rules.contract import Contract, Contracts, Thresholds, load_contracts
from lake.rules.correction import ERASE, RELEASE, RETRY, Correction, corrections_text
from lake.rules.json_record import to_json
from lake.rules.layout import Buckets
from lake.rules.partition import silver_path
from lake.rules.plan import Plan, PlannedPartition, RefusedSource, Source
from lake.rules.run import RunId
from lake.rules.summary import APPEND, REPLACE, Base, RunSummary
from lake.rules.trigger import REQUEST, RunRequest, Trigger
from lake.steps.current import current_partitions, read_pointer
from lake.steps.inspect_source import inspect_source
from lake.steps.lake import Lake
from lake.steps.plan_compaction import CompactionPlanner
from lake.steps.plan_retry import plan_corrections
from lake.steps.promote_run import promote_run
from lake.steps.records import read_record
from tests.spark.local_store import LocalStore
from transforms.compact import compact
from transforms.gold import silver_to_gold
from transforms.job_run import JobRun, begin
from transforms.silver import bronze_to_silver

HEADER = "TransactionID,CustomerID,TransactionAmount,Currency,TransactionTimestamp"
_LAYERS = ("bronze", "silver", "gold", "quarantine", "control")


class FixedClock:
    """A clock that stands still."""

    def __init__(self, now: str = "2024-06-30T02:00:00Z") -> None:
        self.time = now

    def now(self) -> str:
        return self.time


def first_versions(known: Contracts) -> Contracts:
    """The contracts as if no dataset had a second version: most tests are about one."""
    return replace(known, by_version={name: each for name, each in known.by_version.items() if name[1] == "v1"})


class NoExecutions:
    """Step Functions that nobody asks."""

    def start(self, run_id: str, payload: str) -> tuple[str, bool]:
        raise NotImplementedError

    def is_running(self, execution_arn: str) -> bool:
        raise NotImplementedError


class DiskLake:
    """Deliver, plan, run and promote, one call each."""

    def __init__(self, spark: SparkSession, root: Path, contracts: Contracts | None = None) -> None:
        name = "t" + hashlib.sha256(str(root).encode()).hexdigest()[:10]
        self.spark = spark
        self.buckets = Buckets(**{layer: f"{name}-{layer}" for layer in _LAYERS})
        self.lake = Lake(
            LocalStore(root),
            self.buckets,
            contracts or tolerant(first_versions(load_contracts(contracts_root()))),
            FixedClock(),
            "test",
            "build-1",
        )
        self.root = root
        self._numbers = count(1)
        mount(spark, root, [f"{name}-{layer}" for layer in _LAYERS])

    def contract(self, dataset: str = "transactions") -> Contract:
        return self.lake.contracts.newest(dataset)

    def deliver(
        self,
        body: bytes | str,
        name: str = "",
        day: str = "2024-03-31",
        dataset: str = "transactions",
        version: str = "",
    ) -> Source:
        """Put a file into bronze and look into it as PlanRun does; it is of the newest schema version by default."""
        contract = self.lake.contracts.get(dataset, version) if version else self.contract(dataset)
        key = f"{dataset}/ingest_date={day}/{name or f'file-{next(self._numbers)}.csv'}"
        file = self.root / self.buckets.bronze / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body.encode() if isinstance(body, str) else body)
        head = self.lake.store.head(self.buckets.bronze, key)
        version = head.version_id
        found = BronzeObject(
            name_source(self.buckets.bronze, key, version), self.buckets.bronze, key, version, head.etag, head.size, day
        )
        source = inspect_source(self.lake, [contract], found)
        assert not isinstance(source, RefusedSource), source
        self._claim(dataset, found)
        return source

    def _claim(self, dataset: str, found: BronzeObject) -> None:
        """The record of who ingested a source, which a retry asks for where its rows came from."""
        claim = Claim("done", "run", "arn", found, "sha", "2024-03-31T00:00:00Z")
        key = layout.claim(dataset, found.ingest_date, found.source_id)
        self.lake.store.write(self.buckets.control, key, to_json(claim))

    def plan(
        self, sources: Sequence[Source], dataset: str = "transactions", months: Sequence[str] = (), kind: str = ""
    ) -> RunId:
        """Write the plan of a new run; with months, of one that replaces them."""
        contract = self.contract(dataset)
        number, kind = next(self._numbers), kind or ("backfill" if months else "daily")
        run_id = RunId(f"20240630T02{number // 60:02d}{number % 60:02d}Z-{kind}-test")
        plan = Plan(
            1,
            str(run_id),
            dataset,
            contract.schema_version,
            kind,
            REPLACE if months else APPEND,
            f"arn:aws:states:::execution:p:{run_id}",
            "build-1",
            contract.fingerprint,
            "2024-06-30T02:00:00Z",
            tuple(sources),
            partitions=tuple(self.planned(contract, silver_path(each)) for each in months),
        )
        self.lake.store.create(self.buckets.control, layout.plan(run_id), to_json(plan))
        return run_id

    def planned(self, contract: Contract, name: str) -> PlannedPartition:
        """A partition to replace, as it is now."""
        place = layout.table_place(self.buckets.silver, contract.dataset, contract.schema_version)
        now = read_pointer(self.lake.store, place, name)
        return PlannedPartition(name, Base(now.sequence, now.snapshot_id) if now else None)

    def job_run(self, run_id: RunId, attempt: str = "jr_1") -> JobRun:
        return begin(self.lake, self.spark, run_id, layout.uri(self.buckets.control, layout.plan(run_id)), attempt)

    def compact(self, first: str, last: str) -> RunSummary:
        """Plan a compaction of these months, as PlanRun does, and run its job."""
        run_id = RunId(f"20240630T0300{next(self._numbers):02d}Z-compact-test")
        details = {"first": first, "last": last}
        request = RunRequest(str(run_id), "transactions", "compact", Trigger(REQUEST), "arn", details)
        plan = CompactionPlanner().plan(self.lake, NoExecutions(), request)
        self.lake.store.create(self.buckets.control, layout.plan(run_id), to_json(plan))
        return compact(self.job_run(run_id))

    def run(self, sources: Sequence[Source], dataset: str = "transactions", months: Sequence[str] = ()) -> RunSummary:
        """Plan these sources and run the silver job."""
        return bronze_to_silver(self.job_run(self.plan(sources, dataset, months)))

    def retry(self, rows: Sequence[Correction], action: str = RETRY, **details: str) -> RunSummary:
        """Ask for something about rows of quarantine: plan it as PlanRun does, and run the silver job."""
        kind = action if action in {RELEASE, ERASE} else "retry"
        number = next(self._numbers)
        run_id = RunId(f"20240701T01{number // 60:02d}{number % 60:02d}Z-{kind}-test")
        key = layout.corrections("transactions", str(run_id))
        self.lake.store.create(self.buckets.quarantine, key, corrections_text(rows))
        asked = {"corrections": key, "action": action, "reason": "because", "requested_by": "ann", **details}
        request = RunRequest(str(run_id), "transactions", kind, Trigger(REQUEST), f"arn:aws:execution:{run_id}", asked)
        plan = plan_corrections(self.lake, request)
        self.lake.store.create(self.buckets.control, layout.plan(run_id), to_json(plan))
        return bronze_to_silver(self.job_run(run_id))

    def entries(self, day: str = "2024-03-31") -> list[dict[str, Any]]:
        """Every current entry of a day of quarantine, by row and revision."""
        place = layout.quarantine_place(self.buckets.quarantine, "transactions")
        pointer = read_pointer(self.lake.store, place, f"ingest_date={day}")
        rows = _rows(self.spark.read.parquet(*pointer.uris)) if pointer and pointer.uris else []
        return sorted(rows, key=lambda each: (each["row_id"], each["revision"]))

    def held(self, day: str = "2024-03-31") -> dict[str, dict[str, Any]]:
        """The newest entry of every row of a day, by row id."""
        return {each["row_id"]: each for each in self.entries(day)}

    def current_silver(self) -> list[dict[str, Any]]:
        """All that is current in silver, by transaction id."""
        place = layout.table_place(self.buckets.silver, "transactions", "v1")
        names = current_partitions(self.lake.store, place)
        found = [read_pointer(self.lake.store, place, name) for name in names]
        uris = [uri for pointer in found if pointer for uri in pointer.uris]
        rows = _rows(self.spark.read.parquet(*uris)) if uris else []
        return sorted(rows, key=lambda each: str(each["transaction_id"]))

    def migrate(self, *months: str) -> RunSummary:
        """Run the silver job of a migration to the newest version."""
        return bronze_to_silver(self.job_run(self.plan([], months=months, kind="migrate")))

    def ingest(self, *bodies: bytes | str, day: str = "2024-03-31", dataset: str = "transactions") -> RunSummary:
        """Deliver files, plan them and run the silver job."""
        return self.run([self.deliver(body, day=day, dataset=dataset) for body in bodies], dataset)

    def promote(self, summary: RunSummary) -> None:
        """Through the gate, as the pipeline does."""
        promote_run(self.lake, RunId(summary.run_id), "silver")

    def ingest_and_promote(self, *bodies: bytes | str, day: str = "2024-03-31") -> RunSummary:
        summary = self.ingest(*bodies, day=day)
        self.promote(summary)
        return summary

    def with_contract(self, contract: Contract) -> "DiskLake":
        """The same disk with one contract more."""
        known = self.lake.contracts
        more = replace(known, by_version={**known.by_version, (contract.dataset, contract.schema_version): contract})
        return DiskLake(self.spark, self.root, more)

    def forget(self, bucket: str, key: str) -> None:
        """Lose an object, as if the job had died before it wrote it."""
        (self.root / bucket / key).unlink()

    def build_gold(self, run_id: str) -> dict[str, RunSummary]:
        """Run the gold job of a run whose silver is promoted."""
        return {each.dataset: each for each in silver_to_gold(self.job_run(RunId(run_id)))}

    def promote_gold(self, run_id: str) -> None:
        promote_run(self.lake, RunId(run_id), "gold")

    def summary(self, dataset: str, run_id: RunId) -> RunSummary:
        """The silver summary a run left."""
        place = layout.table_place(self.buckets.silver, dataset, self.contract(dataset).schema_version)
        return read_record(self.lake.store, RunSummary, place.bucket, place.summary(run_id))

    @staticmethod
    def as_run(summary: RunSummary, run_id: str, mode: str) -> RunSummary:
        """The same summary, left by another run."""
        return replace(summary, run_id=run_id, mode=mode)

    def silver(self, summary: RunSummary) -> list[dict[str, Any]]:
        """The silver rows of a run, as plain dictionaries."""
        return _rows(self._frame(summary.partitions))

    def quarantine(self, summary: RunSummary) -> list[dict[str, Any]]:
        return _rows(self._frame(summary.quarantine))

    def _frame(self, partitions: Sequence[Any]) -> DataFrame | None:
        uris = [file.uri for part in partitions for file in part.files]
        return self.spark.read.parquet(*uris) if uris else None


def tolerant(contracts: Contracts) -> Contracts:
    """The contracts with a gate that lets bad rows through: most tests have more of them than good ones."""
    limits = Thresholds(max_quarantine_rate=2.0, breaker_rate=1.0)
    return replace(
        contracts, by_version={key: replace(each, thresholds=limits) for key, each in contracts.by_version.items()}
    )


def mount(spark: SparkSession, root: Path, buckets: Sequence[str]) -> None:
    """Let Spark reach folders of this disk as `s3://<bucket>`: Hadoop's own overlay, no line of ours in between."""
    conf = spark.sparkContext._jsc.hadoopConfiguration()  # type: ignore[union-attr]
    for bucket in buckets:
        (root / bucket).mkdir(parents=True, exist_ok=True)
        conf.set(f"fs.viewfs.mounttable.{bucket}.linkFallback", f"file://{root}/{bucket}")
        # a mount table without any link is refused
        conf.set(f"fs.viewfs.mounttable.{bucket}.link./_none", f"file://{root}/{bucket}/_none")


def _rows(frame: DataFrame | None) -> list[dict[str, Any]]:
    return [row.asDict(recursive=True) for row in frame.collect()] if frame is not None else []


def csv(*lines: str, header: str = HEADER) -> str:
    """A CSV file of these lines."""
    return "".join(f"{line}\n" for line in (header, *lines))


def row(
    key: str, amount: str = "1.00", at: str = "2024-03-01T10:00:00Z", account: str = "A", currency: str = "EUR"
) -> str:
    """One line of a transactions file."""
    return ",".join((key, account, amount, currency, at))
