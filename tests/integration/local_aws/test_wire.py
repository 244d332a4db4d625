"""What is written is read back as written, so that a second `terraform plan` is empty; policies see the request."""

import json
from urllib.parse import urlencode
from urllib.request import Request, urlopen
from xml.etree import ElementTree

import pytest
from botocore.exceptions import ClientError

from local_aws.settings import REGION, ROOT_KEY
from local_aws.wire.metric_namespace import namespace
from tests.integration.local_aws.aws import Aws, Json, allow

ALARM: Json = {
    "AlarmDescription": "means < & > something",
    "Namespace": "AWS/States",
    "MetricName": "ExecutionsFailed",
    "Dimensions": [{"Name": "StateMachineArn", "Value": "arn"}],
    "Statistic": "Sum",
    "Period": 300,
    "EvaluationPeriods": 1,
    "Threshold": 0.0,
    "ComparisonOperator": "GreaterThanThreshold",
    "TreatMissingData": "notBreaching",
    "AlarmActions": ["arn:aws:sns:eu-west-1:000000000000:alerts"],
    "ActionsEnabled": True,
}


def ask(aws: Aws, **parameters: str) -> ElementTree.Element:
    """A call of CloudWatch in the query protocol, as Terraform speaks it."""
    scope = f"{ROOT_KEY}/20240331/{REGION}/monitoring/aws4_request"
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=root",
    }
    body = urlencode({"Version": "2010-08-01", **parameters}).encode()
    with urlopen(Request(f"http://127.0.0.1:{aws.port}/", body, headers)) as answer:
        return ElementTree.fromstring(answer.read())


def test_an_alarm_is_read_back_in_the_query_protocol(aws: Aws) -> None:
    name = aws.name("alarm")
    aws.root("cloudwatch").put_metric_alarm(AlarmName=name, **ALARM)
    answer = ask(aws, Action="DescribeAlarms", **{"AlarmNames.member.1": name})
    found = {field.tag.rpartition("}")[2]: field for field in answer.findall(".//{*}MetricAlarms/{*}member/*")}
    assert found["AlarmName"].text == name
    simple = {field: value for field, value in ALARM.items() if not isinstance(value, list)}
    read = {
        field: json.loads(text) if (text := found[field].text or "") in ("true", "300", "1", "0.0") else text
        for field in simple
    }
    assert read == simple
    assert [action.text for action in found["AlarmActions"]] == ALARM["AlarmActions"]
    assert [part.text for part in found["Dimensions"][0]] == ["StateMachineArn", "arn"]


def test_alarms_are_found_by_prefix_in_the_query_protocol(aws: Aws) -> None:
    prefix = aws.name("prefix")
    for ending in ("a", "b"):
        aws.root("cloudwatch").put_metric_alarm(AlarmName=f"{prefix}-{ending}", **ALARM)
    answer = ask(aws, Action="DescribeAlarms", AlarmNamePrefix=prefix)
    assert [name.text for name in answer.findall(".//{*}AlarmName")] == [f"{prefix}-a", f"{prefix}-b"]


def test_an_alarm_goes_off_by_a_mail(aws: Aws) -> None:
    sns, cloudwatch = aws.root("sns"), aws.root("cloudwatch")
    topic = sns.create_topic(Name=aws.name("topic"))["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="team@example.com")
    space, name = aws.name("Space"), aws.name("alarm")
    own = {"Namespace": space, "MetricName": "Failed", "Dimensions": [], "AlarmActions": [topic]}
    cloudwatch.put_metric_alarm(AlarmName=name, **{**ALARM, **own})
    cloudwatch.put_metric_data(Namespace=space, MetricData=[{"MetricName": "Failed", "Value": 1}])
    assert [mail["topic"] for mail in aws.mails() if mail["topic"] == topic] == [topic]


def test_tracing_and_logging_of_a_state_machine_are_read_back(aws: Aws) -> None:
    sfn = aws.root("stepfunctions")
    logs = {
        "level": "ALL",
        "includeExecutionData": True,
        "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": "a"}}],
    }
    definition = json.dumps({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}})
    arn = sfn.create_state_machine(
        name=aws.name("machine"),
        roleArn=aws.role(),
        definition=definition,
        loggingConfiguration=logs,
        tracingConfiguration={"enabled": True},
    )["stateMachineArn"]
    found = sfn.describe_state_machine(stateMachineArn=arn)
    assert (found["tracingConfiguration"], found["loggingConfiguration"]) == ({"enabled": True}, logs)
    sfn.update_state_machine(stateMachineArn=arn, tracingConfiguration={"enabled": False})
    assert sfn.describe_state_machine(stateMachineArn=arn)["tracingConfiguration"] == {"enabled": False}


def test_metrics_are_allowed_by_namespace(aws: Aws) -> None:
    own = allow("cloudwatch:PutMetricData", "*", StringEquals={"cloudwatch:namespace": "Assay"})
    client = aws.assumed("cloudwatch", aws.role(own))
    client.put_metric_data(Namespace="Assay", MetricData=[{"MetricName": "m", "Value": 1}])
    with pytest.raises(ClientError, match="AccessDenied"):
        client.put_metric_data(Namespace="Other", MetricData=[{"MetricName": "m", "Value": 1}])


@pytest.mark.parametrize(
    ("body", "parameters", "found"),
    [
        (b'{"Namespace": "A"}', {}, "A"),
        (b"Action=PutMetricData&Namespace=B", {"Namespace": ["B"]}, "B"),
        (b"\xa0", {}, ""),
        (b"", {}, ""),
    ],
)
def test_the_namespace_is_found_in_every_protocol(body: bytes, parameters: Json, found: str) -> None:
    assert namespace(body, parameters) == found


def test_a_bucket_that_demands_tls_is_reachable(aws: Aws) -> None:
    bucket = aws.bucket()
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [f"arn:aws:s3:::{bucket}/*"]}
    policy = {"Version": "2012-10-17", "Statement": [{**deny, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}
    aws.root("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    client = aws.assumed("s3", aws.role(allow("s3:*")))
    client.put_object(Bucket=bucket, Key="key", Body=b"text")
    assert client.get_object(Bucket=bucket, Key="key")["Body"].read() == b"text"
