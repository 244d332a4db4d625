"""The software bill of materials of a build: CycloneDX 1.6, read from the lock."""

import json
import re
import uuid
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from assay.console import CommandError

_PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s\\;]+)", re.M)


def bill(lock: Path, packages: tuple[str, ...], commit: str, sums: Mapping[str, str]) -> bytes:
    """The bill of a build that ships these packages. Raises CommandError when another version is installed."""
    components = [_component(name, _pinned(lock, name)) for name in sorted(packages)]
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([dict(sums), components], sort_keys=True))
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "assay", "version": commit or "0"}},
        "components": components,
    }
    return (json.dumps(document, indent=1) + "\n").encode()


def _component(name: str, version: str) -> dict[str, Any]:
    purl = f"pkg:pypi/{name}@{version}"
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}


def _pinned(lock: Path, name: str) -> str:
    pins = dict(_PIN.findall(lock.read_text()))
    installed = metadata.version(name)
    if pins.get(name) != installed:
        raise CommandError(
            f"{name} {installed} is installed, {lock.name} pins {pins.get(name, 'nothing')}: a build would ship what "
            "nobody locked; run: make setup"
        )
    return installed
