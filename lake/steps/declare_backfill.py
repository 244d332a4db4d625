"""`assay backfill plan`: write down what a backfill would read and replace, and keep others out of its partitions."""

from dataclasses import dataclass
from datetime import date

from lake.errors import BackfillHeldError, InvalidRequestError
from lake.rules import layout, partition
from lake.rules.backfill import (
    CANCELLED,
    PLANNED,
    AffectedPartition,
    Backfill,
    Change,
    months_of,
    moved,
    name_backfill,
    refuse_open,
)
from lake.rules.backfill_cost import DEFAULT_DPUS, estimate
from lake.rules.bronze import BronzeObject
from lake.rules.contract import Contract
from lake.rules.layout import Place
from lake.rules.summary import Base
from lake.steps.backfill_sources import Window, find_backfill_sources
from lake.steps.backfills import change_backfill, free_partitions, hold_partitions, refuse_held
from lake.steps.current import current_snapshot, read_pointer
from lake.steps.lake import Lake
from lake.steps.records import put_record


@dataclass(frozen=True)
class BackfillRequest:
    """What a person, or a late policy, asks for. `months`: `2024-03` or `2024-03..2024-05`.

    `at` names the backfill: the same request at the same moment is the same backfill. `late`: sources to read because
    their late rows are what it is about.
    """

    dataset: str
    months: str
    reason: str
    requester: str
    at: str
    include_open: bool = False
    dpus: int = DEFAULT_DPUS
    region: str = ""
    late: tuple[BronzeObject, ...] = ()
    replans: str | None = None


def declare_backfill(lake: Lake, wanted: BackfillRequest) -> Backfill:
    """Plan a backfill. Raises BackfillHeldError when one in flight has a partition, InvalidRequestError when there is
    nothing to read, no reason, or a month is still open.
    """
    if not wanted.reason.strip():
        raise InvalidRequestError("a backfill needs a reason: people will read it in its mails and in every snapshot")
    contract = lake.contracts.newest(wanted.dataset)
    months = months_of(wanted.months)
    if not wanted.include_open:
        refuse_open(months, date.fromisoformat(lake.clock.now()[:10]), contract.closed_after_days)
    refuse_held(lake, wanted.dataset, _id(wanted), [partition.silver_path(month) for month in months])
    found = _write(lake, _record(lake, contract, wanted, months))
    _hold(lake, found)
    return found


def _record(lake: Lake, contract: Contract, wanted: BackfillRequest, months: list[str]) -> Backfill:
    place = layout.table_place(lake.buckets.silver, contract.dataset, contract.schema_version)
    now = lake.clock.now()
    window = Window(months[0], months[-1], contract.sweep_days, date.fromisoformat(now[:10]))
    sources, left_out = find_backfill_sources(lake, contract, place, window, wanted.late)
    if not sources:
        raise InvalidRequestError(
            f"no source of {wanted.dataset} fed {wanted.months} or was delivered for it, so there is nothing to read"
        )
    return Backfill(
        backfill_version=1,
        backfill_id=_id(wanted),
        dataset=wanted.dataset,
        schema_version=contract.schema_version,
        first=months[0],
        last=months[-1],
        reason=wanted.reason,
        requester=wanted.requester,
        created_at=now,
        status=PLANNED,
        partitions=tuple(_affected(lake, place, partition.silver_path(month)) for month in months),
        sources=sources,
        left_out=left_out,
        estimate=estimate(
            (each.size for each in sources), (each.records for each in sources), wanted.region, wanted.dpus
        ),
        history=(Change(now, PLANNED, wanted.requester, wanted.reason),),
        replans=wanted.replans,
    )


def _id(wanted: BackfillRequest) -> str:
    return name_backfill(wanted.at, wanted.dataset, wanted.months, wanted.reason, wanted.requester)


def _affected(lake: Lake, place: Place, part: str) -> AffectedPartition:
    pointer = read_pointer(lake.store, place, part)
    if pointer is None:
        return AffectedPartition(part)
    files = current_snapshot(lake.store, place, pointer).files
    base = Base(pointer.sequence, pointer.snapshot_id)
    return AffectedPartition(
        part, base, pointer.etag, sum(each.rows for each in files), sum(each.bytes for each in files)
    )


def _write(lake: Lake, wanted: Backfill) -> Backfill:
    """Write the record, or find the one that an earlier try of this request left."""
    key = layout.backfill(wanted.dataset, wanted.backfill_id)
    return put_record(lake.store, Backfill, lake.buckets.control, key, lambda found: found or wanted) or wanted


def _hold(lake: Lake, found: Backfill) -> None:
    if found.is_over:
        return
    try:
        hold_partitions(lake, found)
    except BackfillHeldError as error:
        # another plan was faster by a moment; this one never was in flight
        lost = Change(lake.clock.now(), CANCELLED, found.requester, str(error))
        change_backfill(lake, found, lambda now: now if now.is_over else moved(now, CANCELLED, lost))
        free_partitions(lake, found)
        raise
