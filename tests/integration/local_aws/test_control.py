"""Starting, stopping, killing, resetting and restoring the local AWS."""

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from local_aws import control
from local_aws.errors import LocalAwsError
from tests.integration.local_aws.aws import Aws, allow, free_port, until
from tests.integration.local_aws.lakehouse import PARQUET, parquet, table
from tests.integration.local_aws.test_events import Keeper, make_rule

CHECKPOINT_SECONDS = 0.3


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("ASSAY_CHECKPOINT_SECONDS", str(CHECKPOINT_SECONDS))
    yield tmp_path
    control.stop(tmp_path)


def kill(folder: Path) -> None:
    """End the server as a power cut would."""
    pid = control.status(folder).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    until(5, lambda: not control.status(folder).running)


def started(folder: Path) -> Aws:
    port = free_port()
    assert control.start(folder, port).healthy
    return Aws(folder, port)


def fill(aws: Aws) -> dict[str, str]:
    """Something of every kind that must survive."""
    s3, bucket = aws.root("s3"), aws.bucket()
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for sequence in ("1", "2"):
        answer = s3.put_object(Bucket=bucket, Key="symlink.txt", Body=sequence, Metadata={"sequence": sequence})
    topic = aws.root("sns").create_topic(Name=aws.name("topic"))["TopicArn"]
    aws.root("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="team@example.com")
    aws.root("sns").publish(TopicArn=topic, Message="kept")
    s3.put_object(Bucket=bucket, Key="t/a.parquet", Body=parquet("SELECT 'a' AS id"))
    aws.root("glue").create_database(DatabaseInput={"Name": "db"})
    aws.root("glue").create_table(
        DatabaseName="db", TableInput=table("t", [("id", "string")], PARQUET, f"s3://{bucket}/t/", [])
    )
    result = {"OutputLocation": f"s3://{bucket}/results/"}
    query = aws.queried("SELECT id FROM t", "db", ResultConfiguration=result)
    machine = aws.machine({"P": {"Type": "Pass", "Output": 7, "End": True}})
    execution = aws.execute(machine)["executionArn"]
    return {
        "bucket": bucket,
        "etag": answer["ETag"],
        "version": answer["VersionId"],
        "query": query["QueryExecutionId"],
        "execution": execution,
    }


def check(aws: Aws, known: dict[str, str]) -> None:
    """Everything that `fill` made is there and works."""
    s3, bucket = aws.root("s3"), known["bucket"]
    head = s3.head_object(Bucket=bucket, Key="symlink.txt")
    assert (head["Metadata"], head["ETag"], head["VersionId"]) == ({"sequence": "2"}, known["etag"], known["version"])
    assert len(s3.list_object_versions(Bucket=bucket, Prefix="symlink")["Versions"]) == 2
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.put_object(Bucket=bucket, Key="symlink.txt", Body="3", IfMatch='"another"')
    assert [mail["body"] for mail in aws.mails()] == ["kept"]
    query = aws.root("athena").get_query_execution(QueryExecutionId=known["query"])["QueryExecution"]
    assert aws.rows(query) == [("a",)]
    assert aws.ended(known["execution"])["output"] == "7"
    assert aws.rows(aws.queried("SELECT count(*) FROM t", "db", ResultConfiguration=query["ResultConfiguration"])) == [
        ("1",)
    ]


def test_a_kill_loses_nothing_older_than_the_last_checkpoint_and_a_stop_nothing_at_all(folder: Path) -> None:
    known = fill(started(folder))
    time.sleep(4 * CHECKPOINT_SECONDS)
    kill(folder)
    check(started(folder), known)
    stopped = control.stop(folder)
    assert (stopped.running, stopped.pid) == (False, None)
    check(started(folder), known)


def test_an_object_is_kept_at_once(folder: Path) -> None:
    aws = started(folder)
    bucket = aws.bucket()
    control.save_snapshot("bucket", directory=folder)  # the bucket itself is checkpointed
    aws.root("s3").put_object(Bucket=bucket, Key="key", Body=b"text", Metadata={"run-id": "r1"})
    kill(folder)
    answer = started(folder).root("s3").get_object(Bucket=bucket, Key="key")
    assert (answer["Body"].read(), answer["Metadata"]) == (b"text", {"run-id": "r1"})


def test_what_ran_when_it_was_killed_is_failed_and_its_process_is_gone(folder: Path) -> None:
    run = sleeping_run(started(folder))
    time.sleep(4 * CHECKPOINT_SECONDS)
    kill(folder)
    assert run in running_commands()
    found = started(folder).root("glue").get_job_run(JobName="sleeper", RunId=run)["JobRun"]
    assert (found["JobRunState"], found["ErrorMessage"]) == ("FAILED", "the local AWS was stopped while the job ran")
    until(5, lambda: run not in running_commands())


def test_an_execution_that_ran_when_it_was_killed_has_failed_and_a_rule_hears_of_it_once(folder: Path) -> None:
    aws = started(folder)
    keeper = Keeper(aws)
    keeper.permit(make_rule(aws, keeper.arn, {"source": ["aws.states"], "detail": {"status": ["FAILED"]}}))
    execution = aws.started(aws.machine({"W": {"Type": "Wait", "Seconds": 300, "End": True}}))
    fails = aws.machine({"F": {"Type": "Fail", "Error": "Later"}})
    for _ in range(2):
        time.sleep(4 * CHECKPOINT_SECONDS)
        kill(folder)
        keeper.aws = started(folder)
        until(20, keeper.events)
    # what fails later is heard of later: by then a second event of the first would be there
    keeper.aws.execute(fails)
    heard = until(20, lambda: len(found := keeper.events()) > 1 and found)
    told = sorted((event["detail"]["executionArn"] == execution, event["detail"]["error"]) for event in heard)
    assert told == [(False, "Later"), (True, "Aborted")]
    states = keeper.aws.root("stepfunctions")
    found = states.describe_execution(executionArn=execution)
    assert (found["status"], found["cause"]) == ("FAILED", "the local AWS was stopped while the execution ran")
    assert states.get_execution_history(executionArn=execution)["events"][-1]["type"] == "ExecutionFailed"


def test_a_stop_stops_what_runs(folder: Path) -> None:
    aws = started(folder)
    run = sleeping_run(aws)
    control.stop(folder)
    assert run not in running_commands()
    found = started(folder).root("glue").get_job_run(JobName="sleeper", RunId=run)["JobRun"]
    assert found["JobRunState"] == "STOPPED"


def sleeping_run(aws: Aws) -> str:
    """A job run that would go on for minutes."""
    bucket, glue = aws.bucket(), aws.root("glue")
    aws.root("s3").put_object(Bucket=bucket, Key="sleep.py", Body=b"import time; time.sleep(300)")
    command = {"Name": "pythonshell", "ScriptLocation": f"s3://{bucket}/sleep.py"}
    glue.create_job(Name="sleeper", Role=aws.role(allow("s3:*")), Command=command)
    run: str = glue.start_job_run(JobName="sleeper")["JobRunId"]
    until(10, lambda: glue.get_job_run(JobName="sleeper", RunId=run)["JobRun"]["JobRunState"] == "RUNNING")
    return run


def running_commands() -> str:
    return os.popen("ps -ww -eo args=").read()


def test_starting_twice_is_starting_once(folder: Path) -> None:
    aws = started(folder)
    again = control.start(folder)
    assert (again.port, again.pid) == (aws.port, control.status(folder).pid)
    with pytest.raises(LocalAwsError, match=f"already runs on port {aws.port}"):
        control.start(folder, free_port())


def test_a_busy_port_is_told_and_nothing_is_started(folder: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(LocalAwsError, match=f"port {port} on 127.0.0.1 is in use by another program"):
            control.start(folder, port)
    assert not control.status(folder).running


def test_a_claim_that_a_dead_server_left_behind_is_ignored(folder: Path) -> None:
    (folder / "server.json").write_text(json.dumps({"pid": os.getpid(), "port": 1}))
    assert not control.status(folder).running
    assert control.stop(folder).running is False
    assert started(folder)


def test_a_server_that_cannot_come_up_says_why(folder: Path) -> None:
    (folder / "state").write_text("not a folder")
    with pytest.raises(LocalAwsError, match="did not come up") as failure:
        control.start(folder, free_port())
    assert "FileExistsError" in str(failure.value) or "NotADirectoryError" in str(failure.value)


def test_a_reset_forgets_everything_but_snapshots(folder: Path) -> None:
    aws = started(folder)
    aws.bucket()
    control.mark("abc", folder)
    assert control.holds("abc", folder)
    assert not control.reset(folder).running
    assert (control.holds("abc", folder), control.holds_anything(folder)) == (False, False)
    aws = started(folder)
    assert (aws.root("s3").list_buckets()["Buckets"], aws.mails()) == ([], [])
    assert control.restore_snapshot("abc", directory=folder)


def test_a_snapshot_brings_state_and_terraform_state_back(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    terraform = tmp_path_factory.mktemp("terraform")
    (terraform / "terraform.tfstate").write_text('{"serial": 1}')
    aws = started(folder)
    known = fill(aws)
    control.save_snapshot("key-1", terraform, folder)
    (terraform / "terraform.tfstate").write_text('{"serial": 2}')
    aws.root("s3").put_object(Bucket=known["bucket"], Key="symlink.txt", Body="later")
    assert control.restore_snapshot("key-1", terraform, folder) is True
    assert control.status(folder).port == aws.port, "a running server runs again"
    assert (terraform / "terraform.tfstate").read_text() == '{"serial": 1}'
    check(aws, known)
    assert control.restore_snapshot("key-2", terraform, folder) is False


def test_only_the_latest_snapshots_are_kept(folder: Path) -> None:
    (folder / "state").mkdir()
    for number in range(5):
        control.save_snapshot(f"key-{number}", directory=folder)
        time.sleep(0.02)
    assert sorted(path.name for path in (folder / "snapshots").iterdir()) == ["key-2", "key-3", "key-4"]


@pytest.mark.parametrize("key", ["", "../up", "a/b", "a b"])
def test_a_key_that_is_no_name_is_refused(folder: Path, key: str) -> None:
    with pytest.raises(LocalAwsError, match="snapshot key"):
        control.save_snapshot(key, directory=folder)


def test_the_outbox_of_a_stopped_one_says_so(folder: Path) -> None:
    with pytest.raises(LocalAwsError, match="start it first"):
        control.outbox(folder)
