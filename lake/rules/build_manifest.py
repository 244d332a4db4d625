"""The manifest of a build: which commit it is made of, and the SHA-256 of each artefact."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from lake.errors import InvalidRequestError

MANIFEST = "manifest.json"
FUNCTIONS = "functions.zip"
LIBRARY = "lake.zip"
STACK = "stack.zip"
SBOM = "sbom.cdx.json"
_FORM = re.compile(r"[0-9a-z][0-9a-z-]{0,63}")
_SHA = 12


@dataclass(frozen=True)
class BuildManifest:
    """`manifest.json`. `commit` is empty when the sources are in no repository; `dirty`: they differ from it."""

    build_id: str
    commit: str
    dirty: bool
    sha256: dict[str, str]


def manifest_of(artefacts: Mapping[str, bytes], commit: str, dirty: bool) -> BuildManifest:
    """The manifest of these artefacts."""
    sums = {name: hashlib.sha256(artefacts[name]).hexdigest() for name in sorted(artefacts)}
    return BuildManifest(build_id_of(sums, commit, dirty), commit, dirty, sums)


def build_id_of(sums: Mapping[str, str], commit: str, dirty: bool) -> str:
    """The commit; sources that differ from it, or have none, are told apart by their content."""
    content = hashlib.sha256(json.dumps(dict(sums), sort_keys=True).encode()).hexdigest()
    if not commit:
        return f"nocommit-{content[:_SHA]}"
    return f"{commit[:_SHA]}-dirty-{content[:8]}" if dirty else commit[:_SHA]


def is_of_a_commit(build_id: str) -> bool:
    """Whether a commit says all that is in the build."""
    return "-" not in build_id


def require_build_id(text: str) -> str:
    """A build id that a person typed, or that becomes part of a key. Raises InvalidRequestError."""
    if not _FORM.fullmatch(text):
        raise InvalidRequestError(f"'{text}' is no build id, expected a commit of {_SHA} hexadecimal digits")
    return text


def differences(manifest: BuildManifest, artefacts: Mapping[str, bytes]) -> list[str]:
    """In words, everything in which these bytes are not what the manifest names; empty when they are."""
    found = {name: hashlib.sha256(content).hexdigest() for name, content in artefacts.items()}
    return [
        f"{name}: expected SHA-256 {manifest.sha256.get(name, '(none)')}, found {found.get(name, '(missing)')}"
        for name in sorted({*manifest.sha256, *found})
        if manifest.sha256.get(name) != found.get(name)
    ]
