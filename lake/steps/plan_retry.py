"""The plan of a run about named rows of quarantine: their corrections, counted by the sources they came from."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lake.errors import InvalidRequestError
from lake.rules import layout
from lake.rules.claim import Claim
from lake.rules.contract import Contract
from lake.rules.correction import ACCEPT, RETRY, Correction, read_corrections
from lake.rules.plan import Plan, Source
from lake.rules.summary import APPEND
from lake.rules.trigger import RunRequest
from lake.steps.lake import Lake
from lake.steps.planner import new_plan
from lake.steps.ports import Executions
from lake.steps.records import find_record

NEEDED = ("corrections", "action", "reason", "requested_by")


class RetryPlanner:
    """Plans runs of the kind retry. Details: `corrections` (a key of the quarantine bucket), `action`, who and why."""

    def plan(self, lake: Lake, executions: Executions, request: RunRequest) -> Plan:
        """Count what is asked for, and trace it to the sources."""
        check_details(request, {RETRY, ACCEPT})
        return plan_corrections(lake, request)

    def resume(self, lake: Lake, executions: Executions, request: RunRequest, plan: Plan) -> None:
        """The plan stands; there is nothing to get ready."""


def check_details(request: RunRequest, actions: set[str]) -> None:
    """Raise InvalidRequestError when a request does not say what it is about, who asks and why."""
    missing = [name for name in NEEDED if not request.details.get(name, "").strip()]
    if missing:
        raise InvalidRequestError(f"run {request.run_id}: the request has no {', '.join(missing)}")
    if request.details["action"] not in actions:
        raise InvalidRequestError(
            f"run {request.run_id}: a run of kind {request.kind} cannot {request.details['action']} rows, expected "
            f"{' or '.join(sorted(actions))}"
        )


def plan_corrections(lake: Lake, request: RunRequest) -> Plan:
    """The plan of a run over the rows that its corrections name, under the newest contract."""
    contract = lake.contracts.newest(request.dataset)
    key = request.details["corrections"]
    if not key.startswith(layout.corrections_prefix(request.dataset)):
        raise InvalidRequestError(f"run {request.run_id}: {key} holds no corrections of {request.dataset}")
    address = layout.uri(lake.buckets.quarantine, key)
    stored = lake.store.read(lake.buckets.quarantine, key)
    rows = read_corrections(stored.text, address)
    _check_versions(lake, contract, rows)
    return replace(
        new_plan(lake, request, contract, APPEND), sources=tuple(_sources(lake, contract, rows, address, stored.etag))
    )


def _check_versions(lake: Lake, contract: Contract, rows: Sequence[Correction]) -> None:
    """Every row is to be written under a version that still accepts rows, and that the newest one knows."""
    accepting = {each.schema_version for each in lake.contracts.versions(contract.dataset) if each.accepts_data}
    unknown = sorted({each.schema_version for each in rows} - accepting)
    if unknown:
        raise InvalidRequestError(
            f"rows of {contract.dataset} cannot be written under {', '.join(unknown)}; accepting data are "
            f"{', '.join(sorted(accepting))}: ask again with the contracts of today"
        )


def _sources(lake: Lake, contract: Contract, rows: Sequence[Correction], address: str, etag: str) -> Iterator[Source]:
    """The sources the rows came from, once for each version; Spark reads the corrections in their place."""
    counted = Counter((each.source_id, each.ingest_date, each.schema_version) for each in rows)
    for (source_id, ingest_date, version), records in sorted(counted.items()):
        found = _claim(lake, contract, source_id, ingest_date).source
        yield Source(
            source_id,
            found.bucket,
            found.key,
            found.version_id,
            found.etag,
            found.size,
            ingest_date,
            records,
            header=(),
            compression=None,
            multiline=False,
            uri=address,
            schema_version=version,
        )


def _claim(lake: Lake, contract: Contract, source_id: str, ingest_date: str) -> Claim:
    key = layout.claim(contract.dataset, ingest_date, source_id)
    found = find_record(lake.store, Claim, lake.buckets.control, key)
    if found is None:
        raise InvalidRequestError(
            f"no source {source_id} of {contract.dataset} was delivered on {ingest_date}, so no row of it can wait"
        )
    return found
