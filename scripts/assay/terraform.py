"""Terraform, run for one environment: found, initialised, planned and applied."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from assay.build import REPOSITORY
from assay.console import CommandError, err

ROOT = REPOSITORY / "terraform"
LONGEST_PROBLEM = 2_000
POLL_SECONDS = 0.1
MISSING = (
    "Terraform is not on the PATH. Install Terraform 1.11 or newer "
    "(developer.hashicorp.com/terraform/install, or your system's package manager), then try again."
)


@dataclass(frozen=True)
class Step:
    """One line of Terraform's progress."""

    action: str
    resource: str


@dataclass(frozen=True)
class Applied:
    """What an apply did: resources that changed, and the outputs of the root."""

    changed: int
    outputs: dict[str, Any]


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


def init(name: str, root: Path = ROOT) -> None:
    """Prepare the backend and the providers of an environment."""
    mirror = plugin_folder()
    extra = [f"-plugin-dir={mirror}"] if mirror else []
    run(["init", "-reconfigure", f"-backend-config=envs/{name}.s3.tfbackend", *extra], root)


def state_key(name: str) -> str:
    """Key of an environment's state in its state bucket."""
    found = re.search(r'^key\s*=\s*"([^"]+)"', (ROOT / "envs" / f"{name}.s3.tfbackend").read_text(), re.M)
    if found is None:
        raise CommandError(f"terraform/envs/{name}.s3.tfbackend names no key")
    return found[1]


def apply(name: str, show: Callable[[Step], None], root: Path = ROOT, target: str = "") -> Applied:
    """Apply an environment as it is described, or one module of it."""
    targeted = [f"-target={target}"] if target else []
    return _apply(["apply", "-json", "-auto-approve", *_variables(name, root), *targeted], show, root)


def plan_is_empty(name: str, root: Path = ROOT) -> bool:
    """True when Terraform would change nothing."""
    done = _start(["plan", "-detailed-exitcode", *_variables(name, root)], subprocess.PIPE, root)
    output, _ = done.communicate()
    if done.returncode not in {0, 2}:
        raise CommandError(f"terraform plan failed:\n{output}")
    return done.returncode == 0


def save_plan(name: str, file: Path, root: Path = ROOT, target: str = "", refresh_only: bool = False) -> dict[str, Any]:
    """Plan an environment, or one module of it, into a file; what Terraform says is in it."""
    options = [*([f"-target={target}"] if target else []), *(["-refresh-only"] if refresh_only else [])]
    run(["plan", "-lock-timeout=120s", f"-out={file}", *_variables(name, root), *options], root)
    output = run(["show", "-json", str(file)], root)
    # Terraform may say more than the plan, before it and after it
    plan: dict[str, Any] = json.JSONDecoder().raw_decode(output, output.index('{"format_version"'))[0]
    return plan


def apply_plan(file: Path, show: Callable[[Step], None], root: Path = ROOT) -> Applied:
    """Apply exactly what a saved plan says. Fails when the state has moved since."""
    return _apply(["apply", "-json", "-lock-timeout=120s", str(file)], show, root)


def run(arguments: list[str], root: Path = ROOT) -> str:
    """Run one Terraform command; its output. Raises CommandError with the output when it fails."""
    done = _start(arguments, subprocess.PIPE, root)
    output, _ = done.communicate()
    if done.returncode != 0:
        raise CommandError(f"terraform {arguments[0]} failed: {_first_error(output)}\n{output}")
    return output


def _first_error(output: str) -> str:
    """The first error among all that Terraform says, for the first line of a mail."""
    found = re.search(r"^\W*Error: (.+)$", output, re.M)
    return found[1].strip() if found else "it gave no error"


def _variables(name: str, root: Path) -> list[str]:
    return [f"-var-file=envs/{name}.tfvars", f"-var=artifacts_dir={root.parent / 'build' / 'artifacts'}"]


def _apply(arguments: list[str], show: Callable[[Step], None], root: Path) -> Applied:
    changed, outputs = 0, {}
    for event in _events(arguments, root):
        hook = event.get("hook", {})
        if event["type"] == "apply_complete":
            changed += 1
        if event["type"] in {"apply_start", "apply_complete"}:
            show(Step(f"{hook['action']} {event['type'].removeprefix('apply_')}", hook["resource"]["addr"]))
        if event["type"] == "outputs":
            outputs = {name: found.get("value") for name, found in event["outputs"].items()}
    return Applied(changed, outputs)


def _events(arguments: list[str], root: Path) -> Iterator[dict[str, Any]]:
    problems: list[str] = []
    said: list[str] = []
    data_folder().mkdir(parents=True, exist_ok=True)
    # Into a file: with nobody at the end of a pipe Terraform would die on the way, without writing its state.
    with tempfile.NamedTemporaryFile("w+", dir=data_folder(), suffix=".log") as log:
        process = _start(arguments, log.fileno(), root)
        try:
            for line in _lines(process, Path(log.name)):
                event = _event(line)
                if event.get("@level") == "error":
                    problems.append(_problem(event))
                elif event["type"] == "raw":
                    said.append(_problem(event))
                yield event
        except (KeyboardInterrupt, GeneratorExit):
            # Ctrl-C reaches it as well; a second signal would end it before it has written its state
            err.print("waiting until Terraform has ended what it began")
            process.wait()
            raise
    if process.wait() != 0:
        raise CommandError(f"terraform {arguments[0]} failed: " + "\n".join([*problems, *said]))


def _lines(process: "subprocess.Popen[str]", log: Path) -> Iterator[str]:
    rest = ""
    with log.open() as lines:
        while True:
            over = process.poll() is not None
            *whole, rest = (rest + lines.read()).split("\n")
            yield from whole
            if over:
                break
            time.sleep(POLL_SECONDS)
    if rest:
        yield rest


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


def _start(arguments: list[str], output: int, root: Path) -> "subprocess.Popen[str]":
    program = shutil.which("terraform")
    if program is None:
        raise CommandError(MISSING)
    return subprocess.Popen(
        [program, f"-chdir={root}", *arguments],
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        text=True,
    )
