"""The roles that GitHub Actions takes: who may take them, what they may do, and what no role can leave."""

import json

import pytest

from tests.terraform.iam_policy import Policy
from tests.terraform.stack_plan import NAME, Plan

ISSUER = "token.actions.githubusercontent.com"
BY_NAME, BY_ID = "repo:example/assay", "repo:example@12/assay@345"
FORMS = {
    "subjects_with_names": [BY_NAME],
    "subjects_with_ids": [BY_ID],
    "subjects_of_a_repository_that_moves": [BY_ID, BY_NAME],
}
ASKED_BY = {
    "plan": "ref:refs/heads/main",
    "drift": "ref:refs/heads/main",
    "deploy": "environment:staging",
    "backfill-plan": "ref:refs/heads/main",
    "backfill-start": "environment:staging",
}
ACCOUNT = "111111111111"
IAM = f"arn:aws:iam::{ACCOUNT}"
BOUNDARY = f"{IAM}:policy/delivery/{NAME}-boundary"
ROLE = f"{IAM}:role/{NAME}-promote-run"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"
OURS = {"aws:ResourceTag/project": "assay", "aws:ResourceTag/environment": "staging"}
BUS = f"arn:aws:events:eu-west-1:{ACCOUNT}:event-bus/default"
STATE = f"arn:aws:s3:::{NAME}-state/assay.tfstate"
DRIFT = {"events:source": "assay", "events:detail-type": "Drift Found"}
READS = ("Get", "List", "Describe", "Validate", "Decrypt")
LOCK = {"s3:PutObject", "s3:DeleteObject"}


def layer(name: str, key: str = "transactions/a") -> str:
    return f"arn:aws:s3:::{NAME}-{name}/{key}"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("purpose", ASKED_BY)
def test_a_role_is_taken_by_one_subject_only(deliveries: dict[str, Plan], form: str, purpose: str) -> None:
    role = deliveries[form].resources[f'aws_iam_role.this["{purpose}"]']
    (statement,) = Policy(role["assume_role_policy"]).statements
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Principal"] == {"Federated": f"{IAM}:oidc-provider/{ISSUER}"}
    found = statement["Condition"]["StringEquals"]
    subjects = found[f"{ISSUER}:sub"]
    assert found[f"{ISSUER}:aud"] == "sts.amazonaws.com"
    assert {*([subjects] if isinstance(subjects, str) else subjects)} == {
        f"{prefix}:{ASKED_BY[purpose]}" for prefix in FORMS[form]
    }
    assert set(statement["Condition"]) == {"StringEquals"}, "no wildcard"


def test_there_is_no_other_role(delivery: Plan) -> None:
    assert {address for address, _ in delivery.of_type("aws_iam_role")} == {
        f'aws_iam_role.this["{purpose}"]' for purpose in ASKED_BY
    }


@pytest.mark.parametrize("purpose", ["plan", "drift"])
def test_a_plan_only_reads_settings_and_holds_the_lock(delivery: Plan, purpose: str) -> None:
    for action, resource, _ in delivery.workflow(purpose).allowed():
        verb = action.split(":")[1]
        writes = action in LOCK or action == "kms:GenerateDataKey" or (purpose, action) == ("drift", "events:PutEvents")
        assert verb.startswith(READS) or writes, action
        assert action not in LOCK or resource == f"{STATE}.tflock"


@pytest.mark.parametrize("purpose", ["plan", "drift"])
@pytest.mark.parametrize("name", ["bronze", "silver", "gold", "quarantine", "control", "athena-results"])
def test_a_plan_reads_no_data(delivery: Plan, purpose: str, name: str) -> None:
    assert not delivery.workflow(purpose).allows("s3:GetObject", layer(name))


