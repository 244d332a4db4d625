"""Scenario 3, its deployment: a version is added to a running stack, and nothing that is there is replaced."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assay import terraform
from assay.build import REPOSITORY
from assay.target import Target
from tests.scenarios import pipeline
from tests.scenarios.pipeline import number, outcome, query

pytestmark = [pytest.mark.stack, pytest.mark.slow]

PARTS = ("contracts", "lake", "glue", "lambda", "scripts", "sql", "terraform", "docs")
# a build's artefacts lie under the build's own name; everything else stays where it is
MAY_BE_REPLACED = {"aws_s3_object"}


@pytest.fixture
def grown(target: Target, tmp_path: Path) -> Iterator[Path]:
    """The repository with one more version of transactions, and afterwards the stack as it was."""
    for part in PARTS:
        shutil.copytree(REPOSITORY / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__", ".terraform"))
    yield tmp_path
    _assay(REPOSITORY, "apply", "--json")
    assert terraform.plan_is_empty(target.environment)


def test_an_additive_change_is_deployed_beside_what_is_there(target: Target, grown: Path, tmp_path: Path) -> None:
    before = pipeline.run_file(
        target, pipeline.write_csv(tmp_path / "before.csv", pipeline.rows_for("2031-03", 20, "old")), "2031-03-31"
    )
    assert outcome(before) == "succeeded"

    _assay(grown, "contract", "new-version", "transactions", "--column", "branch:string:Branch")
    _assay(grown, "contract", "render")
    assert json.loads(_assay(grown, "contract", "diff", "v2", "v3", "--json"))["verdict"] == "additive"
    _nothing_is_replaced(grown)
    _assay(grown, "apply", "--json")
    assert _plan(grown) == []

    header = [*pipeline.HEADER, "MerchantCategory", "Branch"]
    rows = [[*row, "Fuel", "Leeds"] for row in pipeline.rows_for("2031-03", 5, "new")]
    after = pipeline.run_file(target, pipeline.write_csv(tmp_path / "after.csv", rows, header), "2031-04-01")
    assert outcome(after) == "succeeded"
    found = query(
        target, "SELECT schema_v, branch, count(*) FROM transactions WHERE year = 2031 GROUP BY 1, 2 ORDER BY schema_v"
    )
    assert [[version, branch or None, count] for version, branch, count in found] == [
        ["v1", None, "20"],
        ["v3", "Leeds", "5"],
    ]
    assert number(target, "SELECT count(*) FROM transactions_v1 WHERE year = 2031") == 20


def _nothing_is_replaced(repository: Path) -> None:
    made = set()
    for each in _plan(repository):
        actions, kind = each["change"]["actions"], each["type"]
        assert "delete" not in actions or kind in MAY_BE_REPLACED, (each["address"], actions)
        if actions == ["create"]:
            made.add(each["change"]["after"]["name"])
    assert made == {"transactions_v3", "transactions_v3_runs"}


def _plan(repository: Path) -> list[dict[str, Any]]:
    """What an apply of these sources would change."""
    _in(repository, "-c", "from assay.build import build; build()")
    script = (
        "from assay import terraform as t; from assay.build import ARTIFACTS; t.init('local');"
        "t.run(['plan', '-out=' + str(t.data_folder() / 'next'), '-var-file=envs/local.tfvars',"
        " f'-var=artifacts_dir={ARTIFACTS}']); print(t.run(['show', '-json', str(t.data_folder() / 'next')]))"
    )
    output = _in(repository, "-c", script)
    # Terraform may say more than the plan, before it and after it
    found = json.JSONDecoder().raw_decode(output, output.index('{"format_version"'))[0]["resource_changes"]
    return [each for each in found if each["mode"] == "managed" and each["change"]["actions"] != ["no-op"]]


def _assay(repository: Path, *arguments: str) -> str:
    return _in(repository, "-m", "assay", *arguments)


def _in(repository: Path, *arguments: str) -> str:
    """Run Python over the sources of a folder, against the stack of this session."""
    sources = ":".join(str(repository / part) for part in ("", "glue", "lambda", "scripts"))
    data = repository / ".terraform-data" if repository != REPOSITORY else Path(os.environ["TF_DATA_DIR"])
    environment = {**os.environ, "PYTHONPATH": sources, "TF_DATA_DIR": str(data)}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=repository, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
