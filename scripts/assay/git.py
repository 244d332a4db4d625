"""Files as git has them at another commit."""

import subprocess
from pathlib import Path

from assay.build import REPOSITORY
from assay.console import USAGE, CommandError


def files_at(ref: str, folder: str, repository: Path = REPOSITORY) -> dict[str, str]:
    """Text of every file below a folder at a commit, by its path inside the folder."""
    names = _git(repository, "ls-tree", "-r", "--name-only", "--full-tree", f"{ref}^{{commit}}", f"{folder}/")
    return {name.removeprefix(f"{folder}/"): file_at(ref, name, repository) for name in names.splitlines()}


def file_at(ref: str, path: str, repository: Path = REPOSITORY) -> str:
    """Text of one file at a commit."""
    return _git(repository, "show", f"{ref}:{path}")


def _git(repository: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(repository), *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CommandError(f"git {' '.join(arguments)}: {done.stderr.strip()}", USAGE)
    return done.stdout
