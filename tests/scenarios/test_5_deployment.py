"""Scenario 5: a build is deployed, and one that is broken anywhere is taken back without help."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assay import deploy as deployments
from assay import executions, terraform
from assay.build import REPOSITORY
from assay.console import CommandError
from assay.target import Target
from lake.rules import layout
from lake.rules.build_manifest import FUNCTIONS, STACK
from lake.rules.deployment import Deployment
from lake.rules.deployment_event import failed_name
from tests.scenarios import builds, pipeline
from tests.scenarios.builds import BROKEN, appending, kept

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(1800)]
DATA = [
    ("silver", "transactions/"),
    ("gold", "account_balances/"),
    ("gold", "monthly_activity/"),
    ("bronze", "transactions/"),
]
HARMLESS = appending("\n# harmless\n")


@dataclass(frozen=True)
class Seen:
    """What an environment is: the active build, where runs start, what is applied, the data."""

    active: dict[str, Any]
    alias: str
    functions: dict[str, str]
    scripts: dict[str, str]
    data: dict[str, str]


@pytest.fixture(scope="module", autouse=True)
def with_data(target: Target, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Rows that a deployment must not touch."""
    file = tmp_path_factory.mktemp("data") / "before.csv"
    story = pipeline.run_file(
        target, pipeline.write_csv(file, pipeline.rows_for("2033-03", 30, "deploy")), "2033-03-31"
    )
    assert pipeline.outcome(story) == "succeeded"


def look(target: Target) -> Seen:
    status = deployments.status(target)
    lambdas, glue = target.client("lambda"), target.client("glue")
    names = [f"{target.name}-{each}" for each in ("plan-run", "read-run-summary", "dispatch", "finish-run")]
    jobs = [f"{target.name}-{each}" for each in ("bronze-to-silver", "silver-to-gold", "compact")]
    return Seen(
        status["active"],
        status["runs_start_on"],
        {each: lambdas.get_function_configuration(FunctionName=each)["CodeSha256"] for each in names},
        {each: glue.get_job(JobName=each)["Job"]["Command"]["ScriptLocation"] for each in jobs},
        {key: etag for bucket, prefix in DATA for key, etag in pipeline.objects(target, bucket, prefix).items()},
    )


def deploy(target: Target, build_id: str | None = None) -> Deployment:
    return deployments.deploy(target, build_id, deployments.How("a test"), quiet=True)


def nothing_is_to_be_changed(target: Target) -> bool:
    """Terraform's plan of the active build is empty."""
    found = deployments.plan(target, deployments.status(target)["active"]["build_id"])
    return found["changes"] == []


def test_a_good_build_is_tested_and_becomes_active(target: Target) -> None:
    before = look(target)
    build_id = kept(target, before.active["build_id"], FUNCTIONS, "functions/plan_run.py", HARMLESS)
    found = deploy(target, build_id)
    after = look(target)
    assert [each.phase for each in found.journal] == ["begun", "applying", "applied", "tested", "deployed"]
    assert (after.active["build_id"], after.active["previous"]) == (build_id, before.active["build_id"])
    assert after.alias == after.active["version_arn"] == found.version_arn != before.alias
    assert all(f"/builds/{build_id}/" in script for script in after.scripts.values())
    assert after.data == before.data
    assert nothing_is_to_be_changed(target)
    assert ran_on_the_version_itself(target, found)


def ran_on_the_version_itself(target: Target, found: Deployment) -> bool:
    """The canary's run was started on the version itself, not on the alias."""
    client = target.client("stepfunctions")
    runs = executions.latest(target, 5)
    canary = [client.describe_execution(executionArn=each["executionArn"]) for each in runs]
    mine = [each for each in canary if each.get("stateMachineVersionArn") == found.version_arn]
    return bool(mine) and all("stateMachineAliasArn" not in each for each in mine)


@pytest.mark.parametrize("what", sorted(BROKEN))
def test_a_broken_build_is_reverted_without_help(target: Target, what: str) -> None:
    before, mails = look(target), len(pipeline.mails(target))
    artefact, member, change, words = BROKEN[what]
    build_id = kept(target, before.active["build_id"], artefact, member, change)
    with pytest.raises(CommandError, match="the previous build is active, as it was"):
        deployments.end_with(deploy(target, build_id))
    assert look(target) == before
    assert nothing_is_to_be_changed(target)
    failure = kept_failure(target, build_id)
    assert words in failure["trouble"]["message"]
    assert failure["previous"] == before.active["build_id"]
    assert failure["second_trouble"] is None
    assert mailed(target, "was reverted", f"Build: {build_id}")
    assert len(pipeline.mails(target)) == mails + 1, "one thing happened, and people get one mail"