def test_only_drift_is_told_as_drift(delivery: Plan) -> None:
    policy = delivery.workflow("drift")
    assert policy.allows("events:PutEvents", BUS, DRIFT)
    assert not policy.allows("events:PutEvents", BUS, {**DRIFT, "events:source": "aws.states"})
    assert not policy.allows("events:PutEvents", BUS, {**DRIFT, "events:detail-type": "Deployment Reverted"})
    assert not delivery.workflow("plan").allows("events:PutEvents", BUS, DRIFT)


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("iam:CreateRole", ROLE, {"iam:PermissionsBoundary": BOUNDARY}),
        ("iam:PutRolePolicy", ROLE, {"iam:PermissionsBoundary": BOUNDARY}),
        *(
            ("iam:PassRole", ROLE, {"iam:PassedToService": f"{service}.amazonaws.com"})
            for service in ("glue", "lambda", "scheduler", "states")
        ),
        ("s3:PutObject", layer("artifacts", "builds/b/lake.zip"), {}),
        ("s3:PutObject", STATE, {}),
        ("s3:PutObject", layer("bronze", "canary/ingest_date=2024-03-01/a.csv"), {}),
        ("kms:CreateKey", "*", {"aws:RequestTag/project": "assay", "aws:RequestTag/environment": "staging"}),
        ("kms:PutKeyPolicy", KEY, OURS),
        ("glue:DeleteTable", f"arn:aws:glue:eu-west-1:{ACCOUNT}:table/assay_test/transactions_v3", {}),
        ("lambda:InvokeFunction", f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:{NAME}-dispatch", {}),
        ("states:StartExecution", f"arn:aws:states:eu-west-1:{ACCOUNT}:stateMachine:{NAME}-pipeline:7", {}),
        ("states:UpdateStateMachineAlias", f"arn:aws:states:eu-west-1:{ACCOUNT}:stateMachine:{NAME}-pipeline", {}),
        ("s3:PutObject", layer("artifacts", "environments/staging/_STAGING.json"), {}),
    ],
)
def test_a_deployment_may_do_its_work(delivery: Plan, action: str, resource: str, context: dict[str, str]) -> None:
    assert delivery.workflow("deploy").allows(action, resource, context)


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("iam:CreateRole", ROLE, {}),
        ("iam:CreateRole", ROLE, {"iam:PermissionsBoundary": f"{IAM}:policy/AdministratorAccess"}),
        ("iam:CreateRole", f"{IAM}:role/other", {"iam:PermissionsBoundary": BOUNDARY}),
        ("iam:PutRolePolicy", ROLE, {}),
        ("iam:AttachRolePolicy", ROLE, {"iam:PermissionsBoundary": BOUNDARY}),
        ("iam:DeleteRolePermissionsBoundary", ROLE, {}),
        ("iam:PassRole", ROLE, {"iam:PassedToService": "ec2.amazonaws.com"}),
        ("iam:PassRole", f"{IAM}:role/other", {"iam:PassedToService": "lambda.amazonaws.com"}),
        ("iam:PutRolePolicy", f"{IAM}:role/delivery/{NAME}-deploy", {"iam:PermissionsBoundary": BOUNDARY}),
        ("iam:UpdateAssumeRolePolicy", f"{IAM}:role/delivery/{NAME}-deploy", {}),
        ("iam:CreatePolicyVersion", BOUNDARY, {}),
        ("iam:CreatePolicyVersion", f"{IAM}:policy/delivery/{NAME}-limits", {}),
        ("iam:CreateUser", f"{IAM}:user/somebody", {}),
        ("iam:UpdateOpenIDConnectProviderThumbprint", f"{IAM}:oidc-provider/{ISSUER}", {}),
        ("s3:CreateBucket", "arn:aws:s3:::somebody-elses", {}),
        ("s3:PutBucketPolicy", f"arn:aws:s3:::{NAME}-state", {}),
        ("s3:PutObject", layer("silver"), {}),
        ("s3:PutObject", layer("bronze"), {}),
        ("s3:DeleteObject", layer("silver"), {}),
        ("s3:DeleteObject", STATE, {}),
        ("s3:DeleteObject", layer("artifacts", "builds/b/lake.zip"), {}),
        ("s3:DeleteBucket", f"arn:aws:s3:::{NAME}-silver", {}),
        ("kms:CreateKey", "*", {"aws:RequestTag/project": "other", "aws:RequestTag/environment": "staging"}),
        ("kms:PutKeyPolicy", KEY, {**OURS, "aws:ResourceTag/environment": "prod"}),
        ("kms:ScheduleKeyDeletion", KEY, OURS),
        ("glue:DeleteTable", f"arn:aws:glue:eu-west-1:{ACCOUNT}:table/other/transactions_v1", {}),
        ("glue:DeleteDatabase", f"arn:aws:glue:eu-west-1:{ACCOUNT}:database/assay_test", {}),
        ("lambda:UpdateFunctionCode", f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:other", {}),
        ("ec2:RunInstances", "*", {}),
        ("sts:AssumeRole", f"{IAM}:role/{NAME}-gc", {}),
    ],
)
def test_a_deployment_can_do_nothing_else(delivery: Plan, action: str, resource: str, context: dict[str, str]) -> None:
    assert not delivery.workflow("deploy").allows(action, resource, context)


