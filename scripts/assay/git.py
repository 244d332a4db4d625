"""What git says of the sources: files at another commit, and which commit this is."""

import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from assay.console import USAGE, CommandError


def files_at(ref: str, folder: str, repository: Path) -> dict[str, str]:
    """Text of every file below a folder at a commit, by its path inside the folder."""
    names = _git(repository, "ls-tree", "-r", "--name-only", "--full-tree", f"{ref}^{{commit}}", f"{folder}/")
    return {name.removeprefix(f"{folder}/"): file_at(ref, name, repository) for name in names.splitlines()}


def file_at(ref: str, path: str, repository: Path) -> str:
    """Text of one file at a commit."""
    return _git(repository, "show", f"{ref}:{path}")


def commit_of(repository: Path, sources: Sequence[str]) -> tuple[str, bool]:
    """The commit, and whether these sources differ from it; empty where the folder is no repository of its own."""
    if not (repository / ".git").exists():
        return "", False
    changed = _git(repository, "status", "--porcelain", "--untracked-files=all", "--", *sources)
    return _git(repository, "rev-parse", "HEAD").strip(), bool(changed.strip())


@contextmanager
def checkout(ref: str, repository: Path) -> Iterator[Path]:
    """A working tree of a commit, beside the one people work in, for as long as the block lasts."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        _git(repository, "worktree", "add", "--detach", "--force", str(tree), f"{ref}^{{commit}}")
        try:
            yield tree
        finally:
            _git(repository, "worktree", "remove", "--force", str(tree))


def _git(repository: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(repository), *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CommandError(f"git {' '.join(arguments)}: {done.stderr.strip()}", USAGE)
    return done.stdout
