"""The repository as somebody would change it: a copy whose commands run against the stack of this session."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assay.build import REPOSITORY

PARTS = ("contracts", "lake", "glue", "lambda", "scripts", "sql", "terraform", "docs")
FILES = ("requirements.lock", "pyproject.toml")
_PLAN = (
    "from assay import terraform as t; from assay.build import ARTIFACTS; t.init('local');"
    "t.run(['plan', '-out=' + str(t.data_folder() / 'next'), '-var-file=envs/local.tfvars',"
    " f'-var=artifacts_dir={ARTIFACTS}']); print(t.run(['show', '-json', str(t.data_folder() / 'next')]))"
)


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    output: str
    errors: str


@dataclass(frozen=True)
class Sources:
    """A folder with the repository's sources in it."""

    folder: Path

    def assay(self, *arguments: str) -> str:
        """What the command prints; it must succeed."""
        return self._succeeds("-m", "assay", *arguments)

    def tried(self, *arguments: str) -> Done:
        """How the command ends, well or badly."""
        return self._run("-m", "assay", *arguments)

    def plan(self) -> list[dict[str, Any]]:
        """What an apply of these sources would change."""
        self._succeeds("-c", "from assay.build import build; build()")
        output = self._succeeds("-c", _PLAN)
        # Terraform may say more than the plan, before it and after it
        found = json.JSONDecoder().raw_decode(output, output.index('{"format_version"'))[0]["resource_changes"]
        return [each for each in found if each["mode"] == "managed" and each["change"]["actions"] != ["no-op"]]

    def _succeeds(self, *arguments: str) -> str:
        done = self._run(*arguments)
        assert done.code == 0, done.errors
        return done.output

    def _run(self, *arguments: str) -> Done:
        paths = ":".join(str(self.folder / part) for part in ("", "glue", "lambda", "scripts"))
        data = self.folder / ".terraform-data" if self.folder != REPOSITORY else Path(os.environ["TF_DATA_DIR"])
        environment = {**os.environ, "PYTHONPATH": paths, "TF_DATA_DIR": str(data)}
        done = subprocess.run(
            [sys.executable, *arguments], cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        return Done(done.returncode, done.stdout, done.stderr)


def copied(folder: Path) -> Sources:
    """A copy of the repository to change."""
    for part in PARTS:
        shutil.copytree(REPOSITORY / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", ".terraform"))
    for file in FILES:
        shutil.copy(REPOSITORY / file, folder)
    return Sources(folder)