def test_a_backfill_is_planned_without_starting_and_started_without_changing_data(delivery: Plan) -> None:
    plan, start = delivery.workflow("backfill-plan"), delivery.workflow("backfill-start")
    dispatch = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:{NAME}-dispatch"
    assert start.allows("lambda:InvokeFunction", dispatch)
    assert start.allows("s3:PutObject", layer("control", "approvals/r-start.json"))
    assert not plan.allows("lambda:InvokeFunction", dispatch)
    assert not plan.allows("s3:PutObject", layer("control", "approvals/r-start.json"))
    for policy in (plan, start):
        assert policy.allows("s3:PutObject", layer("control", "backfills/transactions/1.json"))
        assert not any(
            policy.allows("s3:PutObject", layer(name)) for name in ("bronze", "silver", "gold", "quarantine")
        )


def test_every_role_of_the_stack_has_the_boundary(plan: Plan) -> None:
    bounds = {address: values["permissions_boundary"] for address, values in plan.of_type("aws_iam_role")}
    assert set(bounds.values()) == {BOUNDARY}, bounds


def test_what_the_roles_of_the_stack_need_lies_inside_the_boundary(plan: Plan, delivery: Plan) -> None:
    boundary, context = delivery.boundary(), {"events:source": "assay"}
    outside = [
        (address, action, resource)
        for address, policy in plan.role_policies().items()
        for action, resource, _ in policy.allowed()
        if not boundary.allows(action, resource, context)
    ]
    assert outside == [], "widen modules/delivery/boundary.tf, and apply bootstrap before the stack"


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:CreateUser", "*"),
        ("sts:AssumeRole", f"{IAM}:role/other"),
        ("s3:GetObject", STATE),
        ("s3:GetObject", "arn:aws:s3:::somebody-elses/secret"),
        ("s3:PutBucketPolicy", f"arn:aws:s3:::{NAME}-silver"),
        ("s3:DeleteObjectVersion", layer("silver")),
        ("lambda:UpdateFunctionCode", f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:{NAME}-dispatch"),
    ],
)
def test_the_boundary_holds_the_rest_back(delivery: Plan, action: str, resource: str) -> None:
    assert not delivery.boundary().allows(action, resource)


def test_policies_are_short_enough_for_iam(delivery: Plan) -> None:
    """6,144 characters without white space for a managed policy, ten of them for a role."""
    for address, values in delivery.of_type("aws_iam_policy"):
        assert len(json.dumps(json.loads(values["policy"]), separators=(",", ":"))) <= 6144, address
    for purpose in ASKED_BY:
        assert sum(f'"{purpose}/' in address for address, _ in delivery.of_type("aws_iam_role_policy_attachment")) <= 10
