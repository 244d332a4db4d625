"""Scenario 5: a stack that the deploy role made under its boundary works, and no role can do more than it should.

IAM is enforced here. What the emulator cannot enforce (docs/local-aws.md) is judged on the policies themselves, in
tests/terraform/test_delivery.py and test_permissions.py.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from assay import backfills, drift, reviewed_backfill, runs
from assay import deploy as deployments
from assay.progress import follow
from local_aws.throwaway import local_aws
from tests.scenarios import pipeline
from tests.scenarios.delivered import REPOSITORY_CLAIMS, SUBJECTS, Delivered, deliver, denied, session_of

# a second local AWS with two applies
pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(1800)]

NAME = "assay-local"
MANIFEST = "transactions/schema_v=v1/current/year=2024/month=03/symlink.txt"
PART = "transactions/schema_v=v1/runs/run_id=r/attempt=a/year=2024/month=03/part-0.parquet"
DELIVERY = "transactions/ingest_date=2024-03-01/a.csv"
MACHINE = f"arn:aws:states:eu-west-1:000000000000:stateMachine:{NAME}-pipeline"
Call = Callable[[boto3.session.Session], Any]


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Delivered]:
    """A stack of its own, apart from the one that the other scenarios share."""
    with local_aws(tmp_path_factory.mktemp("delivered")):
        yield deliver(tmp_path_factory.mktemp("delivery"))


def s3(session: boto3.session.Session) -> Any:
    return session.client("s3")


def put(layer: str, key: str) -> Call:
    return lambda session: s3(session).put_object(Bucket=f"{NAME}-{layer}", Key=key, Body=b"x", IfNoneMatch="*")


def get(layer: str, key: str) -> Call:
    return lambda session: s3(session).get_object(Bucket=f"{NAME}-{layer}", Key=key)


def delete(layer: str, key: str) -> Call:
    return lambda session: s3(session).delete_object(Bucket=f"{NAME}-{layer}", Key=key)


def listing(layer: str) -> Call:
    return lambda session: s3(session).list_objects_v2(Bucket=f"{NAME}-{layer}")


def call_function(name: str) -> Call:
    return lambda session: session.client("lambda").invoke(FunctionName=f"{NAME}-{name}", InvocationType="DryRun")


def start_run(session: boto3.session.Session) -> Any:
    return session.client("stepfunctions").start_execution(stateMachineArn=f"{MACHINE}:live", input="{}")


def publish_mail(session: boto3.session.Session) -> Any:
    topic = f"arn:aws:sns:eu-west-1:000000000000:{NAME}-alerts"
    return session.client("sns").publish(TopicArn=topic, Message="x")


def make_role(boundary: str = "", name: str = f"{NAME}-new", path: str = "/") -> Call:
    def call(session: boto3.session.Session) -> Any:
        bounded = {"PermissionsBoundary": boundary} if boundary else {}
        return session.client("iam").create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=TRUST, **bounded)

    return call


def open_trust(role: str) -> Call:
    return lambda session: session.client("iam").update_assume_role_policy(RoleName=role, PolicyDocument=TRUST)


def unbind(role: str) -> Call:
    return lambda session: session.client("iam").delete_role_permissions_boundary(RoleName=role)


def change_function(session: boto3.session.Session) -> Any:
    return session.client("lambda").update_function_configuration(FunctionName=f"{NAME}-dispatch", MemorySize=512)


TRUST = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}'
BOUNDARY = f"arn:aws:iam::000000000000:policy/delivery/{NAME}-boundary"

# What a role can do, so that a denial is not for want of credentials, and what it must not be able to do.
ALLOWED: dict[str, Call] = {
    "dispatch": listing("bronze"),
    "plan-run": listing("bronze"),
    "ask-approval": listing("control"),
    "begin-backfill": listing("control"),
    "compare-run": listing("silver"),
    "begin-promotion": listing("control"),
    "find-late": listing("bronze"),
    "quarantine-digest": listing("quarantine"),
    "read-run-summary": listing("silver"),
    "promote-run": listing("gold"),
    "finish-run": listing("control"),
    "fail-run": listing("control"),
    "close-run": listing("control"),
    "check-freshness": listing("control"),
    "tell-people": publish_mail,
    "bronze-to-silver": listing("bronze"),
    "compact": listing("silver"),
    "silver-to-gold": listing("gold"),
    "pipeline": call_function("plan-run:1"),
    "scheduler": call_function("dispatch"),
    "gc": listing("silver"),
    "delivery/plan": listing("artifacts"),
    "delivery/drift": listing("artifacts"),
    "delivery/deploy": put("artifacts", "builds/0/x"),
    "delivery/backfill-plan": listing("bronze"),
    "delivery/backfill-start": call_function("dispatch"),
}
FORBIDDEN: list[tuple[str, str, Call]] = [
    ("dispatch", "promote", put("silver", MANIFEST)),
    ("plan-run", "promote", put("silver", MANIFEST)),
    ("ask-approval", "start a run", start_run),
    ("begin-backfill", "answer for people", put("control", "approvals/r-start.json")),
    ("compare-run", "promote", put("silver", MANIFEST)),
    ("begin-promotion", "promote", put("silver", MANIFEST)),
    ("find-late", "write", put("control", "sources/x")),
    ("quarantine-digest", "read a row", get("quarantine", "transactions/quarantined/runs/run_id=r/a.parquet")),
    ("read-run-summary", "write", put("control", "runs/r/plan.json")),
    ("promote-run", "change a file of a run", put("silver", PART)),
    ("promote-run", "delete", delete("silver", MANIFEST)),
    ("finish-run", "promote", put("silver", MANIFEST)),
    ("fail-run", "promote", put("silver", MANIFEST)),
    ("close-run", "promote", put("silver", MANIFEST)),
    ("check-freshness", "write", put("control", "runs/r/plan.json")),
    ("tell-people", "read a run's context", get("control", "runs/r/_FAILED.json")),
    ("bronze-to-silver", "promote", put("silver", MANIFEST)),
    ("bronze-to-silver", "change what arrived", put("bronze", DELIVERY)),
    ("bronze-to-silver", "delete", delete("silver", PART)),
    ("compact", "read what arrived", get("bronze", DELIVERY)),
    ("silver-to-gold", "change silver", put("silver", PART)),
    ("pipeline", "call what only triggers call", call_function("dispatch:1")),
    ("scheduler", "call a step of a run", call_function("promote-run")),
    ("gc", "delete what is current", delete("silver", MANIFEST)),
    ("gc", "delete what arrived", delete("bronze", DELIVERY)),
    ("delivery/plan", "read data", get("silver", PART)),
    ("delivery/plan", "change the stack", change_function),
    (
        "delivery/plan",
        "write the state",
        lambda session: s3(session).put_object(Bucket=f"{NAME}-state", Key="assay.tfstate", Body=b"{}"),
    ),
    ("delivery/drift", "send mail past the events", publish_mail),
    ("delivery/drift", "change the stack", change_function),
    ("delivery/deploy", "make a role without the boundary", make_role()),
    ("delivery/deploy", "make a role of another name", make_role(BOUNDARY, "somebody")),
    ("delivery/deploy", "make a role beside its own", make_role(BOUNDARY, path="/delivery/")),
    ("delivery/deploy", "take the boundary off", unbind(f"{NAME}-dispatch")),
    ("delivery/deploy", "change who may take its own role", open_trust(f"{NAME}-deploy")),
    ("delivery/deploy", "promote", put("silver", MANIFEST)),
    ("delivery/deploy", "change what arrived", put("bronze", DELIVERY)),
    ("delivery/deploy", "delete", delete("gold", MANIFEST)),
    ("delivery/deploy", "delete a build", delete("artifacts", "builds/0/x")),
    ("delivery/backfill-plan", "start a run", call_function("dispatch")),
    ("delivery/backfill-plan", "answer for people", put("control", "approvals/r-start.json")),
    ("delivery/backfill-start", "promote", put("silver", MANIFEST)),
]


def as_role(delivered: Delivered, role: str) -> boto3.session.Session:
    """The credentials that a service, or a workflow, gets for the role."""
    if role.startswith("delivery/"):
        return delivered.take(role.removeprefix("delivery/"))
    arn = f"arn:aws:iam::000000000000:role/{NAME}-{role}"
    with trusting(delivered.target.client("iam"), f"{NAME}-{role}"):
        given = delivered.target.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    return session_of(given, delivered.target)


@contextmanager
def trusting(iam: Any, role: str) -> Iterator[None]:
    """While the block lasts, the role trusts this test, and not the service alone that it is for."""
    before = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=TRUST)
    try:
        yield
    finally:
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(before))


def test_every_role_there_is_has_its_cases(delivered: Delivered) -> None:
    pages = delivered.target.client("iam").get_paginator("list_roles").paginate()
    paths = {f"{each['Path']}{each['RoleName']}"[1:] for page in pages for each in page["Roles"]}
    found = {path.replace(f"{NAME}-", "") for path in paths if NAME in path}
    assert found == set(ALLOWED) == {role for role, _, _ in FORBIDDEN}


@pytest.mark.parametrize("role", ALLOWED)
def test_a_role_may_do_something(delivered: Delivered, role: str) -> None:
    assert not denied(lambda: ALLOWED[role](as_role(delivered, role)))


@pytest.mark.parametrize(("role", "call"), [pytest.param(r, c, id=f"{r} cannot {what}") for r, what, c in FORBIDDEN])
def test_a_role_is_refused_what_is_not_its_work(delivered: Delivered, role: str, call: Call) -> None:
    session = as_role(delivered, role)
    assert denied(lambda: call(session))


@pytest.mark.parametrize("purpose", SUBJECTS)
@pytest.mark.parametrize(
    "subject",
    [
        f"{REPOSITORY_CLAIMS}:pull_request",
        f"{REPOSITORY_CLAIMS}:ref:refs/heads/somebody-s-branch",
        f"{REPOSITORY_CLAIMS}:environment:prod",
        "repo:example/assay:ref:refs/heads/main",
        "repo:example@12/other@346:environment:local",
        "repo:example@12/assay@345:environment:local:ref:refs/heads/main",
    ],
)
def test_no_other_subject_gets_a_role(delivered: Delivered, purpose: str, subject: str) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        delivered.take(purpose, subject)


def test_roles_made_by_a_deployment_have_the_boundary_and_runs_work_under_it(
    delivered: Delivered, tmp_path: Path
) -> None:
    iam = delivered.target.client("iam")
    bound = iam.get_role(RoleName=f"{NAME}-promote-run")["Role"]["PermissionsBoundary"]
    assert bound["PermissionsBoundaryArn"] == BOUNDARY
    file = pipeline.write_csv(tmp_path / "bounded.csv", pipeline.rows_for("2024-03", 20, "bounded"))
    story = pipeline.run_file(delivered.target, file, "2024-03-31")
    assert pipeline.outcome(story) == "succeeded"


def test_the_roles_of_the_backfill_workflow_are_enough_for_it(delivered: Delivered, tmp_path: Path) -> None:
    file = pipeline.write_csv(tmp_path / "again.csv", pipeline.rows_for("2024-03", 20, "again"))
    assert pipeline.outcome(pipeline.run_file(delivered.target, file, "2024-03-31")) == "succeeded"
    with delivered.working_as("backfill-plan") as target:
        planned = backfills.plan(target, "transactions", "2024-03", "to see that it can be done")
    with delivered.working_as("backfill-start") as target:
        run_id = backfills.start(target, planned.backfill_id)
        reviewed_backfill.approve_start(target, planned.backfill_id, "reviewed at https://example.com/runs/1")
    follow(delivered.target, run_id, quiet=True)
    assert pipeline.outcome(runs.story(delivered.target, run_id)) == "succeeded"
    told = backfills.story(delivered.target, planned.backfill_id)
    assert told["status"] == "promoted"
    assert f"assumed-role/{NAME}-backfill-plan/" in told["requester"]


def test_the_plan_role_is_enough_for_a_plan(delivered: Delivered) -> None:
    with delivered.working_as("plan") as target:
        assert deployments.plan(target, None)["changes"] == []


def test_a_stack_as_it_was_deployed_has_no_drift(delivered: Delivered) -> None:
    with delivered.working_as("drift") as target:
        assert drift.find(target) == []


def test_what_somebody_changed_by_hand_is_found_and_told(delivered: Delivered) -> None:
    name = f"{NAME}-dispatch"
    client = delivered.target.client("lambda")
    before = client.get_function_configuration(FunctionName=name)["MemorySize"]
    client.update_function_configuration(FunctionName=name, MemorySize=1024)
    try:
        with delivered.working_as("drift") as target:
            (found,) = drift.find(target)
            drift.tell(target, [found])
    finally:
        client.update_function_configuration(FunctionName=name, MemorySize=before)
    assert found.address == 'module.functions.aws_lambda_function.this["dispatch"]'
    assert "memory_size" in found.attributes
