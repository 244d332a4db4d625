"""Whether a dataset's daily run is missing: how old its newest good run may be, and is."""

from dataclasses import dataclass
from datetime import datetime

from lake.rules.event import Event, EventKind
from lake.rules.ledger import NOTHING_TO_DO, SUCCEEDED, LedgerEntry
from lake.rules.run import RunKind

# a day on which nothing was delivered is no fault of the pipeline; a rollback or a compaction makes nothing fresher
_GOOD_ENDS = frozenset({SUCCEEDED, NOTHING_TO_DO})
_KINDS = frozenset({RunKind.DAILY, RunKind.EVENT})


def is_good(entry: LedgerEntry) -> bool:
    """Whether a run makes its dataset fresh: it took what was delivered, and ended well."""
    return entry.outcome in _GOOD_ENDS and entry.kind in _KINDS


@dataclass(frozen=True)
class Freshness:
    """A dataset: hours its contract allows, its newest run that ended well, and the newest that brought rows."""

    dataset: str
    max_age_hours: int
    ended_well_at: str | None = None
    run_id: str = ""
    last_rows_at: str | None = None

    def age_hours(self, now: str) -> float | None:
        """Hours since a run ended well; None when none ever did, as far as one looks back."""
        if self.ended_well_at is None:
            return None
        age = datetime.fromisoformat(now) - datetime.fromisoformat(self.ended_well_at)
        return round(age.total_seconds() / 3600, 2)

    def is_missed(self, now: str) -> bool:
        """Whether a run is missing."""
        age = self.age_hours(now)
        return age is None or age > self.max_age_hours


def missed(environment: str, found: Freshness, now: str) -> Event:
    """A run is missing."""
    age = found.age_hours(now)
    told = f"its last good run ended {age:.0f} hours ago" if age is not None else "no run of it has ended well lately"
    return Event(
        EventKind.FRESHNESS_MISSED,
        environment,
        reason=f"{told}, its contract allows {found.max_age_hours}",
        dataset=found.dataset,
        since=found.ended_well_at or "",
        lines=(
            f"last good run: {found.run_id or 'none'}",
            f"last rows: {found.last_rows_at or 'none lately'}",
            f"looked at: {now}",
        ),
    )
