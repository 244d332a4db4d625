"""Whatever makes a run fail, and however a deployment ends badly: a mail, made by the steps from what AWS says.

The first line tells what happened, one line whether data is at risk and since when, the last one what to do.
"""

import json

import pytest

from lake.rules.alert import alert_mail
from lake.rules.event import EventKind, read_detail
from lake.rules.json_record import to_json
from lake.rules.visit import ExecutionEnd
from lake.steps.close_run import EndedExecution, close_run
from lake.steps.explain_failure import RunFailure
from lake.steps.fail_run import fail_run
from lake.steps.plan_run import plan_run
from tests.builders import BUCKETS, KEY, csv_body, lake_on, request
from tests.deployments import World, smoke_failure, with_previous
from tests.fakes import Counted, Mailbox, MemoryExecutions, MemoryLogs, MemoryStore

REQUEST = request(1, KEY)
AGAIN = f"assay runs again {REQUEST.run_id} --env test"


def job(message: str | None, state: str = "FAILED") -> str:
    return json.dumps({"JobName": "job", "Id": "jr_1", "JobRunState": state, "ErrorMessage": message})


def function(error: str, message: str) -> str:
    return json.dumps({"errorType": error, "errorMessage": message})


# what failed: state, error and cause as Step Functions gives them, the last line of the job's log
#   => how the first line goes on after "Run of transactions failed in ", words of the last line
RUNS: dict[str, tuple[str, str, str, str, str, str]] = {
    "a job raises": (
        "IngestToSilver", "States.TaskFailed", job("ValueError: a record of 2 MB"), "ValueError: a record of 2 MB",
        "IngestToSilver: ValueError: a record of 2 MB", "correct the cause",
    ),
    "the driver is out of memory": (
        "IngestToSilver", "States.TaskFailed", job("Py4JJavaError: job aborted"), "java.lang.OutOfMemoryError: heap",
        "IngestToSilver: Py4JJavaError: job aborted", "more workers",
    ),
    "a worker is out of memory": (
        "BuildGold", "States.TaskFailed", job("Container killed by YARN for exceeding memory limits"), "",
        "BuildGold: Container killed by YARN for exceeding memory limits", "more workers",
    ),
    "a worker is lost": (
        "BuildGold", "States.TaskFailed", job("Job aborted: ExecutorLostFailure (executor 1 exited)"), "",
        "BuildGold: Job aborted: ExecutorLostFailure", "more workers",
    ),
    "a job takes too long": (
        "IngestToSilver", "States.TaskFailed", job(None, "TIMEOUT"), "",
        "IngestToSilver: the job run ended as TIMEOUT", "raise the timeout",
    ),
    "a state takes too long": (
        "BuildGold", "States.Timeout", "", "", "BuildGold: it took longer than it may", "raise the timeout",
    ),
    "a function takes too long": (
        "PromoteSilver", "Sandbox.Timedout", function("Sandbox.Timedout", "Task timed out after 900.00 seconds"), "",
        "PromoteSilver: Task timed out after 900.00 seconds", "raise the timeout",
    ),
    "a job may not read": (
        "IngestToSilver", "States.TaskFailed", job("AccessDeniedException: s3://bronze/a.csv"), "",
        "IngestToSilver: AccessDeniedException", "assay deploy --env test",
    ),
    "a function may not write": (
        "PromoteSilver", "AccessDeniedError", function("AccessDeniedError", "it may not write symlink.txt"), "",
        "PromoteSilver: it may not write symlink.txt", "assay deploy --env test",
    ),
    "the run left no summary": (
        "ReadRunSummary", "SummaryMissingError", function("SummaryMissingError", "there is no readable _SUCCESS"), "",
        "ReadRunSummary: there is no readable _SUCCESS", "correct the cause",
    ),
    "a file was replaced": (
        "IngestToSilver", "States.TaskFailed", job("InputMismatchError: Spark read 9 records, the plan names 10"), "",
        "IngestToSilver: InputMismatchError: Spark read 9", "nothing is wrong",
    ),
    "the partition moved": (
        "PromoteSilver", "BaseMovedError", function("BaseMovedError", "year=2024/month=03 moved"), "",
        "PromoteSilver: year=2024/month=03 moved", "nothing is wrong",
    ),
    "another run never ends": (
        "PlanRun", "DatasetBusyError", function("DatasetBusyError", "run r has transactions since yesterday"), "",
        "PlanRun: run r has transactions", "look at it first: assay runs --env test",
    ),
    "a contract is wrong": (
        "PlanRun", "ContractError", function("ContractError", "transactions v1: no column 'amuont'"), "",
        "PlanRun: transactions v1: no column", "a contract is wrong",
    ),
    "too many runs of a job": (
        "IngestToSilver", "Glue.ConcurrentRunsExceededException", "Concurrent runs exceeded for job", "",
        "IngestToSilver: Concurrent runs exceeded", "other runs of the job",
    ),
    "the account has no more workers": (
        "IngestToSilver", "Glue.ResourceNumberLimitExceededException", "Max task dpu exceeded", "",
        "IngestToSilver: Max task dpu exceeded", "raise its quota",
    ),
    "S3 is too busy": (
        "PromoteSilver", "ThrottledError", function("ThrottledError", "S3 answers 503 SlowDown"), "",
        "PromoteSilver: S3 answers 503 SlowDown", "nothing is wrong here",
    ),
    "the state machine is wrong": (
        "IsPlanned", "States.Runtime", "The variable $outcome is not defined", "",
        "IsPlanned: The variable $outcome is not defined", "assay deploy revert --env test",
    ),
}  # fmt: skip


