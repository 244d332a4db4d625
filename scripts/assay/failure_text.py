"""The end of a story that went wrong, from `_FAILED.json`."""

from typing import Any

from assay.console import out

LOG_LINES = 15


def print_failure(found: dict[str, Any]) -> None:
    """What happened, where, what led there, what it means for data, where to look, what to do."""
    tries = f" after {found['attempts']} attempt(s)" if found.get("attempts") else ""
    _line("what", f"failed in {found['state']} at {found['failed_at']}{tries}: {found['error']}")
    _line("why", found["message"])
    _line("the way", " → ".join(found.get("states") or ()))
    _line("build", found["build_id"])
    for partition in found["promoted"]:
        _line("promoted", partition)
    for partition in found["pending"]:
        _line("pending", partition)
    if found.get("job"):
        _line("job run", f"{found['job']['name']} {found['job']['job_run_id']}")
        for line in found["job"]["log_tail"][-LOG_LINES:]:
            _line("log", line)
    for name, address in (found.get("links") or {}).items():
        _line("look at", f"{name}: {address}")
    _line("data at risk?", found["data"])
    _line("runbook", "docs/runbooks/failed-run.md")
    _line("what to do", found["next_step"])


def _line(name: str, text: str) -> None:
    if text:
        out.print(f"{name:<13}", text, soft_wrap=True, markup=False, highlight=False)
