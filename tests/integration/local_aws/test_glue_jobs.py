"""Glue job runs are real processes under the job's role. (Python shell jobs here; Spark in test_spark_job.py.)"""

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.local_aws.aws import ENDED, Aws, Json, allow, until

SCRIPT = """
import argparse, os, time
import boto3
parser = argparse.ArgumentParser()
parser.add_argument("--mode")
parser.add_argument("--kept")
given, _ = parser.parse_known_args()
print("mode", given.mode, "kept", given.kept)
if given.mode == "who":
    print(boto3.client("sts").get_caller_identity()["Arn"])
if given.mode == "boom":
    raise ValueError("boom")
if given.mode == "exit":
    os._exit(3)
if given.mode == "forbidden":
    boto3.client("s3").list_buckets()
if given.mode == "sleep":
    time.sleep(300)
"""


@pytest.fixture(scope="module")
def job(aws: Aws) -> str:
    return make_job(aws)


def make_job(aws: Aws, **settings: Any) -> str:
    bucket, name = aws.bucket(), aws.name("job")
    aws.root("s3").put_object(Bucket=bucket, Key="script.py", Body=SCRIPT.encode())
    role = aws.role(
        allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*"),
        allow("logs:*", "arn:aws:logs:*:*:log-group:/aws-glue/jobs/*"),
        allow("cloudwatch:PutMetricData", "*", StringEquals={"cloudwatch:namespace": "Glue"}),
    )
    aws.root("glue").create_job(
        Name=name,
        Role=role,
        Command={"Name": "pythonshell", "ScriptLocation": f"s3://{bucket}/script.py", "PythonVersion": "3.9"},
        **{"NonOverridableArguments": {"--kept": "yes"}, **settings},
    )
    return name


def start(aws: Aws, job: str, mode: str) -> str:
    answer = aws.root("glue").start_job_run(JobName=job, Arguments={"--mode": mode, "--kept": "no"})
    return str(answer["JobRunId"])


def ended(aws: Aws, job: str, run: str, seconds: float = 30) -> Json:
    def look() -> Json | None:
        found: Json = aws.root("glue").get_job_run(JobName=job, RunId=run)["JobRun"]
        return found if found["JobRunState"] in ENDED else None

    found: Json = until(seconds, look)
    return found


def output(aws: Aws, run: str, stream: str = "output") -> str:
    logs = aws.root("logs")
    found = logs.get_log_events(logGroupName=f"/aws-glue/jobs/{stream}", logStreamName=run)["events"]
    return "\n".join(event["message"] for event in found)


def test_a_run_acts_as_the_jobs_role_and_its_output_is_in_the_logs(aws: Aws, job: str) -> None:
    run = ended(aws, job, start(aws, job, "who"))
    assert run["JobRunState"] == "SUCCEEDED"
    assert ":assumed-role/role-" in output(aws, run["Id"])


def test_a_run_may_name_another_script_than_its_job(aws: Aws, job: str) -> None:
    bucket = aws.root("glue").get_job(JobName=job)["Job"]["Command"]["ScriptLocation"].split("/")[2]
    aws.root("s3").put_object(Bucket=bucket, Key="other.py", Body=b"print('the other script')")
    arguments = {"--scriptLocation": f"s3://{bucket}/other.py"}
    run = aws.root("glue").start_job_run(JobName=job, Arguments=arguments)["JobRunId"]
    assert ended(aws, job, run)["JobRunState"] == "SUCCEEDED"
    assert "the other script" in output(aws, run)


def test_arguments_nobody_may_override_are_not_overridden(aws: Aws, job: str) -> None:
    run = ended(aws, job, start(aws, job, "plain"))
    assert "mode plain kept yes" in output(aws, run["Id"])


def test_a_failing_script_fails_the_run_with_the_last_line_of_its_traceback(aws: Aws, job: str) -> None:
    run = ended(aws, job, start(aws, job, "boom"))
    assert (run["JobRunState"], run["ErrorMessage"]) == ("FAILED", "ValueError: boom")
    assert "Traceback" in output(aws, run["Id"], "error")


def test_a_run_that_dies_without_a_word_is_told_by_its_exit_code(aws: Aws, job: str) -> None:
    run = ended(aws, job, start(aws, job, "exit"))
    assert (run["JobRunState"], run["ErrorMessage"]) == ("FAILED", "Command failed with exit code 3")


def test_the_role_forbids_what_it_does_not_allow(aws: Aws, job: str) -> None:
    run = ended(aws, job, start(aws, job, "forbidden"))
    assert run["JobRunState"] == "FAILED"
    assert "AccessDenied" in run["ErrorMessage"]


