"""The plan of a deployment on its way to reviewers and back: what they saw is what is applied, or nothing is."""

import json
from pathlib import Path
from typing import Any

from assay.console import REFUSED, CommandError

_SEEN = ("build_id", "changes")


def write(found: dict[str, Any], file: Path) -> None:
    """Keep a plan for the deployment that follows its review: addresses and actions, no values."""
    file.write_text(json.dumps(found, indent=1, sort_keys=True, default=list) + "\n", encoding="utf-8")


def require_same(found: dict[str, Any], reviewed: Path) -> None:
    """Raises CommandError when the plan is another than the one that was reviewed."""
    seen, now = json.loads(reviewed.read_text(encoding="utf-8")), json.loads(json.dumps(found, default=list))
    if [seen[each] for each in _SEEN] == [now[each] for each in _SEEN]:
        return
    raise CommandError(
        f"the plan is not the one that was reviewed, nothing was changed.\n"
        f"reviewed: build {seen['build_id']}, {_told(seen)}\nnow:      build {now['build_id']}, {_told(now)}\n"
        f"Something was deployed or changed in between: plan again, and let it be reviewed again",
        REFUSED,
    )


def markdown(found: dict[str, Any], environment: str) -> str:
    """The plan for the page of a workflow's run."""
    lines = [f"### Build {found['build_id']} to {environment}", "", f"{_told(found)}", ""]
    lines += [f"- **refused**: {each}" for each in found["refused"]]
    lines += [f"- {'/'.join(each['actions'])} `{each['address']}`" for each in found["changes"]]
    return "\n".join(lines)


def _told(found: dict[str, Any]) -> str:
    return ", ".join(f"{count} {word}" for word, count in found["counts"].items()) or "nothing changes"
