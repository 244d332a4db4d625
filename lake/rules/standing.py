"""Where a schema version stands: rows, last write, readers; and what is in the way of its next step."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from lake.rules.life_cycle import ACTIVE, ARCHIVED, CLOSED, DEPRECATED


@dataclass(frozen=True)
class Reader:
    """Who reads a version's tables by name: how often, and when last (`yyyy-mm-dd`)."""

    workgroup: str
    user: str
    saved_query: str
    queries: int
    last: str

    def __str__(self) -> str:
        what = f"saved query '{self.saved_query}'" if self.saved_query else "a query of their own"
        return f"{self.user} with {what} in workgroup {self.workgroup}: {self.queries} queries, last {self.last}"


@dataclass(frozen=True)
class Standing:
    """One schema version; `has_newer`: a newer one is active. `last_write` is a moment, None before the first."""

    dataset: str
    schema_version: str
    status: str
    has_newer: bool
    rows: int
    partitions: int
    last_write: str | None
    readers: tuple[Reader, ...]


@dataclass(frozen=True)
class Obstacle:
    """Why a version should not go on; whoever `is_final` is false for may do it all the same, with a reason."""

    told: str
    is_final: bool


def obstacles(found: Standing, today: date, quiet_days: int) -> list[Obstacle]:
    """What is in the way of the next step of a version."""
    return list(_obstacles(found, today - timedelta(days=quiet_days)))


def _obstacles(found: Standing, since: date) -> Iterator[Obstacle]:
    name = f"{found.dataset} {found.schema_version}"
    if found.status in {ACTIVE, DEPRECATED} and not found.has_newer:
        yield Obstacle(f"{name} has no newer active version that could take its place", is_final=True)
    if found.status == DEPRECATED and found.last_write and found.last_write[:10] >= since.isoformat():
        yield Obstacle(f"{name} was written on {found.last_write}: producers still deliver it", is_final=False)
    if found.status == CLOSED:
        if found.rows:
            told = (
                f"{name} holds {found.rows:,} rows in {found.partitions} partitions; they would leave the view. "
                f"Next: assay contract migrate {found.dataset} {found.schema_version} …"
            )
            yield Obstacle(told, is_final=True)
        yield from (Obstacle(f"{name} is read by {reader}", is_final=False) for reader in found.readers)
    if found.status == ARCHIVED:
        yield Obstacle(f"{name} is archived, its life is over", is_final=True)
