"""Terraform over a build as it is kept: unpacked into a folder of its own, planned, applied exactly as planned."""

import io
import json
import shutil
import socket
import subprocess
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from assay import terraform
from assay.console import CommandError
from assay.target import Target
from assay.terraform import Step
from lake.errors import NotFoundError
from lake.rules.build_manifest import MANIFEST, STACK
from lake.rules.json_record import to_json
from lake.rules.plan_policy import Change, changes_of
from lake.steps.keep_build import fetch_build
from lake.steps.ports import Store

# how long a lock of another machine is given, and how long one of this machine
LOCK_SECONDS = 120
FINISH_SECONDS = 1800


class TerraformInfrastructure:
    """The `Infrastructure` port of one environment."""

    def __init__(self, target: Target, store: Store, show: Callable[[Step], None]) -> None:
        self._target = target
        self._store = store
        self._show = show
        self._folder = terraform.data_folder() / "builds"
        self._planned = ""

    def plan(self, build_id: str) -> list[Change]:
        """Plan what the build is not yet, and keep the plan."""
        self._planned = ""
        root = self._unpack(build_id)
        terraform.init(self._target.environment, root)
        plan = terraform.save_plan(self._target.environment, self._plan_file(build_id), root)
        self._planned = build_id
        return changes_of(plan)

    def has_plan(self, build_id: str) -> bool:
        """Whether there is a plan that was not applied yet."""
        return self._planned == build_id

    def apply(self, build_id: str) -> str:
        """Apply the plan; a plan is applied once."""
        self._planned = ""
        applied = terraform.apply_plan(self._plan_file(build_id), self._show, self._root(build_id))
        return str(applied.outputs["pipeline_version_arn"])

    def release(self) -> None:
        """A Terraform that lost its parent finishes and unlocks by itself; one that was killed leaves its lock."""
        here = time.monotonic() + FINISH_SECONDS
        elsewhere = time.monotonic() + LOCK_SECONDS
        while (lock := self._lock()) is not None and not _is_dead(lock["Who"]):
            now = time.monotonic()
            if now > elsewhere and not _is_here(lock["Who"]):
                break
            if now > here:
                raise CommandError(f"a Terraform of this machine still holds the state: lock {lock['ID']}; wait for it")
            time.sleep(1)
        if lock is not None:
            terraform.init(self._target.environment)
            terraform.run(["force-unlock", "-force", lock["ID"]])

    def _lock(self) -> dict[str, str] | None:
        state = terraform.state_key(self._target.environment)
        try:
            found: dict[str, str] = json.loads(self._store.read(f"{self._target.name}-state", f"{state}.tflock").body)
        except NotFoundError:
            return None
        return found

    def _unpack(self, build_id: str) -> Path:
        manifest, artefacts = fetch_build(self._store, self._target.bucket("artifacts"), build_id)
        folder = self._folder / build_id
        shutil.rmtree(folder, ignore_errors=True)
        zipfile.ZipFile(io.BytesIO(artefacts[STACK])).extractall(folder)
        for name, content in {**artefacts, MANIFEST: to_json(manifest).encode()}.items():
            file = folder / "build" / "artifacts" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        if not (self._root(build_id) / "envs" / f"{self._target.environment}.tfvars").is_file():
            raise CommandError(f"build {build_id} knows no environment {self._target.environment}")
        return self._root(build_id)

    def _root(self, build_id: str) -> Path:
        return self._folder / build_id / "terraform"

    def _plan_file(self, build_id: str) -> Path:
        # beside the build, not in it: a plan holds whatever the state holds
        return self._folder / f"{build_id}.tfplan"


def _is_here(who: str) -> bool:
    """Whether the Terraform that holds a lock (`user@host`) runs, or ran, on this machine."""
    return who.rpartition("@")[2] == socket.gethostname()


def _is_dead(who: str) -> bool:
    """Whether it is provably gone: it ran on this machine, and is not among the processes."""
    if not _is_here(who):
        return False
    listing = subprocess.run(["ps", "-ww", "-eo", "args="], capture_output=True, text=True, check=False).stdout
    ours = f"-chdir={terraform.data_folder()}/"
    return not any("terraform" in line and ours in line for line in listing.splitlines())