def test_a_missing_script_fails_the_run_and_says_so(aws: Aws) -> None:
    job = make_job(aws)
    found = aws.root("glue").get_job(JobName=job)["Job"]
    lost = {**found["Command"], "ScriptLocation": found["Command"]["ScriptLocation"] + ".gone"}
    aws.root("glue").update_job(JobName=job, JobUpdate={"Role": found["Role"], "Command": lost})
    run = ended(aws, job, start(aws, job, "plain"))
    assert run["JobRunState"] == "FAILED"
    assert run["ErrorMessage"].startswith("LAUNCH ERROR")


def test_stopping_a_run_ends_its_process(aws: Aws, job: str) -> None:
    run = start(aws, job, "sleep")
    until(10, lambda: aws.root("glue").get_job_run(JobName=job, RunId=run)["JobRun"]["JobRunState"] == "RUNNING")
    answer = aws.root("glue").batch_stop_job_run(JobName=job, JobRunIds=[run, "jr_unknown"])
    assert [one["JobRunId"] for one in answer["SuccessfulSubmissions"]] == [run]
    assert answer["Errors"][0]["ErrorDetail"]["ErrorCode"] == "EntityNotFoundException"
    assert ended(aws, job, run)["JobRunState"] == "STOPPED"


def test_the_jobs_own_timeout_ends_a_run(aws: Aws) -> None:
    job = make_job(aws, Timeout=1)
    run = aws.root("glue").start_job_run(JobName=job, Arguments={"--mode": "sleep"}, Timeout=0.02)["JobRunId"]
    found = ended(aws, job, run)
    assert (found["JobRunState"], found["ErrorMessage"]) == ("TIMEOUT", "Job run timed out")


def test_no_more_runs_at_a_time_than_the_job_allows(aws: Aws) -> None:
    job = make_job(aws, ExecutionProperty={"MaxConcurrentRuns": 1})
    first = start(aws, job, "sleep")
    with pytest.raises(ClientError, match="ConcurrentRunsExceededException"):
        start(aws, job, "plain")
    aws.root("glue").batch_stop_job_run(JobName=job, JobRunIds=[first])
    ended(aws, job, first)
    assert ended(aws, job, start(aws, job, "plain"))["JobRunState"] == "SUCCEEDED"


def test_runs_are_listed_latest_first(aws: Aws) -> None:
    job = make_job(aws)
    runs = []
    for _ in range(2):
        runs.insert(0, start(aws, job, "plain"))
        ended(aws, job, runs[0])
        time.sleep(0.01)
    assert [run["Id"] for run in aws.root("glue").get_job_runs(JobName=job)["JobRuns"]] == runs


def test_every_attribute_of_a_job_is_read_back_as_written(aws: Aws) -> None:
    written: Json = {
        "ExecutionProperty": {"MaxConcurrentRuns": 7},
        "ExecutionClass": "FLEX",
        "JobRunQueuingEnabled": True,
        "MaintenanceWindow": "Sun:10",
        "Tags": {"project": "assay"},
    }
    job = make_job(aws, **written)
    found = aws.root("glue").get_job(JobName=job)["Job"]
    assert {name: found[name] for name in written if name != "Tags"} == {
        n: v for n, v in written.items() if n != "Tags"
    }
    arn = f"arn:aws:glue:eu-west-1:000000000000:job/{job}"
    assert aws.root("glue").get_tags(ResourceArn=arn)["Tags"] == {"project": "assay"}


def test_a_failed_run_counts_in_the_metric_that_alarms_watch(aws: Aws) -> None:
    job = make_job(aws, DefaultArguments={"--enable-observability-metrics": "true"})
    ended(aws, job, start(aws, job, "boom"))
    dimensions = [{"Name": "JobName", "Value": job}]
    found = aws.root("cloudwatch").list_metrics(Namespace="Glue", MetricName="glue.error.ALL", Dimensions=dimensions)
    assert len(found["Metrics"]) == 1


def test_a_service_that_the_role_does_not_trust_gets_no_credentials(aws: Aws) -> None:
    job = make_job(aws)
    found = aws.root("glue").get_job(JobName=job)["Job"]
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    update = {"Role": aws.role(trust=trust), "Command": found["Command"]}
    aws.root("glue").update_job(JobName=job, JobUpdate=update)
    run = ended(aws, job, start(aws, job, "plain"))
    assert run["JobRunState"] == "FAILED"
    assert "glue.amazonaws.com is not authorized to assume" in run["ErrorMessage"]
