"""What a pull request would change: the verdict on its contracts, and its plan against what it starts from.

The plan is made on a local AWS of its own: the stack of the other commit is applied there, then this one is planned.
No account is asked, so a pull request of anybody can be looked at.
"""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from assay import contract_files, git, saved_plan, terraform
from assay.build import REPOSITORY
from assay.console import CommandError
from assay.plan_changes import REPLACE, Change, changes, summary
from assay.target import LOCAL, select
from lake.rules.released import problems_against
from local_aws.throwaway import local_aws

MARKER = "<!-- assay review -->"
_SOURCES = (".", "glue", "lambda", "scripts")
_LONGEST = 50_000


@dataclass(frozen=True)
class Review:
    """What reviewers should know before they look at the files."""

    against: str
    problems: list[str]
    changes: list[Change]


def review(against: str) -> Review:
    """Judge the contracts and plan the stack of this working tree against a commit."""
    problems = problems_against(contract_files.released(against), contract_files.proposed())
    return Review(against, problems, _planned(against))


def markdown(found: Review) -> str:
    """The review as a comment: verdict first, then what is lost, then the rest."""
    lines = ["### Contracts", ""]
    if found.problems:
        lines += ["**Refused**: these contracts cannot follow those of the base.", ""]
        lines += [f"- {each}" for each in found.problems]
    else:
        lines += ["They may follow those of the base."]
    lines += ["", "### Terraform", "", f"{summary(found.changes)} (planned on a local AWS)"]
    lost = [each for each in found.changes if each.action in {"delete", REPLACE}]
    if lost:
        lines += ["", "**Destroyed or replaced:**", "", *(f"- `{each.address}`" for each in lost)]
    if found.changes:
        listed = _cut([str(each) for each in found.changes])
        lines += ["", "<details><summary>Every change</summary>", "", "```diff", *listed, "```", "", "</details>"]
    return "\n".join(lines) + "\n"


def _cut(lines: list[str]) -> list[str]:
    """As many lines as a comment holds."""
    size = 0
    for position, line in enumerate(lines):
        size += len(line) + 1
        if size > _LONGEST:
            return [*lines[:position], f"… and {len(lines) - position} more"]
    return lines


def _planned(against: str) -> list[Change]:
    """The plan of this working tree on a stack that the other commit applied."""
    with tempfile.TemporaryDirectory() as name, local_aws(Path(name)), git.checkout(against, REPOSITORY) as base:
        _assay(base, "apply")
        return changes(saved_plan.make(select(LOCAL)))


def _assay(repository: Path, *arguments: str) -> None:
    """Run the command as that working tree has it, in this environment's Python."""
    sources = os.pathsep.join(str(repository / each) for each in _SOURCES)
    environment = {**os.environ, "PYTHONPATH": sources, "TF_DATA_DIR": str(terraform.data_folder() / "base")}
    command = [sys.executable, "-m", "assay", *arguments]
    done = subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CommandError(f"the base's own `assay {' '.join(arguments)}` failed:\n{done.stdout}{done.stderr}")
