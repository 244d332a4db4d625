"""IAM: a policy that names a resource as AWS does allows the call, and the same call on another resource is denied."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.local_aws.aws import Aws, allow

HERE, GLOBAL = "eu-west-1:000000000000", "000000000000"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
RULE = {"ScheduleExpression": "rate(1 day)"}
ONCE = {"ScheduleExpression": "rate(1 day)", "FlexibleTimeWindow": {"Mode": "OFF"}}
TARGET = {"Arn": f"arn:aws:lambda:{HERE}:function:f", "RoleArn": f"arn:aws:iam::{GLOBAL}:role/r"}
BOUNDARY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
Call = Callable[[Any, str], Any]

# service, action, the resource as AWS names it, the call on a resource of that name
CASES: list[tuple[str, str, str, Call]] = [
    ("iam", "CreateRole", f"arn:aws:iam::{GLOBAL}:role/{{}}",
     lambda client, name: client.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)),
    ("iam", "CreateRole", f"arn:aws:iam::{GLOBAL}:role/path/{{}}",
     lambda client, name: client.create_role(RoleName=name, Path="/path/", AssumeRolePolicyDocument=TRUST)),
    ("iam", "CreatePolicy", f"arn:aws:iam::{GLOBAL}:policy/{{}}",
     lambda client, name: client.create_policy(PolicyName=name, PolicyDocument=json.dumps(
         {"Version": "2012-10-17", "Statement": [allow("s3:GetObject")]}))),
    ("events", "PutRule", f"arn:aws:events:{HERE}:rule/{{}}", lambda client, name: client.put_rule(Name=name, **RULE)),
    ("glue", "CreateDatabase", f"arn:aws:glue:{HERE}:database/{{}}",
     lambda client, name: client.create_database(DatabaseInput={"Name": name})),
    ("scheduler", "CreateSchedule", f"arn:aws:scheduler:{HERE}:schedule/default/{{}}",
     lambda client, name: client.create_schedule(Name=name, Target=TARGET, **ONCE)),
    ("athena", "CreateWorkGroup", f"arn:aws:athena:{HERE}:workgroup/{{}}",
     lambda client, name: client.create_work_group(Name=name)),
    ("cloudwatch", "PutDashboard", f"arn:aws:cloudwatch::{GLOBAL}:dashboard/{{}}",
     lambda client, name: client.put_dashboard(DashboardName=name, DashboardBody='{"widgets":[]}')),
    ("sns", "CreateTopic", f"arn:aws:sns:{HERE}:{{}}", lambda client, name: client.create_topic(Name=name)),
]  # fmt: skip


@pytest.mark.parametrize(("service", "action", "arn", "call"), CASES, ids=[f"{s} {a} {n}" for s, a, n, _ in CASES])
def test_a_call_is_allowed_on_the_resource_that_is_named(
    aws: Aws, service: str, action: str, arn: str, call: Call
) -> None:
    name = aws.name("named")
    client = aws.assumed(service, aws.role(allow(f"{service}:{action}", arn.format(name))))
    call(client, name)
    with pytest.raises(ClientError, match=r"AccessDenied|AuthorizationError"):
        call(client, aws.name("other"))


def test_tags_are_read_of_the_resource_that_is_named(aws: Aws) -> None:
    one, other = (aws.root("sns").create_topic(Name=aws.name("topic"))["TopicArn"] for _ in range(2))
    client = aws.assumed("sns", aws.role(allow("sns:ListTagsForResource", one)))
    client.list_tags_for_resource(ResourceArn=one)
    with pytest.raises(ClientError, match="AuthorizationError"):
        client.list_tags_for_resource(ResourceArn=other)


def test_a_query_is_seen_by_those_who_may_use_its_workgroup(aws: Aws) -> None:
    root, groups, bucket = aws.root("athena"), (aws.name("own"), aws.name("other")), aws.bucket()
    where = {"ResultConfiguration": {"OutputLocation": f"s3://{bucket}/"}}
    for each in groups:
        root.create_work_group(Name=each, Configuration=where)
    own, other = (root.start_query_execution(QueryString="SELECT 1", WorkGroup=each) for each in groups)
    client = aws.assumed(
        "athena", aws.role(allow("athena:GetQueryExecution", f"arn:aws:athena:{HERE}:workgroup/{groups[0]}"))
    )
    client.get_query_execution(QueryExecutionId=own["QueryExecutionId"])
    with pytest.raises(ClientError, match="AccessDenied"):
        client.get_query_execution(QueryExecutionId=other["QueryExecutionId"])


def test_a_role_can_be_made_with_its_boundary_only(aws: Aws) -> None:
    bounded = allow("iam:CreateRole", "*", StringEquals={"iam:PermissionsBoundary": BOUNDARY})
    client = aws.assumed("iam", aws.role(bounded))
    client.create_role(RoleName=aws.name("r"), AssumeRolePolicyDocument=TRUST, PermissionsBoundary=BOUNDARY)
    with pytest.raises(ClientError, match="AccessDenied"):
        client.create_role(RoleName=aws.name("r"), AssumeRolePolicyDocument=TRUST)


def test_the_policy_of_a_role_can_be_changed_while_it_has_the_boundary_only(aws: Aws) -> None:
    root, names = aws.root("iam"), (aws.name("bounded"), aws.name("free"))
    root.create_role(RoleName=names[0], AssumeRolePolicyDocument=TRUST, PermissionsBoundary=BOUNDARY)
    root.create_role(RoleName=names[1], AssumeRolePolicyDocument=TRUST)
    bounded = allow("iam:PutRolePolicy", "*", StringEquals={"iam:PermissionsBoundary": BOUNDARY})
    client = aws.assumed("iam", aws.role(bounded))
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow("s3:GetObject")]})
    client.put_role_policy(RoleName=names[0], PolicyName="p", PolicyDocument=document)
    with pytest.raises(ClientError, match="AccessDenied"):
        client.put_role_policy(RoleName=names[1], PolicyName="p", PolicyDocument=document)


def test_events_are_sent_under_the_source_that_is_named(aws: Aws) -> None:
    own = allow("events:PutEvents", "*", StringEquals={"events:source": "assay", "events:detail-type": "Drift Found"})
    client = aws.assumed("events", aws.role(own))
    good = {"Source": "assay", "DetailType": "Drift Found", "Detail": "{}"}
    client.put_events(Entries=[good])
    for wrong in ({**good, "Source": "other"}, {**good, "DetailType": "Run Failed"}):
        with pytest.raises(ClientError, match="AccessDenied"):
            client.put_events(Entries=[wrong])


def test_a_key_is_used_by_its_tags_and_made_with_them_only(aws: Aws) -> None:
    tags = {"aws:ResourceTag/project": "assay"}, {"aws:RequestTag/project": "assay"}
    role = aws.role(
        allow("kms:CreateAlias", "*", StringEquals=tags[0]), allow("kms:CreateKey", "*", StringEquals=tags[1])
    )
    client = aws.assumed("kms", role)
    key = client.create_key(Tags=[{"TagKey": "project", "TagValue": "assay"}])["KeyMetadata"]["KeyId"]
    client.create_alias(AliasName=f"alias/{aws.name('own')}", TargetKeyId=key)
    other = aws.root("kms").create_key()["KeyMetadata"]["KeyId"]
    with pytest.raises(ClientError, match="AccessDenied"):
        client.create_alias(AliasName=f"alias/{aws.name('other')}", TargetKeyId=other)
    with pytest.raises(ClientError, match="AccessDenied"):
        client.create_key()
