"""The truth file of an input: how many rows must end where, and with which error code."""

import json
from pathlib import Path
from typing import Any


def truth_path(file: Path) -> Path:
    """Where the truth of a file is."""
    return file.with_name(file.name + ".truth.json")


def rows_of(file: Path) -> int:
    """How many rows a file has."""
    return int(json.loads(truth_path(file).read_text())["rows"])


def differences(found: dict[str, Any], file: Path) -> dict[str, Any]:
    """What differs from the truth file: found and expected."""
    truth = json.loads(truth_path(file).read_text())
    names = ("valid", "duplicate", "quarantined", "errors")
    return {name: (found[name], truth[name]) for name in names if name in found and found[name] != truth[name]}
