"""Scenario 5: what a pull request would change is planned on a stack that its base applied, without an account."""

import os
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assay.__main__ import app
from assay.build import REPOSITORY

# a local AWS of its own, and an apply
pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(1200)]

SETTINGS = "terraform/envs/local.tfvars"
CHANGED = 'module.orchestration.aws_scheduler_schedule.this["quarantine-digest"]'


@pytest.fixture
def base(tmp_path: Path) -> str:
    """A commit like the newest one, but that the daily mail about quarantine goes out at another time."""
    settings = tmp_path / "local.tfvars"
    settings.write_text(_git("show", f"HEAD:{SETTINGS}") + 'quarantine_digest_time = "05:15"\n')
    index = {"GIT_INDEX_FILE": str(tmp_path / "index")}
    _git("read-tree", "HEAD", **index)
    blob = _git("hash-object", "-w", str(settings)).strip()
    _git("update-index", "--cacheinfo", f"100644,{blob},{SETTINGS}", **index)
    tree = _git("write-tree", **index).strip()
    person = {f"GIT_{who}_{what}": "t@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return _git("commit-tree", tree, "-p", "HEAD", "-m", "another time", **person).strip()


def test_reviewers_see_the_verdict_and_what_would_change(
    base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    comment, page = tmp_path / "review.md", tmp_path / "summary"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    done = CliRunner().invoke(app, ["review", "render", "--against", base, "--output", str(comment)])
    assert done.exit_code == 0, done.exception
    text = comment.read_text()
    assert "They may follow those of the base." in text
    assert f"~ {CHANGED} (schedule_expression)" in text
    assert "Destroyed or replaced" not in text
    assert page.read_text().strip() == text.strip()


def _git(*arguments: str, **environment: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(REPOSITORY), *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
