"""Which sources a backfill reads: those that fed its partitions, and whatever else was delivered for its months."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lake.errors import NotFoundError
from lake.rules import layout, partition
from lake.rules.backfill import DELIVERED, FED, LATE, UNCLAIMED, BackfillSource, LeftOut
from lake.rules.bronze import BronzeObject
from lake.rules.claim import DONE, REFUSED, Claim
from lake.rules.contract import Contract
from lake.rules.late import last_day
from lake.rules.layout import Place
from lake.rules.objects import ObjectInfo
from lake.rules.summary import APPEND, SourceRef
from lake.rules.trigger import ON_READY_MARKER
from lake.steps.current import chain, current_snapshot, read_pointer
from lake.steps.find_sources import sources_of_day
from lake.steps.lake import Lake
from lake.steps.records import read_record


@dataclass(frozen=True)
class Window:
    """The months of a backfill, and the days whose deliveries may hold rows of them."""

    first: str
    last: str
    sweep_days: int
    today: date

    def days(self) -> Iterator[date]:
        """Every day from the first of the range to the end of its sweep, today at the latest."""
        day = partition.first_day(self.first)
        while day <= min(last_day(self.last) + timedelta(days=self.sweep_days), self.today):
            yield day
            day += timedelta(days=1)


def find_backfill_sources(
    lake: Lake, contract: Contract, place: Place, window: Window, late: Iterable[BronzeObject] = ()
) -> tuple[tuple[BackfillSource, ...], tuple[LeftOut, ...]]:
    """Every source version to read, in a fixed order, and what of the window is left out.

    Raises NotFoundError when a version that must be read is gone from bronze.
    """
    left_out: list[LeftOut] = []
    found = {each.source_id: each for each in _delivered(lake, contract, window, left_out)}
    found |= {each.source_id: _source(lake, each, LATE) for each in late}
    months = partition.months_between(window.first, window.last)
    found |= {each.source_id: each for each in _fed(lake, place, [partition.silver_path(month) for month in months])}
    named = {each.key for each in found.values()}
    return (
        tuple(sorted(found.values(), key=lambda each: (each.ingest_date, each.key, each.source_id))),
        tuple(each for each in left_out if each.key not in named),
    )


def _fed(lake: Lake, place: Place, partitions: Sequence[str]) -> Iterator[BackfillSource]:
    references: dict[str, SourceRef] = {}
    for each in partitions:
        pointer = read_pointer(lake.store, place, each)
        for snapshot in chain(lake.store, place, current_snapshot(lake.store, place, pointer) if pointer else None):
            references |= {source.source_id: source for source in snapshot.sources}
            if snapshot.mode != APPEND:
                # what came before is no longer current, and this commit names all its sources
                break
    for source in references.values():
        size = _head(lake, source.bucket, source.key, source.version_id).size
        known = BronzeObject(
            source.source_id, source.bucket, source.key, source.version_id, source.etag, size, source.ingest_date
        )
        yield _source(lake, known, FED, source.records)


def _delivered(lake: Lake, contract: Contract, window: Window, left_out: list[LeftOut]) -> Iterator[BackfillSource]:
    for day in window.days():
        claims = {each.source.source_id: each for each in claims_of_day(lake, contract.dataset, day)}
        waiting = sources_of_day(lake, contract, day, complete=contract.trigger != ON_READY_MARKER)
        for claim in claims.values():
            if claim.state == REFUSED and claim.contract_sha256 == lake.contracts.fingerprint(contract.dataset):
                left_out.append(LeftOut(claim.source.key, f"run {claim.run_id} refused it: {claim.reason}"))
            else:
                yield _source(lake, claim.source, DELIVERED if claim.state == DONE else UNCLAIMED)
        yield from (_source(lake, each, UNCLAIMED) for each in waiting if each.source_id not in claims)


def claims_of_day(lake: Lake, dataset: str, day: date) -> Iterator[Claim]:
    """Every claim on a source of one day."""
    prefix = layout.claims_prefix(dataset, day.isoformat())
    for each in lake.store.list(lake.buckets.control, prefix):
        yield read_record(lake.store, Claim, lake.buckets.control, each.key)


def _source(lake: Lake, found: BronzeObject, why: str, records: int | None = None) -> BackfillSource:
    _head(lake, found.bucket, found.key, found.version_id)
    return BackfillSource(
        source_id=found.source_id,
        bucket=found.bucket,
        key=found.key,
        version_id=found.version_id,
        etag=found.etag,
        size=found.size,
        ingest_date=found.ingest_date,
        why=why,
        records=records,
        note=_note(lake, found),
    )


def _head(lake: Lake, bucket: str, key: str, version_id: str) -> ObjectInfo:
    try:
        return lake.store.head(bucket, key, version_id)
    except NotFoundError as error:
        raise NotFoundError(
            f"version {version_id} of {layout.uri(bucket, key)} is gone from bronze, so a replacement would lose its "
            "rows; restore that version, or leave these months as they are"
        ) from error


def _note(lake: Lake, found: BronzeObject) -> str:
    try:
        newest = lake.store.head(found.bucket, found.key).version_id
    except NotFoundError:
        return f"deleted from bronze since; version {found.version_id} will be read"
    if newest != found.version_id:
        return f"replaced in bronze since by version {newest}; version {found.version_id} will be read"
    return ""
