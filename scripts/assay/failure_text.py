"""The end of a story that went wrong, from `_FAILED.json`."""

from typing import Any

from assay.console import out
from lake.rules.journal import Journal
from lake.rules.json_record import from_dict

LOG_LINES = 15


def print_failure(found: dict[str, Any], journal: dict[str, Any]) -> None:
    """What happened, where, what led there, what it means for data, where to look, what to do.

    `journal`: how far the promotion is by now, since a later run may have finished it; empty when there was none.
    """
    tries = f" after {found['attempts']} attempt(s)" if found.get("attempts") else ""
    _line("what", f"failed in {found['state']} at {found['failed_at']}{tries}: {found['error']}")
    _line("why", found["message"])
    _line("the way", " → ".join(found.get("states") or ()))
    _line("build", found["build_id"])
    for partition in found["promoted"]:
        _line("promoted", partition)
    for partition in found["pending"]:
        _line("pending", partition)
    for partition in _promoted_since(found, journal):
        _line("later", f"{partition} was promoted later")
    if found.get("job"):
        _line("job run", f"{found['job']['name']} {found['job']['job_run_id']}")
        for line in found["job"]["log_tail"][-LOG_LINES:]:
            _line("log", line)
    for name, address in (found.get("links") or {}).items():
        _line("look at", f"{name}: {address}")
    _line("data at risk?", found["data"])
    _line("runbook", "docs/runbooks/failed-run.md")
    _line("what to do", found["next_step"])


def _promoted_since(found: dict[str, Any], journal: dict[str, Any]) -> list[str]:
    layers = from_dict(Journal, journal, "the journal").layers if journal else {}
    done = [each.partition for layer in layers.values() for each in layer.done]
    return [each for each in found["pending"] if each in done]


def _line(name: str, text: str) -> None:
    if text:
        out.print(f"{name:<13}", text, soft_wrap=True, markup=False, highlight=False)
