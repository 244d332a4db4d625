"""AWS as moto plays it: buckets, a state machine, a topic with a mailbox, and the functions' environment."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import boto3
import pytest
from moto import mock_aws

from functions import wiring
from lake.rules.alert import alert_mail
from lake.rules.incoming import read_event
from tests.builders import BUCKETS

REGION: Final = "eu-west-1"
TOPIC: Final = f"arn:aws:sns:{REGION}:123456789012:assay-"


@dataclass
class Aws:
    """Clients, and what Terraform would have made."""

    s3: Any
    states: Any
    logs: Any
    machine_arn: str
    queue_url: str
    events_url: str

    def mails(self) -> list[tuple[str, str]]:
        """Every mail so far, as subject and body; each is returned once."""
        return [(notice["Subject"], notice["Message"]) for notice in _received(self.queue_url)]

    def told(self) -> list[tuple[str, str]]:
        """Every event so far as the mail it becomes; each is returned once."""
        alerts = [alert_mail(read_event(event, "test")) for event in _received(self.events_url)]
        return [(alert.subject, alert.body) for alert in alerts]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        made = _make()
        variables = {f"BUCKET_{layer.upper()}": bucket for layer, bucket in vars(BUCKETS).items()} | {
            "ENVIRONMENT": "test",
            "ALERT_TOPIC_ARN": TOPIC + "alerts",
            "REHEARSAL_TOPIC_ARN": TOPIC + "rehearsals",
            "STATE_MACHINE_ARN": made.machine_arn,
            "BUILD_ID": "build1",
            "JOB_LOG_PREFIX": "/aws-glue/jobs/locked-role",
            "APPROVALS": "required",
        }
        for name, value in variables.items():
            monkeypatch.setenv(f"ASSAY_{name}", value)
        _forget()
        yield made
        _forget()


def _make() -> Aws:
    s3, states = boto3.client("s3", REGION), boto3.client("stepfunctions", REGION)
    for bucket in vars(BUCKETS).values():
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    topic = boto3.client("sns", REGION).create_topic(Name="assay-alerts")["TopicArn"]
    boto3.client("sns", REGION).create_topic(Name="assay-rehearsals")
    queue = boto3.client("sqs", REGION).create_queue(QueueName="mailbox")["QueueUrl"]
    boto3.client("sns", REGION).subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:123456789012:mailbox"
    )
    events = boto3.client("sqs", REGION).create_queue(QueueName="events")["QueueUrl"]
    boto3.client("events", REGION).put_rule(Name="told", EventPattern='{"source": ["assay"]}')
    boto3.client("events", REGION).put_targets(
        Rule="told", Targets=[{"Id": "events", "Arn": f"arn:aws:sqs:{REGION}:123456789012:events"}]
    )
    machine = states.create_state_machine(
        name="assay-pipeline",
        definition=json.dumps({"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 60, "End": True}}}),
        roleArn="arn:aws:iam::123456789012:role/assay",
    )["stateMachineArn"]
    return Aws(s3, states, boto3.client("logs", REGION), machine, queue, events)


def _received(url: str) -> list[dict[str, Any]]:
    found = boto3.client("sqs", REGION).receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in found.get("Messages", [])]


def _forget() -> None:
    for made_once in (
        wiring.settings, wiring.lake, wiring.executions, wiring.mails, wiring.events, wiring.metrics, wiring.job_logs,
    ):  # fmt: skip
        made_once.cache_clear()
