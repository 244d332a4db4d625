"""A build is kept once, whole, and comes back as it was."""

import pytest

from lake.errors import BuildConflictError, InvalidRequestError
from lake.rules.build_manifest import manifest_of
from lake.steps.keep_build import fetch_build, keep_build
from tests.fakes import KillAt, KilledError, MemoryStore

ARTEFACTS = {"lake.zip": b"library", "jobs/compact.py": b"job"}
MANIFEST = manifest_of(ARTEFACTS, "0123456789abcdef", dirty=False)


def test_a_build_comes_back_as_it_was_kept() -> None:
    store = MemoryStore()
    assert keep_build(store, "artifacts", MANIFEST, ARTEFACTS)
    assert fetch_build(store, "artifacts", "0123456789ab") == (MANIFEST, ARTEFACTS)
    assert store.writes[-1] == "artifacts/builds/0123456789ab/manifest.json"


def test_the_same_build_again_writes_nothing() -> None:
    store = MemoryStore()
    keep_build(store, "artifacts", MANIFEST, ARTEFACTS)
    written = len(store.writes)
    assert not keep_build(store, "artifacts", MANIFEST, ARTEFACTS)
    assert len(store.writes) == written


def test_another_build_under_the_same_name_is_an_error_and_changes_nothing() -> None:
    store, changed = MemoryStore(), {**ARTEFACTS, "lake.zip": b"changed"}
    keep_build(store, "artifacts", MANIFEST, ARTEFACTS)
    with pytest.raises(BuildConflictError, match="never overwritten"):
        keep_build(store, "artifacts", manifest_of(changed, MANIFEST.commit, dirty=False), changed)
    assert fetch_build(store, "artifacts", "0123456789ab") == (MANIFEST, ARTEFACTS)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_upload_that_died_is_no_build_until_it_is_made_again(number: int, after: bool) -> None:
    store = MemoryStore(KillAt(number, after))
    with pytest.raises(KilledError):
        keep_build(store, "artifacts", MANIFEST, ARTEFACTS)
    if (number, after) != (3, True):
        with pytest.raises(InvalidRequestError, match="there is no build"):
            fetch_build(store, "artifacts", MANIFEST.build_id)
    keep_build(store, "artifacts", MANIFEST, ARTEFACTS)
    assert fetch_build(store, "artifacts", MANIFEST.build_id) == (MANIFEST, ARTEFACTS)


def test_a_changed_artefact_is_not_deployed() -> None:
    store = MemoryStore()
    keep_build(store, "artifacts", MANIFEST, ARTEFACTS)
    store.put_bytes("artifacts", "builds/0123456789ab/lake.zip", b"changed")
    with pytest.raises(BuildConflictError, match=r"lake\.zip: expected SHA-256"):
        fetch_build(store, "artifacts", MANIFEST.build_id)


def test_an_artefact_that_its_manifest_does_not_name_is_not_kept() -> None:
    store = MemoryStore()
    with pytest.raises(BuildConflictError, match="other"):
        keep_build(store, "artifacts", MANIFEST, {**ARTEFACTS, "other": b""})
    assert store.writes == []
