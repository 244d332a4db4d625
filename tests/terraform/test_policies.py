"""Rules that every policy and every job of the plan keeps, whatever is added to the stack."""

import json

import pytest

from tests.terraform.iam_policy import Policy
from tests.terraform.stack_plan import NAME, Plan

JOBS = ("bronze_to_silver", "compact", "silver_to_gold")

GC = "module.reclaim.aws_iam_role_policy.this"

# Actions that AWS offers for no single resource. A new one needs its reason here.
RESOURCELESS = {
    "xray:PutTraceSegments": "tracing",
    "xray:PutTelemetryRecords": "tracing",
    "xray:GetSamplingRules": "tracing",
    "xray:GetSamplingTargets": "tracing",
    "cloudwatch:PutMetricData": "metrics, narrowed to a namespace",
    "glue:GetSecurityConfiguration": "a job reads its own encryption settings",
    "logs:CreateLogDelivery": "logs of executions",
    "logs:GetLogDelivery": "logs of executions",
    "logs:UpdateLogDelivery": "logs of executions",
    "logs:DeleteLogDelivery": "logs of executions",
    "logs:ListLogDeliveries": "logs of executions",
    "logs:PutResourcePolicy": "logs of executions",
    "logs:DescribeResourcePolicies": "logs of executions",
    "logs:DescribeLogGroups": "logs of executions",
}
COMPARED = {
    "silver": ["d/schema_v=v1/current/year=2024/month=03/symlink.txt", "d/schema_v=v1/runs/run_id=r/_SUCCESS"],
    "gold": ["d/schema_v=v1/snapshots/as_of_month=2024-03/00000001-r.json"],
    "quarantine": ["d/quarantined/current/ingest_date=2024-03-01/symlink.txt"],
    "control": ["sources/d/ingest_date=2024-03-01/1.json", "leases/d.json"],
}
NEW_OBJECT = {"s3:ObjectCreationOperation": "true", "aws:SecureTransport": "true"}


def test_no_role_has_an_action_with_a_star(plan: Plan) -> None:
    starred = [
        (address, action)
        for address, policy in plan.role_policies().items()
        for action, _, _ in policy.allowed()
        if "*" in action
    ]
    assert starred == []


def test_every_star_resource_is_known_and_narrowed_where_it_can_be(plan: Plan) -> None:
    for address, policy in plan.role_policies().items():
        for action, resource, statement in policy.allowed():
            if resource == "*":
                assert action in RESOURCELESS, f"{address} allows {action} on everything"
                assert action != "cloudwatch:PutMetricData" or "Condition" in statement, address


def test_every_reason_for_a_star_is_still_needed(plan: Plan) -> None:
    used = {
        action
        for policy in plan.role_policies().values()
        for action, resource, _ in policy.allowed()
        if resource == "*"
    }
    assert used == set(RESOURCELESS)


def test_nobody_may_delete_more_than_scratch(plan: Plan) -> None:
    deletes = {
        (address, resource)
        for address, policy in plan.role_policies().items()
        for action, resource, _ in policy.allowed()
        if action.startswith("s3:Delete")
    }
    jobs = {f'module.jobs.aws_iam_role_policy.this["{job}"]' for job in JOBS}
    assert {address for address, _ in deletes} <= {*jobs, GC}
    assert all(resource.endswith("/runs/*/_temporary/*") for address, resource in deletes if address != GC)


RUN = "d/schema_v=v1/runs/run_id=r"


@pytest.mark.parametrize("layer", ["silver", "gold", "quarantine"])
def test_the_collector_deletes_files_of_runs_and_no_version_of_them(plan: Plan, layer: str) -> None:
    policy, bucket = plan.role_policies()[GC], f"arn:aws:s3:::{NAME}-{layer}"
    for key in (f"{RUN}/attempt=a/year=2024/month=03/part-0.parquet", "d/schema_v=v1/audit/run_id=r/symlink.txt"):
        assert policy.allows("s3:DeleteObject", f"{bucket}/{key}")
        assert not policy.allows("s3:DeleteObjectVersion", f"{bucket}/{key}")
        assert not policy.allows("s3:PutObject", f"{bucket}/{key}")


def test_the_collector_sees_whether_a_run_that_died_is_to_be_finished(plan: Plan) -> None:
    assert plan.role_policies()[GC].allows("s3:GetObject", f"arn:aws:s3:::{NAME}-silver/{RUN}/_SUCCESS")


