"""What the local AWS still does otherwise than AWS, each as docs/local-aws.md lists it.

A test here fails when a gap closes or changes: then correct the list, and what was built around the gap.
"""

import io
import json
import sys
import time
import zipfile

import pytest
from botocore.exceptions import ClientError

from tests.integration.local_aws.aws import Aws, Json, allow, until
from tests.integration.local_aws.lakehouse import PARQUET, table
from tests.integration.local_aws.test_glue_jobs import ended, make_job, start

PASS: Json = {"Type": "Pass", "End": True}


class TestStepFunctions:
    def test_a_failing_branch_does_not_stop_the_others(self, aws: Aws) -> None:
        slow = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 1, "End": True}}}
        failing = {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "Branch"}}}
        done = aws.execute(aws.machine({"P": {"Type": "Parallel", "Branches": [slow, failing], "End": True}}))
        assert done["status"] == "FAILED"
        assert (done["stopDate"] - done["startDate"]).total_seconds() > 0.9

    def test_a_definition_that_makes_no_sense_is_taken(self, aws: Aws) -> None:
        definition = json.dumps({"StartAt": "Nowhere", "States": {"A": {"Type": "Pas", "Next": "Gone"}}})
        aws.root("stepfunctions").create_state_machine(name=aws.name("m"), roleArn=aws.role(), definition=definition)

    def test_items_are_not_batched(self, aws: Aws) -> None:
        state = {
            "Type": "Map",
            "ItemsPath": "$.items",
            "ItemBatcher": {"MaxItemsPerBatch": 2},
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "P",
                "States": {"P": PASS},
            },
            "End": True,
        }
        machine = aws.machine({"M": state}, QueryLanguage="JSONPath")
        assert json.loads(aws.execute(machine, {"items": [1, 2, 3]})["output"]) == [1, 2, 3]

    def test_a_timeout_cannot_be_an_expression(self, aws: Aws) -> None:
        function = aws.function("def handler(event, context):\n    return 1\n")
        task = {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": {"FunctionName": function, "Payload": {}},
            "TimeoutSeconds": "{% 30 %}",
            "End": True,
        }
        done = aws.execute(aws.machine({"T": task}, allow("lambda:*")))
        assert (done["status"], done["error"]) == ("FAILED", "States.Runtime")

    def test_a_failed_execution_cannot_be_redriven(self, aws: Aws) -> None:
        execution = aws.execute(aws.machine({"F": {"Type": "Fail", "Error": "Wanted"}}))
        with pytest.raises(ClientError, match="InvalidAction"):
            aws.root("stepfunctions").redrive_execution(executionArn=execution["executionArn"])


class TestGlue:
    def test_a_run_too_many_is_refused_although_the_job_queues(self, aws: Aws) -> None:
        job = make_job(aws, ExecutionProperty={"MaxConcurrentRuns": 1}, JobRunQueuingEnabled=True)
        first = start(aws, job, "sleep")
        with pytest.raises(ClientError, match="ConcurrentRunsExceededException"):
            start(aws, job, "plain")
        aws.root("glue").batch_stop_job_run(JobName=job, JobRunIds=[first])

    def test_a_failed_run_is_not_tried_again_by_glue(self, aws: Aws) -> None:
        job = make_job(aws, MaxRetries=1)
        ended(aws, job, start(aws, job, "boom"))
        assert len(aws.root("glue").get_job_runs(JobName=job)["JobRuns"]) == 1


