"""The manifests of single schema versions, brought up to a snapshot of all versions together."""

from dataclasses import replace

from lake.errors import ConflictError, NotFoundError
from lake.rules import layout
from lake.rules.layout import Place
from lake.rules.snapshot import Snapshot, manifest_metadata, manifest_text
from lake.steps.lake import Lake
from lake.steps.records import TRIES


def show_versions(lake: Lake, place: Place, snapshot: Snapshot) -> None:
    """Let every version's own table show what the snapshot holds of it, never an earlier state.

    The commit is made by then. A crash in between leaves such a table at the state before, until the promotion is
    taken up again or the next one comes.
    """
    if not place.home:
        return
    for version in lake.contracts.versions(snapshot.dataset):
        _show(lake, layout.table_place(place.bucket, snapshot.dataset, version.schema_version), snapshot)


def _show(lake: Lake, place: Place, snapshot: Snapshot) -> None:
    key, below = place.version_manifest(snapshot.partition), layout.uri(place.bucket, f"{place.prefix}/")
    body = manifest_text(replace(snapshot, files=tuple(each for each in snapshot.files if each.uri.startswith(below))))
    for _ in range(TRIES):
        try:
            _write(lake, place.bucket, key, body, snapshot)
            return
        except ConflictError:
            continue
    raise ConflictError(f"{layout.uri(place.bucket, key)} changed {TRIES} times while it was being written; try again")


def _write(lake: Lake, bucket: str, key: str, body: str, snapshot: Snapshot) -> None:
    try:
        found = lake.store.read(bucket, key)
    except NotFoundError:
        if body:
            lake.store.create(bucket, key, body, manifest_metadata(snapshot))
        return
    # an equal body is written as well: its sequence keeps a slower writer from taking it back
    if int(found.metadata["sequence"]) < snapshot.sequence:
        lake.store.replace(bucket, key, body, found.etag, manifest_metadata(snapshot))
