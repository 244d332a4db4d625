"""Every function with the event of its own in tests/events, in the order in which a run calls them."""

import io
import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from functions import wiring
from lake.errors import DatasetBusyError, InvalidRunIdError
from lake.rules.json_record import RecordError
from lake.steps.summaries import read_plan
from tests.aws.conftest import Aws
from tests.builders import BUCKETS, KEY, JobOutput, Rows, csv_body, request, run_id

REPOSITORY = Path(__file__).parents[2]
FUNCTIONS = {path.stem for path in (REPOSITORY / "lambda/functions").glob("*.py")} - {"__init__", "wiring"}


def event(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((REPOSITORY / f"tests/events/{name}.json").read_text())
    return found


def call(name: str, **changes: Any) -> dict[str, Any]:
    answer: dict[str, Any] = import_module(f"functions.{name}").handler({**event(name), **changes}, None)
    json.dumps(answer)
    return answer


def deliver(aws: Aws) -> None:
    aws.s3.put_object(Bucket=BUCKETS.bronze, Key=KEY, Body=csv_body(10))


def test_every_function_has_its_event() -> None:
    events = {path.stem for path in (REPOSITORY / "tests/events").glob("*.json")}
    assert FUNCTIONS - {"dispatch"} == events - {"object_created", "schedule", "request"}


def test_a_run_from_function_to_function(aws: Aws) -> None:
    deliver(aws)
    assert call("plan_run")["outcome"] == "planned"
    JobOutput(wiring.lake(), read_plan(wiring.lake(), run_id())).silver()
    assert call("read_run_summary") == {
        "decision": "promote",
        "reasons": (),
        "counts": {
            "transactions": {
                "input": 10, "valid": 10, "quarantined": 0, "condemned": 0, "duplicate": 0, "outside": 0, "erased": 0,
            }
        },
    }  # fmt: skip
    assert call("promote_run")["promoted"] == 1
    assert call("finish_run")["outcome"] == "succeeded"


def test_a_failed_run_reports_its_context(aws: Aws) -> None:
    deliver(aws)
    call("plan_run")
    uri = call("fail_run")["context_uri"]
    body = aws.s3.get_object(Bucket=BUCKETS.control, Key=uri.split("/", 3)[3])["Body"].read()
    assert json.loads(body)["message"] == "InputMismatchError: Spark read 9 records, the plan names 10"
    assert "cannot be read" in json.loads(body)["job"]["log_tail"][0]
    assert aws.told() == [], "people are told when the execution has ended"


def test_an_execution_that_never_came_to_its_end_is_closed(aws: Aws) -> None:
    deliver(aws)
    call("plan_run")
    given = json.dumps(event("plan_run"))
    arn = aws.states.start_execution(stateMachineArn=aws.machine_arn, name=str(run_id()), input=given)["executionArn"]
    aws.states.stop_execution(executionArn=arn, error="ByHand", cause="the wrong file")
    for _ in range(2):
        answer = call("close_run", detail={**event("close_run")["detail"], "executionArn": arn})
        assert (answer["kind"], answer["context_uri"][-13:]) == ("Run Aborted", "/_FAILED.json")
        ((subject, body),) = aws.told()
        assert subject.startswith("Assay test: Run of transactions was aborted in ")
        assert "Nothing was promoted" in body and KEY in body


@pytest.mark.parametrize("name", ["schedule", "request", "object_created"])
def test_each_shape_of_event_starts_a_run(aws: Aws, name: str) -> None:
    answer = import_module("functions.dispatch").handler(event(name), None)
    assert answer["started"] is True
    given = json.loads(aws.states.describe_execution(executionArn=answer["execution_arn"])["input"])
    assert given["run_id"] == answer["run_id"]


def test_a_busy_dataset_raises_the_error_the_machine_waits_on(aws: Aws) -> None:
    deliver(aws)
    other = aws.states.start_execution(stateMachineArn=aws.machine_arn, name=request(2).run_id)["executionArn"]
    call("plan_run", run_id=request(2).run_id, execution_arn=other)
    with pytest.raises(DatasetBusyError, match=request(2).run_id):
        call("plan_run")


def test_an_event_that_is_none_is_told(aws: Aws) -> None:
    with pytest.raises(InvalidRunIdError):
        call("promote_run", run_id="by-hand")
    with pytest.raises(RecordError, match="the event is not a RunRequest"):
        call("plan_run", trigger=None)


def test_every_log_line_names_its_run(aws: Aws) -> None:
    deliver(aws)
    written = io.StringIO()
    handler: Any = wiring.logger.registered_handler
    before = handler.setStream(written)
    try:
        call("plan_run")
    finally:
        handler.setStream(before)
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [(line["run_id"], line["dataset"], line["build_id"]) for line in lines] == [
        (str(run_id()), "transactions", "build1")
    ]


def test_an_event_is_mailed(aws: Aws) -> None:
    assert call("tell_people")["in_words"]
    ((subject, body),) = aws.mails()
    assert subject.startswith("Assay test: Run of transactions timed out") and body.splitlines()[-1].startswith("What")


def test_what_a_smoke_test_makes_happen_is_told_and_nobody_gets_it(aws: Aws) -> None:
    call("check_freshness", rehearsal="canary-1")
    assert [subject for subject, _ in aws.told()] != []
    detail = {"environment": "test", "dataset": "transactions", "rehearsal": "canary-1"}
    missed = {"source": "assay", "detail-type": "Freshness Missed", "detail": detail}
    answer = import_module("functions.tell_people").handler(missed, None)
    assert (answer["rehearsed"], answer["in_words"], answer["about"]) == (True, True, "canary-1")
    assert answer["message_id"] and aws.mails() == []


def test_the_digest_mails_what_waits_and_nothing_else(aws: Aws) -> None:
    assert call("quarantine_digest") == {"rows": {"transactions": 0}, "mailed": False}
    assert aws.told() == []
    aws.s3.put_object(Bucket=BUCKETS.bronze, Key=KEY, Body=csv_body(40))
    call("plan_run")
    held = [Rows("ingest_date=2024-03-31", 1)]
    JobOutput(wiring.lake(), read_plan(wiring.lake(), run_id())).silver([Rows(rows=39)], held)
    call("promote_run")
    assert call("quarantine_digest") == {"rows": {"transactions": 1}, "mailed": True}
    ((subject, body),) = aws.told()
    assert subject == "Assay test: Rows wait in quarantine: 1 row(s) in transactions"
    assert "the oldest since 2024-03-31" in body
