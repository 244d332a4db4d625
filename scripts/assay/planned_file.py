"""The plan of a deployment on its way to reviewers and back: what they saw is what is applied, or nothing is."""

import json
from pathlib import Path
from typing import Any

from assay.deploy import Reviewed


def write(found: dict[str, Any], file: Path) -> None:
    """Keep a plan for the deployment that follows its review: addresses and actions, no values."""
    file.write_text(json.dumps(found, indent=1, sort_keys=True, default=list) + "\n", encoding="utf-8")


def read(file: Path) -> Reviewed:
    """What reviewers saw: a deployment is refused when its plan is another by then."""
    seen = json.loads(file.read_text(encoding="utf-8"))
    return Reviewed(seen["build_id"], seen["digest"])


def markdown(found: dict[str, Any], environment: str) -> str:
    """The plan for the page of a workflow's run."""
    lines = [f"### Build {found['build_id']} to {environment}", "", f"{_told(found)}", ""]
    lines += [f"- **refused**: {each}" for each in found["refused"]]
    lines += [f"- {'/'.join(each['actions'])} `{each['address']}`" for each in found["changes"]]
    return "\n".join(lines)


def _told(found: dict[str, Any]) -> str:
    return ", ".join(f"{count} {word}" for word, count in found["counts"].items()) or "nothing changes"
