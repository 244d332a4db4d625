"""Make a run's files current in one partition: snapshot, then manifest by compare-and-swap, then its record."""

from itertools import takewhile

from lake.errors import ConflictError, PointerMovedError
from lake.rules import layout
from lake.rules.json_record import to_json
from lake.rules.layout import Place
from lake.rules.promotion import base_id, check_base, next_snapshot, shows
from lake.rules.snapshot import Pointer, Snapshot, manifest_metadata, manifest_text
from lake.rules.summary import PartitionFiles, RunSummary
from lake.steps.current import chain, current_snapshot, read_pointer, read_snapshot
from lake.steps.lake import Lake
from lake.steps.records import TRIES, put_record
from lake.steps.version_manifests import show_versions


def promote_partition(lake: Lake, place: Place, layer: str, summary: RunSummary, part: PartitionFiles) -> str:
    """Promote once, however often it is called; the id of the snapshot that shows the run.

    Raises BaseMovedError (append) or PointerMovedError (replace) when the partition moved in a way that matters.
    """
    for _ in range(TRIES):
        pointer = read_pointer(lake.store, place, part.partition)
        current = current_snapshot(lake.store, place, pointer) if pointer else None
        shown = _shown(lake, place, summary, part, current)
        if current is not None and shown is not None:
            _derive(lake, place, current)
            return shown.snapshot_id
        _check(lake, place, summary, part, current)
        snapshot = _write_snapshot(lake, place, next_snapshot(summary, layer, part, current, lake.clock.now()))
        try:
            _swap(lake, place, snapshot, pointer)
        except ConflictError:
            # somebody was faster, or our own answer was lost: the next look at the manifest tells
            continue
        _derive(lake, place, snapshot)
        return snapshot.snapshot_id
    raise ConflictError(
        f"run {summary.run_id}: {summary.dataset} {part.partition} moved {TRIES} times during its promotion; try again"
    )


def _shown(
    lake: Lake, place: Place, summary: RunSummary, part: PartitionFiles, current: Snapshot | None
) -> Snapshot | None:
    """The commit of this run in the partition's chain, however much was committed (or rolled back) since."""
    base = part.base.sequence if part.base else 0
    since = takewhile(lambda each: each.sequence > base, chain(lake.store, place, current))
    commits = [each for each in since if shows(each, summary, part)]
    return commits[-1] if commits else None


def _check(lake: Lake, place: Place, summary: RunSummary, part: PartitionFiles, current: Snapshot | None) -> None:
    wanted = base_id(part)
    moved = wanted is not None and (current is None or current.snapshot_id != wanted)
    base = read_snapshot(lake.store, place, part.partition, wanted) if moved and wanted else None
    check_base(summary, part, current, base)


def _write_snapshot(lake: Lake, place: Place, wanted: Snapshot) -> Snapshot:
    """Write a snapshot, or find the equal one that an earlier try of this run left."""
    key = place.snapshot(wanted.partition, wanted.snapshot_id)
    try:
        lake.store.create(place.bucket, key, to_json(wanted))
        return wanted
    except ConflictError as error:
        found = read_snapshot(lake.store, place, wanted.partition, wanted.snapshot_id)
        if (found.parent, found.files, found.mode) != (wanted.parent, wanted.files, wanted.mode):
            raise PointerMovedError(
                f"{layout.uri(place.bucket, key)} lists other files than run {wanted.run_id} is about to promote; its "
                "run summary was rewritten after a promotion had begun, so nothing more is promoted; start a new run"
            ) from error
        return found


def _swap(lake: Lake, place: Place, snapshot: Snapshot, pointer: Pointer | None) -> None:
    """The promotion itself: one conditional write."""
    key, body, metadata = place.manifest(snapshot.partition), manifest_text(snapshot), manifest_metadata(snapshot)
    if pointer is None:
        lake.store.create(place.bucket, key, body, metadata)
    else:
        lake.store.replace(place.bucket, key, body, pointer.etag, metadata)


def _derive(lake: Lake, place: Place, snapshot: Snapshot) -> None:
    """Bring everything that follows from a commit up to it."""
    show_versions(lake, place, snapshot)
    _record_latest(lake, place, snapshot)


def _record_latest(lake: Lake, place: Place, snapshot: Snapshot) -> None:
    """Bring `_LATEST.json` up to a snapshot, never back."""

    def newer(found: Snapshot | None) -> Snapshot | None:
        return snapshot if found is None or found.sequence < snapshot.sequence else None

    put_record(lake.store, Snapshot, place.bucket, place.latest(snapshot.partition), newer)
