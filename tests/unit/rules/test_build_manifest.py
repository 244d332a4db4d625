"""The name of a build, and what proves that it is whole."""

import pytest

from lake.errors import InvalidRequestError
from lake.rules.build_manifest import build_id_of, differences, manifest_of, require_build_id

COMMIT = "0123456789abcdef0123456789abcdef01234567"
ARTEFACTS = {"lake.zip": b"library", "functions.zip": b"functions"}


def test_a_build_is_named_by_its_commit() -> None:
    assert manifest_of(ARTEFACTS, COMMIT, dirty=False).build_id == "0123456789ab"


def test_sources_that_differ_from_the_commit_are_told_apart_by_their_content() -> None:
    one = manifest_of(ARTEFACTS, COMMIT, dirty=True)
    other = manifest_of({**ARTEFACTS, "lake.zip": b"changed"}, COMMIT, dirty=True)
    assert one.build_id.startswith("0123456789ab-dirty-")
    assert one.build_id != other.build_id
    assert manifest_of(ARTEFACTS, "", dirty=False).build_id.startswith("nocommit-")


def test_the_order_of_artefacts_does_not_matter() -> None:
    turned = dict(reversed(ARTEFACTS.items()))
    assert manifest_of(turned, "", dirty=False) == manifest_of(ARTEFACTS, "", dirty=False)


@pytest.mark.parametrize("text", ["", "../x", "ABC", "a" * 65, "-a", "a/b"])
def test_a_name_that_is_no_build_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequestError, match="no build id"):
        require_build_id(text)


def test_every_name_a_build_gets_is_a_build_id() -> None:
    for commit, dirty in (("", False), (COMMIT, True), (COMMIT, False)):
        require_build_id(build_id_of({"a": "b"}, commit, dirty))


def test_what_is_missing_changed_or_too_much_is_named() -> None:
    manifest = manifest_of(ARTEFACTS, COMMIT, dirty=False)
    assert differences(manifest, ARTEFACTS) == []
    found = differences(manifest, {"lake.zip": b"changed", "other": b""})
    assert [each.partition(":")[0] for each in found] == ["functions.zip", "lake.zip", "other"]
