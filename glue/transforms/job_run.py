"""What both jobs share: the job run, the plan it follows, the summary it leaves once."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from pyspark.sql import SparkSession

from lake.errors import ConflictError, InputMismatchError
from lake.rules import layout
from lake.rules.contract import Contract
from lake.rules.json_record import to_json
from lake.rules.layout import Place
from lake.rules.plan import Plan
from lake.rules.run import RunId
from lake.rules.snapshot import Pointer
from lake.rules.summary import Counts, PartitionFiles, RunSummary, SourceRef
from lake.steps.current import read_pointer
from lake.steps.lake import Lake
from lake.steps.records import find_record, read_record

SUMMARY_VERSION = 1
AT_ONCE = 16


@dataclass(frozen=True)
class JobRun:
    """One job run: `attempt` is new every time, so two job runs of a run never write to the same folder."""

    lake: Lake
    spark: SparkSession
    run_id: RunId
    plan: Plan
    attempt: str
    started_at: str

    def folder(self, place: Place) -> str:
        """Address of the folder this attempt writes to."""
        return layout.uri(place.bucket, place.attempt(self.run_id, self.attempt))


def begin(lake: Lake, spark: SparkSession, run_id: RunId, plan_uri: str, attempt: str) -> JobRun:
    """A job run with its plan. Raises InputMismatchError when the plan is another run's."""
    plan = read_record(lake.store, Plan, *layout.split_uri(plan_uri))
    if plan.run_id != str(run_id):
        raise InputMismatchError(f"{plan_uri} is the plan of run {plan.run_id}, expected {run_id}")
    return JobRun(lake, spark, run_id, plan, attempt, lake.clock.now())


def summary_of(run: JobRun, place: Place) -> RunSummary | None:
    """The summary an earlier job run of this run has left, None when this one has work to do."""
    found = find_record(run.lake.store, RunSummary, place.bucket, place.summary(run.run_id))
    if found is not None:
        _write_audit_manifest(run, place, found)
    return found


def leave_summary(run: JobRun, place: Place, summary: RunSummary) -> RunSummary:
    """Write the summary, last of all. Another attempt may have been faster: then its summary is the run's."""
    _write_audit_manifest(run, place, summary)
    try:
        run.lake.store.create(place.bucket, place.summary(run.run_id), to_json(summary))
        return summary
    except ConflictError:
        winner = summary_of(run, place)
        if winner is None:
            raise
        return winner


def summary_from(
    run: JobRun,
    contract: Contract,
    mode: str,
    counts: Counts,
    columns: dict[str, str],
    partitions: Sequence[PartitionFiles],
) -> RunSummary:
    """The part of a summary that every layer fills in the same way."""
    return RunSummary(
        summary_version=SUMMARY_VERSION,
        run_id=str(run.run_id),
        dataset=contract.dataset,
        layer=contract.layer,
        schema_version=contract.schema_version,
        kind=run.plan.kind,
        mode=mode,
        execution_arn=run.plan.execution_arn,
        build_id=run.lake.build_id,
        contract_version=contract.version,
        contract_sha256=contract.fingerprint,
        attempt=run.attempt,
        started_at=run.started_at,
        finished_at=run.lake.clock.now(),
        counts=counts,
        columns=columns,
        partitions=tuple(partitions),
        sources=tuple(
            SourceRef(s.source_id, s.bucket, s.key, s.version_id, s.etag, s.ingest_date, s.records)
            for s in run.plan.sources
        ),
    )


def pointers(run: JobRun, place: Place, partitions: Iterable[str]) -> dict[str, Pointer]:
    """What is current in each of these partitions, where something is."""
    names = list(partitions)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = pool.map(lambda name: read_pointer(run.lake.store, place, name), names)
        return {name: pointer for name, pointer in zip(names, found, strict=True) if pointer is not None}


def _write_audit_manifest(run: JobRun, place: Place, summary: RunSummary) -> None:
    """Every schema version has an audit table of its own, so each has a manifest of its files."""
    by_version: dict[str, list[str]] = {summary.schema_version: []}
    for part in summary.partitions:
        for file in part.files:
            by_version.setdefault(layout.version_of(file.uri), []).append(file.uri)
    for version, uris in by_version.items():
        key = layout.table_place(place.bucket, summary.dataset, version).audit_manifest(run.run_id)
        run.lake.store.write(place.bucket, key, "".join(f"{uri}\n" for uri in uris))
