"""Tools that are written for LocalStack find the local AWS as they find that: one endpoint for every service."""

import pytest
from localstack_client.session import Session

from local_aws.settings import REGION
from tests.integration.local_aws.aws import Aws

SERVICES = ("s3", "glue", "athena", "stepfunctions", "lambda", "events", "sns", "logs", "cloudwatch", "iam", "sts")


def test_a_client_for_localstack_reaches_every_service(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{aws.port}")
    session = Session("test", "test", region_name=REGION)
    for service in SERVICES:
        assert session.client(service).meta.endpoint_url == f"http://127.0.0.1:{aws.port}"
    bucket = aws.name("bucket")
    session.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    assert bucket in {each["Name"] for each in aws.root("s3").list_buckets()["Buckets"]}
    assert session.client("sts").get_caller_identity()["Arn"].endswith(":root")
    session.client("stepfunctions").list_state_machines()
    session.client("athena").list_work_groups()
    session.client("glue").get_databases()
