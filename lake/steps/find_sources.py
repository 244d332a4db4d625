"""Which bronze objects a run asks for: those its trigger names, or whatever the last days brought."""

from collections.abc import Iterator
from datetime import date, timedelta

from lake.errors import InvalidRequestError
from lake.rules import layout
from lake.rules.bronze import BronzeObject, name_source, parse_key
from lake.rules.contract import Contract
from lake.rules.run import RunId
from lake.rules.trigger import ON_READY_MARKER, RunRequest
from lake.steps.lake import Lake


def find_sources(lake: Lake, contract: Contract, request: RunRequest) -> Iterator[BronzeObject]:
    """Every source a run may want, claimed or not, in the order of their keys."""
    if not request.trigger.keys:
        for day in _sweep_days(contract, RunId(request.run_id)):
            yield from sources_of_day(lake, contract, day, complete=contract.trigger != ON_READY_MARKER)
        return
    for key in sorted(request.trigger.keys):
        parsed = parse_key(key)
        if parsed is None or parsed.dataset != contract.dataset:
            raise InvalidRequestError(f"run {request.run_id}: '{key}' is no bronze key of {contract.dataset}")
        if parsed.is_marker:
            yield from sources_of_day(lake, contract, date.fromisoformat(parsed.ingest_date), complete=True)
        else:
            yield look_at(lake, key, parsed.ingest_date, request.trigger.version_id)


def look_at(lake: Lake, key: str, ingest_date: str, version_id: str | None = None) -> BronzeObject:
    """One version of an object, by default the newest. Raises NotFoundError."""
    bucket = lake.buckets.bronze
    found = lake.store.head(bucket, key, version_id)
    return BronzeObject(
        name_source(bucket, key, found.version_id),
        bucket,
        key,
        found.version_id,
        found.etag,
        found.size,
        ingest_date,
        found.stored_at,
    )


def _sweep_days(contract: Contract, run_id: RunId) -> list[date]:
    """The day in the run's name and those before it, oldest first; the same for every try of the run."""
    last = run_id.at.date()
    return [last - timedelta(days=back) for back in reversed(range(contract.sweep_days))]


def sources_of_day(lake: Lake, contract: Contract, day: date, *, complete: bool) -> Iterator[BronzeObject]:
    """Every source of one day; none while the day waits for its marker, unless it is taken as `complete`."""
    prefix = layout.bronze_prefix(contract.dataset, day)
    parsed = [(each.key, parse_key(each.key)) for each in lake.store.list(lake.buckets.bronze, prefix)]
    if not complete and not any(key and key.is_marker for _, key in parsed):
        return
    for key, parts in parsed:
        if parts and parts.is_source:
            yield look_at(lake, key, parts.ingest_date)
