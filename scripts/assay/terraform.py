"""Terraform, run for one environment: found, initialised, planned and applied."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from assay.build import ARTIFACTS, REPOSITORY
from assay.console import CommandError

ROOT = REPOSITORY / "terraform"
LONGEST_PROBLEM = 2_000
MISSING = (
    "Terraform is not on the PATH. Install Terraform 1.11 or newer "
    "(developer.hashicorp.com/terraform/install, or your system's package manager), then try again."
)


@dataclass(frozen=True)
class Step:
    """One line of Terraform's progress."""

    action: str
    resource: str


@cache
def plugin_folder() -> Path | None:
    """A local provider mirror: a folder that holds `registry.terraform.io`, if this machine has one.

    TF_PLUGIN_DIR names it; otherwise it is found by name, two levels below the root or in Terraform's own folder.
    None means that providers come from the public registry.
    """
    given = os.environ.get("TF_PLUGIN_DIR")
    if given:
        return Path(given)
    mirrors = [
        *Path("/").glob("[!p]*/*/registry.terraform.io"),
        Path.home() / ".terraform.d/plugins/registry.terraform.io",
    ]
    return next((each.parent for each in mirrors if each.is_dir()), None)


def environment() -> dict[str, str]:
    """The variables Terraform runs under: this process's own, without colour and questions."""
    return {
        **os.environ,
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
        "TF_CLI_ARGS": "-no-color",
        "TF_DATA_DIR": str(data_folder()),
    }


def data_folder() -> Path:
    """Where Terraform keeps providers and backend settings; apart from the sources."""
    return Path(os.environ.get("TF_DATA_DIR", REPOSITORY / ".local" / "terraform"))


def init(name: str) -> None:
    """Prepare the backend and the providers of an environment."""
    mirror = plugin_folder()
    extra = [f"-plugin-dir={mirror}"] if mirror else []
    run(["init", "-reconfigure", f"-backend-config=envs/{name}.s3.tfbackend", *extra])


def apply(name: str, show: Callable[[Step], None]) -> int:
    """Apply an environment; the number of resources that changed."""
    changed = 0
    arguments = ["apply", "-json", "-auto-approve", f"-var-file=envs/{name}.tfvars", f"-var=artifacts_dir={ARTIFACTS}"]
    for event in _events(arguments):
        hook = event.get("hook", {})
        if event["type"] == "apply_complete":
            changed += 1
        if event["type"] in {"apply_start", "apply_complete"}:
            show(Step(f"{hook['action']} {event['type'].removeprefix('apply_')}", hook["resource"]["addr"]))
    return changed


def plan_is_empty(name: str) -> bool:
    """True when Terraform would change nothing."""
    arguments = ["plan", "-detailed-exitcode", f"-var-file=envs/{name}.tfvars", f"-var=artifacts_dir={ARTIFACTS}"]
    done = _start(arguments, subprocess.PIPE)
    output, _ = done.communicate()
    if done.returncode not in {0, 2}:
        raise CommandError(f"terraform plan failed:\n{output}")
    return done.returncode == 0


def run(arguments: list[str]) -> str:
    """Run one Terraform command; its output. Raises CommandError with the output when it fails."""
    done = _start(arguments, subprocess.PIPE)
    output, _ = done.communicate()
    if done.returncode != 0:
        raise CommandError(f"terraform {arguments[0]} failed:\n{output}")
    return output


def _events(arguments: list[str]) -> Iterator[dict[str, Any]]:
    problems: list[str] = []
    process = _start(arguments, subprocess.PIPE)
    assert process.stdout is not None
    for line in process.stdout:
        event = _event(line)
        if event.get("@level") == "error" or event["type"] == "raw":
            problems.append(_problem(event))
        yield event
    if process.wait() != 0:
        raise CommandError(f"terraform {arguments[0]} failed:\n" + "\n".join(problems))


def _event(line: str) -> dict[str, Any]:
    try:
        event: dict[str, Any] = json.loads(line)
    except json.JSONDecodeError:
        event = {"@message": line.rstrip()}
    return {"type": "raw", **event}


def _problem(event: dict[str, Any]) -> str:
    detail = event.get("diagnostic", {})
    words = f"{detail.get('address', '')} {event.get('@message', '')} {detail.get('detail', '')}".strip()
    return words if len(words) <= LONGEST_PROBLEM else words[:LONGEST_PROBLEM] + " …"


def _start(arguments: list[str], output: int) -> "subprocess.Popen[str]":
    program = shutil.which("terraform")
    if program is None:
        raise CommandError(MISSING)
    return subprocess.Popen(
        [program, f"-chdir={ROOT}", *arguments],
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        text=True,
    )