def test_a_plan_that_takes_tables_away_is_refused_before_anything_is_touched(target: Target) -> None:
    before = look(target)
    database = builds.replacing('replace(var.scope.name, "-", "_")', '"another"')
    build_id = kept(target, before.active["build_id"], STACK, "terraform/modules/catalog/main.tf", database)
    with pytest.raises(CommandError, match="was refused before anything was touched"):
        deployments.end_with(deploy(target, build_id))
    assert look(target) == before
    assert "would be replaced, and with it every table" in kept_failure(target, build_id)["trouble"]["message"]


@pytest.mark.parametrize(("phase", "seconds", "with_terraform", "how"), [
    ("begun", 0, True, "resume"),
    ("applying", 3, False, "resume"),
    ("applying", 3, True, "revert"),
    ("applied", 2, False, "revert"),
])  # fmt: skip
def test_killed_on_the_way_it_is_one_of_the_two_builds(
    target: Target, phase: str, seconds: float, with_terraform: bool, how: str
) -> None:
    before = look(target)
    comment = appending(f"\n# killed while {phase}, {how}\n")
    build_id = kept(target, before.active["build_id"], FUNCTIONS, "functions/plan_run.py", comment)
    kill(target, build_id, phase, seconds, with_terraform)
    told = deployments.status(target)
    assert (told["deployment"]["phase"], told["holder_is_gone"]) == (phase, True)
    with pytest.raises(Exception, match="assay deploy resume"):
        deploy(target, build_id)
    if how == "resume":
        assert deployments.resume(target, take_over=False, quiet=True).phase == "deployed"
    else:
        assert deployments.revert(target, "it was killed", take_over=False, quiet=True).phase == "reverted"
    after = look(target)
    assert after.active["build_id"] == (build_id if how == "resume" else before.active["build_id"])
    assert (after == before) == (how == "revert")
    assert after.data == before.data
    assert nothing_is_to_be_changed(target)


def test_whoever_interrupts_it_hears_where_it_stands_and_how_it_goes_on(target: Target) -> None:
    before = look(target)
    build_id = kept(target, before.active["build_id"], FUNCTIONS, "functions/plan_run.py", appending("\n# Ctrl-C\n"))
    process, log = begun(target, build_id, "applying", 3)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(timeout=600) == 130
    told = log.read_text()
    assert f"of build {build_id} to local is applying" in told
    assert f"runs start on build {before.active['build_id']}" in told
    assert "assay deploy resume --env local" in told and "assay deploy revert --env local" in told
    assert deployments.resume(target, take_over=False, quiet=True).phase == "deployed"
    assert nothing_is_to_be_changed(target)


def mailed(target: Target, subject: str, line: str) -> bool:
    """Whether a mail tells of it; events take a moment."""
    for _ in range(100):
        if any(subject in each["subject"] and line in each["body"] for each in pipeline.mails(target)):
            return True
        time.sleep(0.2)
    return False


def kill(target: Target, build_id: str, phase: str, seconds: float, with_terraform: bool) -> None:
    """Deploy in a process of its own, and kill that when a phase was reached: alone, or with its Terraform."""
    process, _ = begun(target, build_id, phase, seconds)
    if with_terraform:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def begun(target: Target, build_id: str, phase: str, seconds: float) -> tuple["subprocess.Popen[bytes]", Path]:
    """A process that deploys and has reached a phase so many seconds ago; what it says."""
    log = terraform.data_folder() / "killed.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "assay", "deploy", "--build", build_id],
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    until(lambda: newest(target) == (build_id, phase), process, log)
    time.sleep(seconds)
    assert newest(target) == (build_id, phase), log.read_text()
    return process, log


def until(reached: Callable[[], bool], process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(3000):
        if reached():
            return
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def newest(target: Target) -> tuple[str, str]:
    found = deployments.status(target)["deployment"] or {}
    return found.get("build_id", ""), found.get("phase", "")


def kept_failure(target: Target, build_id: str) -> dict[str, Any]:
    key = layout.environment_record("local", failed_name(build_id))
    found = executions.read_json(target, key, target.bucket("artifacts"))
    assert found is not None
    return found