class TestIam:
    def test_anybody_may_pass_any_role(self, aws: Aws) -> None:
        client = aws.assumed("glue", aws.role(allow("glue:CreateJob")))
        command = {"Name": "pythonshell", "ScriptLocation": "s3://bucket/key"}
        client.create_job(Name=aws.name("job"), Role=aws.role(allow("*")), Command=command)

    def test_an_encrypted_object_is_read_without_the_key(self, aws: Aws) -> None:
        bucket = aws.bucket()
        key = aws.root("kms").create_key()["KeyMetadata"]["Arn"]
        encrypted = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
        aws.root("s3").put_object(Bucket=bucket, Key="key", Body=b"text", **encrypted)
        client = aws.assumed("s3", aws.role(allow("s3:GetObject")))
        assert client.get_object(Bucket=bucket, Key="key")["Body"].read() == b"text"

    def test_one_table_of_a_database_is_all_its_tables(self, aws: Aws) -> None:
        database = aws.name("db").replace("-", "_")
        glue = aws.root("glue")
        glue.create_database(DatabaseInput={"Name": database})
        for name in ("mine", "other"):
            glue.create_table(DatabaseName=database, TableInput=table(name, [("a", "int")], PARQUET, "s3://b/", []))
        arn = f"arn:aws:glue:eu-west-1:000000000000:{{}}/{database}"
        resources = [
            arn.format("database"),
            arn.format("table") + "/mine",
            "arn:aws:glue:eu-west-1:000000000000:catalog",
        ]
        client = aws.assumed("glue", aws.role(allow("glue:GetTable", *resources)))
        assert client.get_table(DatabaseName=database, Name="other")["Table"]["Name"] == "other"

    def test_a_function_takes_a_role_that_does_not_trust_it(self, aws: Aws) -> None:
        trust = {"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("code.py", "def handler(event, context):\n    return 1\n")
        aws.root("lambda").create_function(
            FunctionName=aws.name("function"),
            Role=aws.role(trust=trust),
            Runtime="python3.13",
            Handler="code.handler",
            Code={"ZipFile": buffer.getvalue()},
        )


class TestS3:
    def test_a_copy_overwrites_what_it_should_not(self, aws: Aws) -> None:
        s3, bucket = aws.root("s3"), aws.bucket()
        for key in ("from", "to"):
            s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
        s3.copy_object(Bucket=bucket, Key="to", CopySource={"Bucket": bucket, "Key": "from"}, IfNoneMatch="*")
        assert s3.get_object(Bucket=bucket, Key="to")["Body"].read() == b"from"

    def test_equal_bytes_have_an_equal_etag(self, aws: Aws) -> None:
        """So on AWS too: a manifest needs something of its own in its bytes to be told from an earlier one."""
        s3, bucket = aws.root("s3"), aws.bucket()
        etags = {s3.put_object(Bucket=bucket, Key="key", Body=b"same")["ETag"] for _ in range(2)}
        assert len(etags) == 1


class TestLambda:
    def test_every_python_runtime_is_the_one_that_serves(self, aws: Aws) -> None:
        code = "import sys\ndef handler(event, context):\n    return list(sys.version_info[:2])\n"
        answer = aws.root("lambda").invoke(FunctionName=aws.function(code, Runtime="python3.13"))
        assert json.loads(answer["Payload"].read()) == list(sys.version_info[:2])

    def test_metrics_in_log_lines_are_not_metrics(self, aws: Aws) -> None:
        space = aws.name("Space")
        line = {
            "_aws": {
                "Timestamp": int(time.time() * 1000),
                "CloudWatchMetrics": [{"Namespace": space, "Dimensions": [[]], "Metrics": [{"Name": "m"}]}],
            },
            "m": 1,
        }
        code = f"def handler(event, context):\n    print({json.dumps(json.dumps(line))})\n"
        aws.root("lambda").invoke(FunctionName=aws.function(code))
        assert aws.root("cloudwatch").list_metrics(Namespace=space)["Metrics"] == []

    def test_with_a_destination_a_function_s_own_queue_gets_nothing(self, aws: Aws) -> None:
        sqs, sns = aws.root("sqs"), aws.root("sns")
        queue = sqs.create_queue(QueueName=aws.name("queue"))["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        topic = sns.create_topic(Name=aws.name("topic"))["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="team@example.com")
        code = "def handler(event, context):\n    raise ValueError('not today')\n"
        function = aws.function(code, DeadLetterConfig={"TargetArn": arn})
        destination = {"OnFailure": {"Destination": topic}}
        aws.root("lambda").put_function_event_invoke_config(
            FunctionName=function, MaximumRetryAttempts=0, DestinationConfig=destination
        )
        aws.root("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=b'{"n": 1}')
        until(10, lambda: [mail for mail in aws.mails() if mail["topic"] == topic])
        assert "Messages" not in sqs.receive_message(QueueUrl=queue)


class TestSns:
    def test_a_mail_address_need_not_confirm(self, aws: Aws) -> None:
        sns = aws.root("sns")
        topic = sns.create_topic(Name=aws.name("topic"))["TopicArn"]
        answer = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="team@example.com")
        assert answer["SubscriptionArn"].startswith(topic)


class TestAthena:
    @pytest.mark.parametrize(
        "sql",
        [
            "CREATE TABLE copy AS SELECT 1 a",
            "INSERT INTO t VALUES (1)",
            "UNLOAD (SELECT 1) TO 's3://b/' WITH (format = 'PARQUET')",
            "SHOW CREATE TABLE t",
            "SELECT * FROM information_schema.tables",
        ],
    )
    def test_statements_that_do_not_work(self, aws: Aws, sql: str) -> None:
        place = {"OutputLocation": f"s3://{aws.bucket()}/results/"}
        status = aws.queried(sql, ResultConfiguration=place)["Status"]
        assert status["State"] == "FAILED"
        assert status["StateChangeReason"].startswith("NOT_SUPPORTED")

    def test_decimals_are_divided_as_doubles(self, aws: Aws) -> None:
        place = {"OutputLocation": f"s3://{aws.bucket()}/results/"}
        sql = "SELECT DECIMAL '9007199254740993.00' / DECIMAL '1.00'"
        assert aws.rows(aws.queried(sql, ResultConfiguration=place)) != [("9007199254740993.00",)]
