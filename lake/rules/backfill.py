"""A declared backfill: its record, the states it goes through, and which change is allowed."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from lake.errors import BackfillStateError, InvalidRequestError
from lake.rules import partition
from lake.rules.backfill_cost import Estimate
from lake.rules.late import is_closed
from lake.rules.summary import Base, PartitionComparison

PLANNED = "planned"
APPROVED = "approved"
RUNNING = "running"
COMPARED = "compared"
PROMOTING = "promoting"
PROMOTED = "promoted"
REFUSED = "refused"
CANCELLED = "cancelled"
EXPIRED = "expired"
FAILED = "failed"
ENDED = frozenset({PROMOTED, REFUSED, CANCELLED, EXPIRED, FAILED})
# what did not change anything may be tried again under the same declaration
TRIED_AGAIN = frozenset({EXPIRED, FAILED})
_ALLOWED = {
    PLANNED: {APPROVED, CANCELLED, EXPIRED, REFUSED, FAILED},
    APPROVED: {RUNNING, CANCELLED, REFUSED, FAILED},
    RUNNING: {COMPARED, CANCELLED, REFUSED, FAILED},
    COMPARED: {PROMOTING, CANCELLED, EXPIRED, REFUSED, FAILED},
    PROMOTING: {PROMOTED, REFUSED, FAILED},
    EXPIRED: {PLANNED},
    FAILED: {PLANNED},
}

# why a source is read
FED = "fed"
DELIVERED = "delivered"
UNCLAIMED = "unclaimed"
LATE = "late"


@dataclass(frozen=True)
class AffectedPartition:
    """A partition to be replaced, and what is current in it when the backfill is planned."""

    partition: str
    base: Base | None = None
    etag: str = ""
    rows: int = 0
    bytes: int = 0


@dataclass(frozen=True)
class BackfillSource:
    """One version of a bronze object that will be read, and why; `note` when it is not the newest version.

    `fed`: the current state names it. `delivered`: a run ingested it in the window, no row of it is current.
    `unclaimed`: no run has ingested it. `late`: its late rows are what the backfill was proposed for.
    """

    source_id: str
    bucket: str
    key: str
    version_id: str
    etag: str
    size: int
    ingest_date: str
    why: str
    records: int | None = None
    note: str = ""


@dataclass(frozen=True)
class LeftOut:
    """A bronze object of the window that will not be read, and why."""

    key: str
    reason: str


@dataclass(frozen=True)
class Try:
    """One run of the backfill. `requested_at` names it, `run_id` is known once PlanRun has begun."""

    number: int
    requested_at: str
    run_id: str = ""


@dataclass(frozen=True)
class Change:
    """One line of a backfill's history."""

    at: str
    status: str
    by: str
    reason: str


@dataclass(frozen=True)
class Backfill:
    """`backfills/<dataset>/<backfill_id>.json`. Never deleted; moves by conditional writes."""

    backfill_version: int
    backfill_id: str
    dataset: str
    schema_version: str
    first: str
    last: str
    reason: str
    requester: str
    created_at: str
    status: str
    partitions: tuple[AffectedPartition, ...]
    sources: tuple[BackfillSource, ...]
    left_out: tuple[LeftOut, ...]
    estimate: Estimate
    history: tuple[Change, ...]
    tries: tuple[Try, ...] = ()
    comparison: tuple[PartitionComparison, ...] = ()
    above_tolerance: tuple[str, ...] = ()
    approved_by: str | None = None
    replans: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether it has ended, one way or another."""
        return self.status in ENDED

    @property
    def run_id(self) -> str:
        """The run of the newest try, empty before it has begun."""
        return self.tries[-1].run_id if self.tries else ""

    @property
    def months(self) -> str:
        """The range for people: `2024-03` or `2024-03..2024-05`."""
        return self.first if self.first == self.last else f"{self.first}..{self.last}"

    def is_tried_by(self, run_id: str) -> bool:
        """Whether a run is the newest try of this backfill."""
        return self.run_id == run_id


def moved(found: Backfill, status: str, change: Change) -> Backfill:
    """In another state, with the change in its history. Raises BackfillStateError when that is not allowed."""
    if status not in _ALLOWED.get(found.status, ()):
        told = f" ({found.history[-1].reason})" if found.history and found.history[-1].reason else ""
        raise BackfillStateError(
            f"backfill {found.backfill_id} of {found.dataset} is {found.status}{told} and cannot become {status}; "
            f"see: assay backfill status {found.backfill_id}"
        )
    return replace(found, status=status, history=(*found.history, change))


def noted(found: Backfill, change: Change) -> Backfill:
    """With a line in its history, in the state it is in."""
    return replace(found, history=(*found.history, change))


def name_backfill(at: str, *cause: str) -> str:
    """The id of a backfill; the same cause always gives the same id, and ids sort by time."""
    moment = datetime.fromisoformat(at).astimezone(UTC)
    return f"{moment:%Y%m%dT%H%M%SZ}-{hashlib.sha256(chr(31).join(cause).encode()).hexdigest()[:8]}"


def months_of(text: str) -> list[str]:
    """Every month of `2024-03` or `2024-03..2024-05`. Raises InvalidRequestError when there is none."""
    first, separator, last = text.partition("..")
    found = partition.months_between(first, last if separator else first)
    if not found:
        raise InvalidRequestError(f"'{text}' is no range of months: {last} is before {first}")
    return found


def refuse_open(months: Sequence[str], today: date, closed_after_days: int) -> None:
    """Raise InvalidRequestError when a month is still open: daily runs go on adding to it."""
    still_open = [month for month in months if not is_closed(month, today, closed_after_days)]
    if still_open:
        raise InvalidRequestError(
            f"{', '.join(still_open)} is still open (closed {closed_after_days} days after its end): daily runs go on "
            "adding to it, and a replacement planned now would lose the race; add --include-open to do it all the same"
        )


def runs_of_months(months: Sequence[str]) -> list[tuple[str, str]]:
    """First and last of every unbroken run of months, in order."""
    found: list[tuple[str, str]] = []
    for month in sorted(set(months)):
        if found and partition.month_before(month) == found[-1][1]:
            found[-1] = (found[-1][0], month)
        else:
            found.append((month, month))
    return found
