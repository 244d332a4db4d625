"""Keep a build in the artifacts bucket, once and for good, and fetch it again."""

from collections.abc import Mapping

from lake.errors import BuildConflictError, ConflictError, InvalidRequestError
from lake.rules import layout
from lake.rules.build_manifest import MANIFEST, BuildManifest, differences
from lake.rules.json_record import to_json
from lake.steps.ports import Store
from lake.steps.records import find_record


def keep_build(store: Store, bucket: str, manifest: BuildManifest, artefacts: Mapping[str, bytes]) -> bool:
    """Write every artefact that is not there yet; the manifest last, so that a build is whole once it has one.

    False when the whole build was there. Raises BuildConflictError when something else is there under its name.
    """
    _require_whole(manifest, artefacts)
    if find_record(store, BuildManifest, bucket, layout.build_artefact(manifest.build_id, MANIFEST)) == manifest:
        return False
    for name, content in artefacts.items():
        _keep(store, bucket, layout.build_artefact(manifest.build_id, name), content)
    _keep(store, bucket, layout.build_artefact(manifest.build_id, MANIFEST), (to_json(manifest) + "\n").encode())
    return True


def fetch_build(store: Store, bucket: str, build_id: str) -> tuple[BuildManifest, dict[str, bytes]]:
    """A build as it was kept. Raises InvalidRequestError when there is none, BuildConflictError when it was changed."""
    found = find_record(store, BuildManifest, bucket, layout.build_artefact(build_id, MANIFEST))
    if found is None:
        raise InvalidRequestError(
            f"there is no build {build_id} in s3://{bucket}/builds/; check out its commit and run: assay build --upload"
        )
    artefacts = {name: store.read(bucket, layout.build_artefact(build_id, name)).body for name in found.sha256}
    _require_whole(found, artefacts)
    return found, artefacts


def _require_whole(manifest: BuildManifest, artefacts: Mapping[str, bytes]) -> None:
    wrong = differences(manifest, artefacts)
    if wrong:
        raise BuildConflictError(f"build {manifest.build_id} is not what its manifest names: " + "; ".join(wrong))


def _keep(store: Store, bucket: str, key: str, content: bytes) -> None:
    try:
        store.create(bucket, key, content)
    except ConflictError as error:
        if store.read(bucket, key).body != content:
            raise BuildConflictError(
                f"{layout.uri(bucket, key)} is there with another content, and a build is never overwritten. The same "
                "commit was built from other sources or packages: build it in a clean checkout, after make setup"
            ) from error
