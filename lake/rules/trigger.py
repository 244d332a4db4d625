"""What starts a run: a schedule, an object in bronze, or a request; each cause always gives the same run id."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from lake.errors import InvalidRequestError
from lake.rules.bronze import BronzeKey, parse_key
from lake.rules.contract import Contract, Contracts
from lake.rules.run import RunKind, name_run

SCHEDULE = "schedule"
OBJECT = "object"
REQUEST = "request"
PER_OBJECT = "per_object"
ON_READY_MARKER = "on_ready_marker"
ON_REQUEST = "on_request"
# kinds that bring no new sources: only a person's request starts them, and `details` says what they are about
REQUESTED_KINDS = (
    RunKind.BACKFILL,
    RunKind.RETRY,
    RunKind.COMPACT,
    RunKind.RELEASE,
    RunKind.ERASE,
    RunKind.ROLLBACK,
    RunKind.MIGRATE,
    RunKind.PROMOTE,
)


@dataclass(frozen=True)
class Trigger:
    """Why a run was asked for. Without `keys` it takes whatever the last days brought (a sweep)."""

    type: str
    keys: tuple[str, ...] = ()
    version_id: str | None = None
    again: bool = False


@dataclass(frozen=True)
class RunRequest:
    """Input of the state machine; PlanRun adds the execution's ARN. `details` says what a request is about."""

    run_id: str
    dataset: str
    kind: str
    trigger: Trigger
    execution_arn: str = ""
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ignored:
    """An event that starts no run, and why. `is_lost`: an object that no run will ever take as it lies there."""

    reason: str
    is_lost: bool = False


def request_of(event: Mapping[str, Any], bronze: str, contracts: Contracts, now: str) -> RunRequest | Ignored:
    """The run an event asks for. Raises InvalidRequestError when it makes no sense."""
    if event.get("detail-type") == "Object Created":
        return _from_object(event, bronze, contracts)
    if event.get("trigger") == SCHEDULE:
        return _from_schedule(event, contracts)
    if event.get("trigger") == REQUEST and event.get("kind") in REQUESTED_KINDS:
        return _from_details(event, contracts, now)
    if event.get("trigger") == REQUEST:
        return _from_request(event, contracts, now)
    raise InvalidRequestError(
        "the event is neither an S3 'Object Created' event nor one with trigger 'schedule' or 'request'; "
        f"it has the fields {', '.join(sorted(event)) or '(none)'}"
    )


def _from_schedule(event: Mapping[str, Any], contracts: Contracts) -> RunRequest:
    contract = _contract(event, contracts)
    at = _moment(_field(event, "scheduled_time"))
    run_id = name_run(RunKind.DAILY, at, contract.dataset, SCHEDULE, at.isoformat())
    return RunRequest(str(run_id), contract.dataset, RunKind.DAILY, Trigger(SCHEDULE))


def _from_request(event: Mapping[str, Any], contracts: Contracts, now: str) -> RunRequest:
    contract = _contract(event, contracts)
    at = _moment(event.get("requested_at") or now)
    keys = tuple(sorted(set(event.get("keys") or ())))
    for key in keys:
        parsed = parse_key(key)
        if parsed is None or parsed.dataset != contract.dataset or not (parsed.is_source or parsed.is_marker):
            raise InvalidRequestError(
                f"'{key}' is no source of {contract.dataset}, expected a key like "
                f"{contract.dataset}/ingest_date=2024-03-31/name.csv (or .csv.gz)"
            )
    kind = RunKind.EVENT if keys else RunKind.DAILY
    run_id = name_run(kind, at, contract.dataset, REQUEST, at.isoformat(), *keys)
    return RunRequest(str(run_id), contract.dataset, kind, Trigger(REQUEST, keys, again=bool(event.get("again"))))


def _from_details(event: Mapping[str, Any], contracts: Contracts, now: str) -> RunRequest:
    contract, kind = _contract(event, contracts), RunKind(event["kind"])
    at = _moment(event.get("requested_at") or now)
    details = {str(name): str(value) for name, value in _field(event, "details").items()}
    cause = (f"{name}={details[name]}" for name in sorted(details))
    run_id = name_run(kind, at, contract.dataset, REQUEST, at.isoformat(), *cause)
    return RunRequest(str(run_id), contract.dataset, kind, Trigger(REQUEST), details=details)


def _from_object(event: Mapping[str, Any], bronze: str, contracts: Contracts) -> RunRequest | Ignored:
    detail = _field(event, "detail")
    bucket, found = detail["bucket"]["name"], detail["object"]
    key, parsed = found["key"], parse_key(found["key"])
    if bucket != bronze:
        return Ignored(f"s3://{bucket}/{key} is not in the bronze bucket {bronze}")
    if parsed is None:
        return Ignored(f"'{key}' is not <dataset>/ingest_date=YYYY-MM-DD/<name>", is_lost=True)
    if parsed.dataset not in contracts.datasets("silver"):
        return Ignored(f"'{key}': there is no contract for dataset '{parsed.dataset}'", is_lost=True)
    contract = contracts.newest(parsed.dataset)
    reason = _why_not(parsed, contract)
    if reason:
        return Ignored(f"'{key}': {reason}")
    version = found.get("version-id")
    run_id = name_run(
        RunKind.EVENT, _moment(_field(event, "time")), bucket, key, version or "", found.get("sequencer", "")
    )
    return RunRequest(str(run_id), contract.dataset, RunKind.EVENT, Trigger(OBJECT, (key,), version))


def _why_not(key: BronzeKey, contract: Contract) -> str | None:
    if not (key.is_source or key.is_marker):
        return "only visible names ending in .csv or .csv.gz are sources"
    if contract.trigger == PER_OBJECT and key.is_marker:
        return "the contract takes each object as it comes, a marker means nothing"
    if contract.trigger == ON_READY_MARKER and not key.is_marker:
        return "the contract waits for the day's _READY marker"
    if contract.trigger == SCHEDULE:
        return "the contract takes it with the next scheduled run"
    if contract.trigger == ON_REQUEST:
        return "only a request starts a run of it"
    return None


def _contract(event: Mapping[str, Any], contracts: Contracts) -> Contract:
    dataset, known = _field(event, "dataset"), contracts.datasets("silver")
    if dataset not in known:
        raise InvalidRequestError(f"no dataset '{dataset}' is ingested; there are: {', '.join(known)}")
    return contracts.newest(dataset)


def _field(event: Mapping[str, Any], name: str) -> Any:
    if not event.get(name):
        raise InvalidRequestError(f"the event has no '{name}'; it has: {', '.join(sorted(event))}")
    return event[name]


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidRequestError(f"'{text}' is not a moment, expected one like 2024-03-31T02:00:00Z") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
