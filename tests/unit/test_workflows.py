"""GitHub's workflows: each step is a command that people have as well, and none has more rights than it needs.

What the commands do is tested where they are; here it is certain that they exist with these options.
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from assay.__main__ import app
from assay.build import REPOSITORY

FOLDER = REPOSITORY / ".github" / "workflows"
Json = dict[str, Any]
WORKFLOWS: dict[str, Json] = {path.stem: yaml.safe_load(path.read_text()) for path in sorted(FOLDER.glob("*.yml"))}
JOBS = [(name, job) for name, workflow in WORKFLOWS.items() for job in workflow["jobs"]]
TARGETS = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
COMMAND = typer.main.get_command(app)
ACTION = re.compile(r"^\s*(?:- )?uses: (?P<action>[\w./-]+)@(?P<sha>[0-9a-f]{40}) # v\d+\.\d+\.\d+$")
VARIABLE = re.compile(r"\$(\w+)")
SETTING = re.compile(r"vars\.(\w+)|vars\[format\('\{0\}_(\w+)'")
ROLE = "aws-actions/configure-aws-credentials@"
FILES = ("review.md", "plan.json")
WRITES = {"id-token", "pull-requests"}


def job_of(workflow: str, job: str) -> Json:
    found: Json = WORKFLOWS[workflow]["jobs"][job]
    return found


def commands() -> Iterator[Any]:
    """Every command of every step, with the variables that are set for it."""
    for workflow, job in JOBS:
        known = {**WORKFLOWS[workflow].get("env", {}), **job_of(workflow, job).get("env", {})}
        for step in job_of(workflow, job)["steps"]:
            for line in step.get("run", "").splitlines():
                yield pytest.param(line, {**known, **step.get("env", {})}, id=f"{workflow}-{job}: {line}")


@pytest.mark.parametrize(("line", "variables"), list(commands()))
def test_a_step_is_a_command_that_people_have(
    line: str, variables: Json, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in FILES:
        (tmp_path / name).write_text("what another job has left")
    used = set(VARIABLE.findall(line))
    assert used <= set(variables), "a variable that nobody sets"
    program, *arguments = shlex.split(VARIABLE.sub("1", line))
    if program == "make":
        assert {each for each in arguments if "=" not in each} <= TARGETS
    else:
        assert program == ".venv/bin/assay"
        _parse(COMMAND, arguments)


def _parse(command: Any, arguments: list[str]) -> None:
    """What typer itself would say about these arguments, without calling the command."""
    context = command.make_context(command.name, list(arguments))
    rest = [*context._protected_args, *context.args] if hasattr(command, "resolve_command") else []
    if rest:
        _, found, arguments = command.resolve_command(context, rest)
        _parse(found, arguments)


def test_the_parser_here_refuses_what_the_command_would_refuse() -> None:
    with pytest.raises(Exception, match="No such option"):
        _parse(COMMAND, ["drift", "--shout"])
    with pytest.raises(Exception, match="No such command"):
        _parse(COMMAND, ["publish"])


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yml")), ids=lambda path: path.stem)
def test_every_action_is_pinned_by_its_commit(path: Path) -> None:
    used = [line for line in path.read_text().splitlines() if "uses:" in line]
    assert [line for line in used if not ACTION.match(line)] == []


def test_an_action_has_one_version_everywhere() -> None:
    found = {
        (m["action"], m["sha"]) for p in FOLDER.glob("*.yml") for m in map(ACTION.match, p.read_text().split("\n")) if m
    }
    assert len({action for action, _ in found}) == len(found)


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_a_workflow_begins_with_no_permissions(workflow: str) -> None:
    assert WORKFLOWS[workflow]["permissions"] == {}


@pytest.mark.parametrize(("workflow", "job"), JOBS)
def test_a_job_has_a_limit_and_only_the_permissions_it_needs(workflow: str, job: str) -> None:
    found = job_of(workflow, job)
    assert found["timeout-minutes"] <= 120
    permissions = dict(found["permissions"])
    assert permissions.pop("contents") == "read"
    assert set(permissions) <= WRITES
    assert ("id-token" in permissions) == _takes_a_role(found)


@pytest.mark.parametrize(("workflow", "job"), JOBS)
def test_a_checkout_leaves_no_token_behind(workflow: str, job: str) -> None:
    for step in job_of(workflow, job)["steps"]:
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize(("workflow", "job"), JOBS)
def test_a_job_with_a_role_is_never_cut_off(workflow: str, job: str) -> None:
    if _takes_a_role(job_of(workflow, job)):
        concurrency = job_of(workflow, job).get("concurrency") or WORKFLOWS[workflow]["concurrency"]
        assert concurrency["cancel-in-progress"] is False


def test_a_pull_request_takes_no_role() -> None:
    assert not any(_takes_a_role(job) for job in WORKFLOWS["pull-request"]["jobs"].values())
    assert "secrets." not in (FOLDER / "pull-request.yml").read_text()


def test_there_is_no_key_anywhere() -> None:
    for path in FOLDER.glob("*.yml"):
        assert not re.search(r"secrets\.|aws-access-key-id|AWS_SECRET", path.read_text()), path.name


def test_the_readme_names_every_variable_to_set() -> None:
    readme = (REPOSITORY / "terraform" / "README.md").read_text()
    used = {
        name for path in FOLDER.glob("*.yml") for pair in SETTING.findall(path.read_text()) for name in pair if name
    }
    assert {
        name for name in used if not re.search(rf"\b(?:STAGING_|PROD_)?{name.removeprefix('PROD_')}\b", readme)
    } == set()


def test_a_role_that_changes_something_is_taken_in_its_environment_only() -> None:
    """The variables of roles that deploy or start belong to environments, whose reviewers let a job begin."""
    for workflow, job in JOBS:
        taken = [
            step["with"]["role-to-assume"] for step in job_of(workflow, job)["steps"] if ROLE in step.get("uses", "")
        ]
        if any(name in each for each in taken for name in ("DEPLOY_ROLE", "START_ROLE")):
            assert "environment" in job_of(workflow, job), f"{workflow} {job}"


def _takes_a_role(job: Json) -> bool:
    return any(step.get("uses", "").startswith(ROLE) for step in job["steps"])
