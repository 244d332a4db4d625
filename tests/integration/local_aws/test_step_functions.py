"""Step Functions: what MiniStack's interpreter lacks and the adapters add."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.local_aws.aws import Aws, Json, allow, until
from tests.integration.local_aws.test_glue_jobs import make_job

CALL_ALL = allow(["lambda:InvokeFunction", "glue:*", "sns:Publish", "states:*"])
CODE = """
import time
class GateRefusedError(Exception):
    pass
def handler(event, context):
    if event.get("fail"):
        raise GateRefusedError("7 % > 5 %\\nsecond line: with a colon")
    time.sleep(event.get("sleep", 0))
    return {"echo": event, "text": "x" * event.get("size", 0)}
"""
PASS = {"Type": "Pass", "End": True}


@pytest.fixture(scope="module")
def function(aws: Aws) -> str:
    return aws.function(CODE, Timeout=2)


def call(function: str, payload: Json, **state: Any) -> Json:
    arguments = {"FunctionName": function, "Payload": payload}
    task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": arguments}
    return {**task, "Output": "{% $states.result.Payload %}", "End": True, **state}


def run_job(job: str, mode: str, **state: Any) -> Json:
    arguments = {"JobName": job, "Arguments": {"--mode": mode}}
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::glue:startJobRun.sync",
        "Arguments": arguments,
        "End": True,
        **state,
    }


class TestLambdaTask:
    def test_answers_with_the_functions_payload(self, aws: Aws, function: str) -> None:
        done = aws.execute(aws.machine({"Call": call(function, {"n": 1})}, CALL_ALL))
        assert json.loads(done["output"])["echo"] == {"n": 1}

    def test_an_error_is_caught_by_the_name_of_its_class(self, aws: Aws, function: str) -> None:
        caught = [{"ErrorEquals": ["GateRefusedError"], "Next": "Caught", "Output": "{% $states.errorOutput %}"}]
        states = {"Call": call(function, {"fail": True}, Catch=caught), "Caught": PASS}
        output = json.loads(aws.execute(aws.machine(states, CALL_ALL))["output"])
        cause = json.loads(output["Cause"])
        assert output["Error"] == cause["errorType"] == "GateRefusedError"
        assert cause["errorMessage"] == "7 % > 5 %\nsecond line: with a colon"
        assert any("code.py" in frame for frame in cause["stackTrace"])

    def test_a_function_that_takes_too_long_is_sandbox_timedout(self, aws: Aws, function: str) -> None:
        done = aws.execute(aws.machine({"Call": call(function, {"sleep": 30})}, CALL_ALL))
        assert (done["status"], done["error"]) == ("FAILED", "Sandbox.Timedout")

    def test_the_machines_role_must_allow_the_call(self, aws: Aws, function: str) -> None:
        done = aws.execute(aws.machine({"Call": call(function, {})}, allow("s3:GetObject")))
        assert (done["status"], done["error"]) == ("FAILED", "Lambda.AWSLambdaException")
        assert "lambda:InvokeFunction" in done["cause"]

    def test_a_result_above_256_kib_is_refused(self, aws: Aws, function: str) -> None:
        done = aws.execute(aws.machine({"Call": call(function, {"size": 270_000})}, CALL_ALL))
        assert (done["status"], done["error"]) == ("FAILED", "States.DataLimitExceeded")


class TestGlueTask:
    def test_succeeds_with_the_job_run(self, aws: Aws) -> None:
        job = make_job(aws)
        run = json.loads(aws.execute(aws.machine({"Run": run_job(job, "plain")}, CALL_ALL))["output"])
        assert (run["JobName"], run["JobRunState"]) == (job, "SUCCEEDED")
        assert isinstance(run["StartedOn"], int), "times are milliseconds, as in AWS's own answer"

    def test_fails_with_the_job_run_as_cause_and_is_retried(self, aws: Aws) -> None:
        job = make_job(aws)
        retry = [{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 1, "MaxDelaySeconds": 1, "MaxAttempts": 1}]
        done = aws.execute(aws.machine({"Run": run_job(job, "boom", Retry=retry)}, CALL_ALL))
        assert done["error"] == "States.TaskFailed"
        assert json.loads(done["cause"])["ErrorMessage"] == "ValueError: boom"
        assert len(aws.root("glue").get_job_runs(JobName=job)["JobRuns"]) == 2

    def test_a_task_timeout_stops_the_run(self, aws: Aws) -> None:
        job = make_job(aws)
        done = aws.execute(aws.machine({"Run": run_job(job, "sleep", TimeoutSeconds=1)}, CALL_ALL))
        assert (done["status"], done["error"]) == ("FAILED", "States.Timeout")
        until(10, lambda: states_of_runs(aws, job) == ["STOPPED"])

    def test_stopping_the_execution_stops_the_run_and_nothing_is_tried_again(self, aws: Aws) -> None:
        job = make_job(aws)
        retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 3}]
        execution = aws.started(aws.machine({"Run": run_job(job, "sleep", Retry=retry)}, CALL_ALL))
        until(10, lambda: states_of_runs(aws, job) == ["RUNNING"])
        aws.root("stepfunctions").stop_execution(executionArn=execution, error="Enough", cause="test")
        until(10, lambda: states_of_runs(aws, job) == ["STOPPED"])
        assert aws.ended(execution)["status"] == "ABORTED"
        assert states_of_runs(aws, job) == ["STOPPED"]

    def test_an_unknown_job_has_glues_own_error(self, aws: Aws) -> None:
        done = aws.execute(aws.machine({"Run": run_job("no-such-job", "plain")}, CALL_ALL))
        assert done["error"] == "Glue.EntityNotFoundException"


def states_of_runs(aws: Aws, job: str) -> list[str]:
    return [run["JobRunState"] for run in aws.root("glue").get_job_runs(JobName=job)["JobRuns"]]


WAIT = {"Wait": {"Type": "Wait", "Seconds": 30, "End": True}}


class TestExecution:
    @pytest.mark.parametrize("name", ["", "a b", "a:b", "a/b", "a*", "x" * 81, "tab\t", "a[1]", "a~b"])
    def test_a_name_that_aws_refuses_is_refused(self, aws: Aws, name: str) -> None:
        machine = aws.machine({"Pass": PASS})
        with pytest.raises(ClientError, match="InvalidName"):
            aws.root("stepfunctions").start_execution(stateMachineArn=machine, name=name)

    @pytest.mark.parametrize("name", ["x", "x" * 80, "20240331T020000Z-daily-1a2b", "a.b_c-d(e)=f+g@h!"])
    def test_a_name_that_aws_takes_is_taken(self, aws: Aws, name: str) -> None:
        assert aws.execute(aws.machine({"Pass": PASS}), name=name)["name"] == name

    def test_starting_the_same_twice_is_one_execution_while_it_runs(self, aws: Aws) -> None:
        machine = aws.machine(WAIT)
        first = aws.started(machine, {"a": 1}, "same")
        assert aws.started(machine, {"a": 1}, "same") == first
        with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
            aws.started(machine, {"a": 2}, "same")
        aws.root("stepfunctions").stop_execution(executionArn=first)
        with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
            aws.started(machine, {"a": 1}, "same")

    def test_the_machines_own_timeout_ends_it(self, aws: Aws) -> None:
        done = aws.execute(aws.machine(WAIT, TimeoutSeconds=1))
        assert (done["status"], done["error"]) == ("TIMED_OUT", "States.Timeout")

    def test_an_alias_runs_its_version_whatever_the_machine_has_become(self, aws: Aws) -> None:
        sfn = aws.root("stepfunctions")
        definition = '{"QueryLanguage":"JSONata","StartAt":"P","States":{"P":{"Type":"Pass","Output":%d,"End":true}}}'
        role, name = aws.role(), aws.name("machine")
        made = sfn.create_state_machine(name=name, roleArn=role, definition=definition % 1, publish=True)
        version = made["stateMachineVersionArn"]
        routing = [{"stateMachineVersionArn": version, "weight": 100}]
        alias = sfn.create_state_machine_alias(name="live", routingConfiguration=routing)["stateMachineAliasArn"]
        sfn.update_state_machine(stateMachineArn=made["stateMachineArn"], definition=definition % 2)
        through_alias = aws.execute(alias)
        assert through_alias["output"] == "1"
        assert through_alias["stateMachineArn"] == made["stateMachineArn"]
        assert (through_alias["stateMachineVersionArn"], through_alias["stateMachineAliasArn"]) == (version, alias)
        through_version = aws.execute(version)
        assert through_version["output"] == "1"
        assert "stateMachineAliasArn" not in through_version
        assert aws.execute(made["stateMachineArn"])["output"] == "2"

    def test_a_retry_waits_no_longer_than_max_delay(self, aws: Aws, function: str) -> None:
        retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 20, "MaxDelaySeconds": 1, "MaxAttempts": 1}]
        done = aws.execute(aws.machine({"Call": call(function, {"fail": True}, Retry=retry)}, CALL_ALL))
        assert done["error"] == "GateRefusedError"
        assert (done["stopDate"] - done["startDate"]).total_seconds() < 10

    def test_its_history_is_in_the_log_group_of_the_machine(self, aws: Aws) -> None:
        sfn, logs = aws.root("stepfunctions"), aws.root("logs")
        group = f"/aws/vendedlogs/states/{aws.name('machine')}"
        logs.create_log_group(logGroupName=group)
        arn = f"arn:aws:logs:eu-west-1:000000000000:log-group:{group}:*"
        machine = sfn.create_state_machine(
            name=aws.name("machine"),
            roleArn=aws.role(),
            definition=json.dumps({"StartAt": "P", "States": {"P": PASS}}),
            loggingConfiguration={
                "level": "ALL",
                "includeExecutionData": True,
                "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}],
            },
        )["stateMachineArn"]
        aws.execute(machine)
        streams = until(10, lambda: logs.describe_log_streams(logGroupName=group)["logStreams"])
        name = streams[0]["logStreamName"]
        events = until(10, lambda: logs.get_log_events(logGroupName=group, logStreamName=name)["events"])
        assert [json.loads(event["message"])["type"] for event in events] == [
            "ExecutionStarted",
            "PassStateEntered",
            "PassStateExited",
            "ExecutionSucceeded",
        ]

    def test_its_end_is_a_metric(self, aws: Aws) -> None:
        machine = aws.machine({"Fail": {"Type": "Fail", "Error": "Wanted"}})
        aws.execute(machine)
        dimensions = [{"Name": "StateMachineArn", "Value": machine}]

        def names() -> set[str]:
            found = aws.root("cloudwatch").list_metrics(Namespace="AWS/States", Dimensions=dimensions)["Metrics"]
            return {metric["MetricName"] for metric in found}

        until(10, lambda: names() == {"ExecutionsStarted", "ExecutionsFailed", "ExecutionTime"})


class TestOtherTasks:
    def test_an_sdk_call_has_pascal_case_answers(self, aws: Aws) -> None:
        bucket = aws.bucket()
        aws.root("s3").put_object(Bucket=bucket, Key="key", Body=b"text")
        task = {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:s3:getObject",
            "Arguments": {"Bucket": bucket, "Key": "key"},
            "End": True,
        }
        done = aws.execute(aws.machine({"Get": task}, allow("s3:*")))
        assert json.loads(done["output"])["Body"] == "text"

    @pytest.mark.parametrize(("key", "error"), [("gone", "S3.NoSuchKeyException"), (None, "S3.AccessDeniedException")])
    def test_an_sdk_call_has_named_errors(self, aws: Aws, key: str | None, error: str) -> None:
        bucket = aws.bucket()
        task = {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:s3:getObject",
            "Arguments": {"Bucket": bucket, "Key": key or "gone"},
            "End": True,
        }
        statement = allow("s3:*") if key else allow("sns:Publish")
        assert aws.execute(aws.machine({"Get": task}, statement))["error"] == error

    def test_a_token_waits_for_its_answer(self, aws: Aws) -> None:
        topic = aws.root("sns").create_topic(Name=aws.name("topic"))["TopicArn"]
        aws.root("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="approver@example.com")
        execution = aws.started(aws.machine({"Ask": ask(topic)}, CALL_ALL))
        token = until(10, lambda: token_for(aws, topic))
        aws.root("stepfunctions").send_task_success(taskToken=token, output='{"approved": true}')
        assert json.loads(aws.ended(execution)["output"]) == {"approved": True}

    def test_a_token_without_heartbeat_fails(self, aws: Aws) -> None:
        topic = aws.root("sns").create_topic(Name=aws.name("topic"))["TopicArn"]
        done = aws.execute(aws.machine({"Ask": ask(topic, HeartbeatSeconds=1)}, CALL_ALL))
        assert (done["status"], done["error"]) == ("FAILED", "States.HeartbeatTimeout")

    def test_a_nested_execution_is_waited_for(self, aws: Aws) -> None:
        inner = aws.machine({"P": {"Type": "Pass", "Output": {"n": "{% $states.input.n + 1 %}"}, "End": True}})
        task = {
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Arguments": {"StateMachineArn": inner, "Input": {"n": 1}},
            "Output": "{% $states.result.Output %}",
            "End": True,
        }
        done = aws.execute(aws.machine({"Nest": task}, CALL_ALL))
        assert json.loads(done["output"]) == {"n": 2}


def ask(topic: str, **state: Any) -> Json:
    arguments = {"TopicArn": topic, "Message": "{% $states.context.Task.Token %}"}
    resource = "arn:aws:states:::sns:publish.waitForTaskToken"
    return {"Type": "Task", "Resource": resource, "Arguments": arguments, "End": True, **state}


def token_for(aws: Aws, topic: str) -> str | None:
    return next((mail["body"] for mail in aws.mails() if mail["topic"] == topic), None)