@pytest.mark.parametrize(
    ("layer", "key"),
    [
        ("silver", "d/schema_v=v1/current/year=2024/month=03/symlink.txt"),
        ("silver", "d/schema_v=v1/snapshots/year=2024/month=03/00000001-r.json"),
        ("silver", f"{RUN}/_SUCCESS"),
        ("bronze", "d/ingest_date=2024-03-01/a.csv"),
        ("control", "runs/r/plan.json"),
        ("artifacts", "builds/b/lake.zip"),
    ],
)
def test_the_collector_deletes_nothing_else(plan: Plan, layer: str, key: str) -> None:
    assert not plan.role_policies()[GC].allows("s3:DeleteObject", f"arn:aws:s3:::{NAME}-{layer}/{key}")


def test_each_role_trusts_one_service_and_the_collector_the_people_of_the_account(plan: Plan) -> None:
    for address, values in plan.of_type("aws_iam_role"):
        (statement,) = Policy(values["assume_role_policy"]).statements
        if address == "module.reclaim.aws_iam_role.this":
            assert statement["Principal"] == {"AWS": "arn:aws:iam::111111111111:root"}
        else:
            assert isinstance(statement["Principal"]["Service"], str), address
        assert statement["Action"] == "sts:AssumeRole", address


@pytest.mark.parametrize("layer", ["bronze", "silver", "gold", "quarantine", "control", "artifacts", "athena-results"])
def test_every_bucket_refuses_plain_http(plan: Plan, layer: str) -> None:
    policy = plan.bucket(layer)
    key = f"arn:aws:s3:::{NAME}-{layer}/any"
    assert policy.denies("s3:GetObject", key, {"aws:SecureTransport": "false"})
    assert not policy.denies("s3:GetObject", key, {"aws:SecureTransport": "true"})


@pytest.mark.parametrize(("layer", "key"), [(layer, key) for layer, keys in COMPARED.items() for key in keys])
def test_a_pointer_is_only_written_by_compare_and_swap(plan: Plan, layer: str, key: str) -> None:
    policy, resource = plan.bucket(layer), f"arn:aws:s3:::{NAME}-{layer}/{key}"
    assert policy.denies("s3:PutObject", resource, NEW_OBJECT)
    assert not policy.denies("s3:PutObject", resource, {**NEW_OBJECT, "s3:if-match": '"etag"'})
    assert not policy.denies("s3:PutObject", resource, {**NEW_OBJECT, "s3:if-none-match": "*"})


def test_spark_s_own_files_need_no_condition(plan: Plan) -> None:
    part = f"arn:aws:s3:::{NAME}-silver/d/schema_v=v1/runs/run_id=r/attempt=a/part-0.parquet"
    assert not plan.bucket("silver").denies("s3:PutObject", part, NEW_OBJECT)


def test_every_job_is_pinned_and_never_retries_by_itself(plan: Plan) -> None:
    jobs = dict(plan.of_type("aws_glue_job"))
    assert len(jobs) == len(JOBS)
    for address, job in jobs.items():
        assert (job["glue_version"], job["max_retries"]) == ("5.1", 0), address
        assert 5 <= job["timeout"] <= 480, address
        assert not {"--conf", "--debug", "--mode", "--JOB_NAME"} & set(job["default_arguments"]), address


def test_only_this_account_and_its_services_hold_the_key(plan: Plan) -> None:
    statements = json.loads(plan.resources["module.storage.aws_kms_key.this"]["policy"])["Statement"]
    assert {json.dumps(statement["Principal"], sort_keys=True) for statement in statements} == {
        '{"AWS": "arn:aws:iam::111111111111:root"}',
        '{"Service": "cloudwatch.amazonaws.com"}',
        '{"Service": "events.amazonaws.com"}',
        '{"Service": "logs.eu-west-1.amazonaws.com"}',
    }


def test_events_that_nobody_was_told_of_reach_the_encrypted_queue(plan: Plan) -> None:
    """A source condition in the key policy would silently stop EventBridge's deliveries, as SNS documents it."""
    statements = json.loads(plan.resources["module.storage.aws_kms_key.this"]["policy"])["Statement"]
    (events,) = [each for each in statements if each["Principal"] == {"Service": "events.amazonaws.com"}]
    assert "Condition" not in events
