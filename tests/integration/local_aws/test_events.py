"""Events and schedules reach functions and topics when they may, and not otherwise."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from local_aws.events.placeholders import filled, scheduled_time
from local_aws.settings import ACCOUNT, REGION
from tests.integration.local_aws.aws import Aws, Json, allow, until

KEEP = """
import boto3, json, os, uuid
def handler(event, context):
    key = f"{os.environ['PREFIX']}/{uuid.uuid4()}"
    boto3.client("s3").put_object(Bucket=os.environ["BUCKET"], Key=key, Body=json.dumps(event).encode())
    if os.environ.get("FAIL"):
        raise ValueError("not today")
"""


class Keeper:
    """A function that keeps every event it gets."""

    def __init__(self, aws: Aws, **variables: str) -> None:
        self.aws = aws
        self.bucket = aws.bucket()
        environment = {"Variables": {"BUCKET": self.bucket, "PREFIX": "events", **variables}}
        self.arn = aws.function(KEEP, allow("s3:PutObject", f"arn:aws:s3:::{self.bucket}/*"), Environment=environment)

    def events(self) -> list[Any]:
        s3 = self.aws.root("s3")
        found = s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])
        return [json.loads(s3.get_object(Bucket=self.bucket, Key=entry["Key"])["Body"].read()) for entry in found]

    def permit(self, rule: str) -> None:
        self.aws.root("lambda").add_permission(
            FunctionName=self.arn,
            StatementId=self.aws.name("statement"),
            Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com",
            SourceArn=rule,
            SourceAccount=ACCOUNT,
        )


def make_rule(aws: Aws, target: str, pattern: Json) -> str:
    events, name = aws.root("events"), aws.name("rule")
    rule: str = events.put_rule(Name=name, EventPattern=json.dumps(pattern))["RuleArn"]
    events.put_targets(Rule=name, Targets=[{"Id": "target", "Arn": target}])
    return rule


def send(aws: Aws, source: str) -> None:
    aws.root("events").put_events(Entries=[{"Source": source, "DetailType": "x", "Detail": '{"n": 1}'}])


class TestRules:
    def test_an_object_event_names_the_version(self, aws: Aws) -> None:
        s3, keeper, bucket = aws.root("s3"), Keeper(aws), aws.bucket()
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        s3.put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )
        pattern = {
            "source": ["aws.s3"],
            "detail": {"bucket": {"name": [bucket]}, "object": {"key": [{"suffix": ".csv"}]}},
        }
        keeper.permit(make_rule(aws, keeper.arn, pattern))
        s3.put_object(Bucket=bucket, Key="ignored.txt", Body=b"1")
        version = s3.put_object(Bucket=bucket, Key="a/b.csv", Body=b"12")["VersionId"]
        (event,) = until(10, keeper.events)
        found = event["detail"]["object"]
        assert (found["key"], found["size"], found["version-id"]) == ("a/b.csv", 2, version)

    def test_a_function_without_permission_is_not_called(self, aws: Aws) -> None:
        permitted, forbidden, source = Keeper(aws), Keeper(aws), aws.name("source")
        permitted.permit(make_rule(aws, permitted.arn, {"source": [source]}))
        other = make_rule(aws, forbidden.arn, {"source": [source]})
        forbidden.permit(other + "-another")
        send(aws, source)
        assert until(10, permitted.events)[0]["detail"] == {"n": 1}
        assert forbidden.events() == []

    def test_a_topic_without_permission_gets_nothing(self, aws: Aws) -> None:
        sns, source = aws.root("sns"), aws.name("source")
        topics = [sns.create_topic(Name=aws.name("topic"))["TopicArn"] for _ in range(2)]
        rules = [make_rule(aws, topic, {"source": [source]}) for topic in topics]
        for topic, effect in zip(topics, ("Allow", "Deny"), strict=True):
            sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="team@example.com")
            statement = {"Effect": effect, "Principal": {"Service": "events.amazonaws.com"}, "Action": "sns:Publish"}
            condition = {"Condition": {"ArnEquals": {"aws:SourceArn": rules}}}
            policy = json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Resource": topic, **condition}]})
            sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
        send(aws, source)
        until(10, lambda: [mail for mail in aws.mails() if mail["topic"] == topics[0]])
        assert [mail for mail in aws.mails() if mail["topic"] == topics[1]] == []

    def test_an_alarm_that_goes_off_is_an_event(self, aws: Aws) -> None:
        keeper, name, space = Keeper(aws), aws.name("alarm"), aws.name("Space")
        pattern = {
            "source": ["aws.cloudwatch"],
            "detail-type": ["CloudWatch Alarm State Change"],
            "detail": {"alarmName": [{"prefix": name}], "state": {"value": ["ALARM"]}},
        }
        keeper.permit(make_rule(aws, keeper.arn, pattern))
        aws.root("cloudwatch").put_metric_alarm(
            AlarmName=name, AlarmDescription="It failed.", Namespace=space, MetricName="Failed", Statistic="Sum",
            Period=60, EvaluationPeriods=1, Threshold=0, ComparisonOperator="GreaterThanThreshold",
        )  # fmt: skip
        aws.root("cloudwatch").put_metric_data(Namespace=space, MetricData=[{"MetricName": "Failed", "Value": 1}])
        (event,) = until(10, keeper.events)
        assert event["detail"]["state"]["value"] == "ALARM"
        assert event["detail"]["configuration"]["description"] == "It failed."

    def test_an_alarm_looks_at_the_metric_of_its_own_dimensions_only(self, aws: Aws) -> None:
        cloudwatch, space = aws.root("cloudwatch"), aws.name("Space")
        names = {each: aws.name("alarm") for each in ("mine", "other")}
        for each, name in names.items():
            cloudwatch.put_metric_alarm(
                AlarmName=name, Namespace=space, MetricName="Failed", Statistic="Sum", Period=60, EvaluationPeriods=1,
                Dimensions=[{"Name": "of", "Value": each}], Threshold=0, ComparisonOperator="GreaterThanThreshold",
            )  # fmt: skip
        data = [{"MetricName": "Failed", "Value": 1, "Dimensions": [{"Name": "of", "Value": "mine"}]}]
        cloudwatch.put_metric_data(Namespace=space, MetricData=data)
        found = cloudwatch.describe_alarms(AlarmNames=[*names.values()])["MetricAlarms"]
        states = {each["AlarmName"]: each["StateValue"] for each in found}
        assert states[names["mine"]] == "ALARM" and states[names["other"]] != "ALARM"

    def test_a_failing_function_is_called_again_and_then_its_destination(self, aws: Aws) -> None:
        sns, keeper, source = aws.root("sns"), Keeper(aws, FAIL="yes"), aws.name("source")
        topic = sns.create_topic(Name=aws.name("topic"))["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="team@example.com")
        aws.root("lambda").put_function_event_invoke_config(
            FunctionName=keeper.arn,
            MaximumRetryAttempts=1,
            DestinationConfig={"OnFailure": {"Destination": topic}},
        )
        keeper.permit(make_rule(aws, keeper.arn, {"source": [source]}))
        send(aws, source)
        mails = until(15, lambda: [mail for mail in aws.mails() if mail["topic"] == topic])
        told = json.loads(mails[0]["body"])
        assert told["requestContext"]["condition"] == "RetriesExhausted"
        assert told["responsePayload"]["errorType"] == "ValueError"
        assert len(keeper.events()) == 2

    def test_an_event_that_its_function_does_not_get_waits_in_the_queue_of_the_target(self, aws: Aws) -> None:
        sqs, events, forbidden, source = aws.root("sqs"), aws.root("events"), Keeper(aws), aws.name("source")
        queue = sqs.create_queue(QueueName=aws.name("queue"))["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        rule = events.put_rule(Name=aws.name("rule"), EventPattern=json.dumps({"source": [source]}))["RuleArn"]
        target = {"Id": "target", "Arn": forbidden.arn, "DeadLetterConfig": {"Arn": arn}}
        events.put_targets(Rule=rule.rpartition("/")[2], Targets=[target])
        send(aws, source)
        asked = {"QueueUrl": queue, "MessageAttributeNames": ["All"]}
        (message,) = until(10, lambda: sqs.receive_message(**asked).get("Messages"))
        assert json.loads(message["Body"])["detail"] == {"n": 1}
        assert message["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "NO_PERMISSIONS"
        assert forbidden.events() == []

    def test_what_a_function_without_destination_gave_up_on_waits_in_its_queue(self, aws: Aws) -> None:
        sqs = aws.root("sqs")
        queue = sqs.create_queue(QueueName=aws.name("queue"))["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        code = "def handler(event, context):\n    raise ValueError('not today')\n"
        function = aws.function(code, DeadLetterConfig={"TargetArn": arn})
        aws.root("lambda").put_function_event_invoke_config(FunctionName=function, MaximumRetryAttempts=0)
        aws.root("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=b'{"n": 1}')
        (message,) = until(10, lambda: sqs.receive_message(QueueUrl=queue).get("Messages"))
        assert '"n": 1' in message["Body"].replace("\\", "")

    def test_the_end_of_an_execution_is_an_event(self, aws: Aws) -> None:
        keeper = Keeper(aws)
        machine = aws.machine({"Fail": {"Type": "Fail", "Error": "Wanted", "Cause": "test"}})
        pattern = {"source": ["aws.states"], "detail": {"status": ["FAILED"], "stateMachineArn": [machine]}}
        keeper.permit(make_rule(aws, keeper.arn, pattern))
        aws.execute(machine)
        (event,) = until(10, keeper.events)
        assert (event["detail"]["error"], event["detail"]["cause"]) == ("Wanted", "test")


class TestSchedules:
    def test_a_schedule_calls_its_function_as_its_role_if_it_may(self, aws: Aws) -> None:
        keeper, may_not, not_trusted = Keeper(aws), Keeper(aws), Keeper(aws)
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": "scheduler.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
                "ArnLike": {"aws:SourceArn": f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule-group/default"},
            },
        }
        role = aws.role(allow("lambda:InvokeFunction", keeper.arn), trust=trust)
        self.schedule(aws, may_not.arn, aws.role(allow("s3:GetObject")))
        other = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        self.schedule(aws, not_trusted.arn, aws.role(allow("lambda:InvokeFunction", not_trusted.arn), trust=other))
        at = self.schedule(aws, keeper.arn, role)
        (event,) = until(15, keeper.events)
        assert event == {"trigger": "schedule", "scheduled_time": f"{at}Z"}
        time.sleep(1.5)  # the other two were due at the same time
        assert (may_not.events(), not_trusted.events()) == ([], [])

    @staticmethod
    def schedule(aws: Aws, target: str, role: str) -> str:
        at = (datetime.now(UTC) + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%S")
        text = '{"trigger": "schedule", "scheduled_time": "<aws.scheduler.scheduled-time>"}'
        aws.root("scheduler").create_schedule(
            Name=aws.name("schedule"),
            ScheduleExpression=f"at({at})",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": target, "RoleArn": role, "Input": text},
        )
        return at

    def test_a_cron_names_the_minute_it_was_due(self) -> None:
        due = datetime(2024, 3, 31, 2, 0, 4, tzinfo=UTC).timestamp()
        assert scheduled_time("cron(0 2 * * ? *)", due) == "2024-03-31T02:00:00Z"
        schedule = {"ScheduleExpression": "cron(0 2 * * ? *)", "Arn": "arn:of:schedule"}
        text = filled("<aws.scheduler.scheduled-time> <aws.scheduler.schedule-arn>", schedule, due)
        assert text == "2024-03-31T02:00:00Z arn:of:schedule"