class Run:
    """A run that is planned, and fails."""

    def __init__(self) -> None:
        store, self.executions = MemoryStore(), MemoryExecutions()
        self.lake, self.mail, self.metrics, self.logs = lake_on(store), Mailbox(), Counted(), MemoryLogs()
        store.put_bytes(BUCKETS.bronze, KEY, csv_body(10))
        plan_run(self.lake, self.executions, REQUEST)

    def fails(self, state: str, error: str, cause: str, log: str) -> None:
        self.logs.lines["jr_1"] = [log] if log else []
        failed = RunFailure(REQUEST.run_id, "transactions", "event", state, error, cause, REQUEST.execution_arn)
        fail_run(self.lake, self.executions, self.metrics, self.logs, failed)

    def closed(self, status: str) -> list[str]:
        """The lines of its one mail."""
        ended = EndedExecution(REQUEST.run_id, REQUEST.execution_arn, status)
        close_run(self.lake, self.mail, self.executions, self.metrics, self.logs, ended)
        ((_, body),) = self.mail.mails
        return body.splitlines()


@pytest.mark.parametrize("kind", RUNS)
def test_a_failed_run_tells_what_happened_and_what_to_do(kind: str) -> None:
    state, error, cause, log, first, last = RUNS[kind]
    run = Run()
    run.fails(state, error, cause, log)
    lines = run.closed("FAILED")
    assert lines[0].startswith(f"Run of transactions failed in {first}")
    assert lines[-1].startswith("What to do: ") and last in lines[-1]
    assert lines[-1].endswith(AGAIN) or kind == "another run never ends"
    assert "Is data at risk? No. Nothing was promoted: readers see what they saw before the run." in lines
    assert "Since: 2024-04-01T02:00:00Z" in lines
    assert f"Story: assay runs show {REQUEST.run_id} --env test" in lines
    assert f"Context: s3://{BUCKETS.control}/runs/{REQUEST.run_id}/_FAILED.json" in lines


@pytest.mark.parametrize(
    ("status", "error", "cause", "first"),
    [
        ("ABORTED", "ByHand", "it reads the wrong file", "was aborted in an unknown step: it reads the wrong file"),
        ("TIMED_OUT", "", "", "timed out in an unknown step: the run as a whole took longer than it may"),
    ],
)
def test_a_run_that_never_came_to_its_end_is_told_as_well(status: str, error: str, cause: str, first: str) -> None:
    run = Run()
    run.executions.ends[REQUEST.execution_arn] = ExecutionEnd(error, cause, to_json(REQUEST))
    lines = run.closed(status)
    assert lines[0] == f"Run of transactions {first}"
    assert lines[-1].endswith(AGAIN)


DENIED = ValueError("no permission")
DEPLOYMENTS: dict[str, tuple[World, str, str]] = {
    "its smoke test fails": (
        with_previous(fails={"test new": smoke_failure()}),
        "A deployment to staging was reverted: SmokeTestError: the canary's run failed in IngestToSilver",
        "correct the build, then: assay deploy --env staging",
    ),
    "its plan fails": (
        with_previous(fails={"plan new": DENIED}),
        "A deployment to staging failed: refused before anything was touched: ValueError: no permission",
        "correct the build or the plan",
    ),
    "the first one fails": (
        World(fails={"test new": smoke_failure()}),
        "A deployment to staging failed: there was no build before it: SmokeTestError",
        "correct the build",
    ),
    "going back fails as well": (
        with_previous(fails={"test new": smoke_failure(), "apply old": DENIED}),
        "A deployment to staging failed: going back failed too: ValueError: no permission",
        "act now: assay deploy revert --env staging",
    ),
}


@pytest.mark.parametrize("kind", DEPLOYMENTS)
def test_a_deployment_that_ends_badly_tells_what_happened_and_what_to_do(kind: str) -> None:
    world, first, last = DEPLOYMENTS[kind]
    world.deploy("new")
    ((told, detail),) = world.events
    lines = alert_mail(read_detail(EventKind(told), detail)).body.splitlines()
    assert lines[0].startswith(first)
    assert lines[-1].startswith("What to do: ") and last in lines[-1]
    assert any(line.startswith("Is data at risk? No: ") for line in lines)
    assert "Build: new" in lines and "Since: 2024-04-01T02:00:00Z" in lines
