"""A commit beside the working tree."""

import subprocess
from pathlib import Path

import pytest

from assay import git
from assay.console import CommandError


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose newest commit says `new`, the one before `old`, and the working tree something else."""
    folder = tmp_path / "repository"
    folder.mkdir()
    _git(folder, "init", "--quiet")
    for text in ("old", "new"):
        (folder / "file").write_text(text)
        _git(folder, "add", "file")
        _git(folder, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "-m", text)
    (folder / "file").write_text("not committed")
    return folder


def test_a_commit_is_checked_out_beside_the_working_tree_and_goes_again(repository: Path) -> None:
    with git.checkout("HEAD~1", repository) as tree:
        assert (tree / "file").read_text() == "old"
    assert (repository / "file").read_text() == "not committed"
    assert not tree.exists()
    assert len(_git(repository, "worktree", "list").splitlines()) == 1


def test_a_commit_that_is_not_there_is_told(repository: Path) -> None:
    with pytest.raises(CommandError, match="nowhere"), git.checkout("nowhere", repository):
        pass


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True)
    return done.stdout
