"""The committed state machine with the real functions on moto's S3; only the Spark jobs are stood in for."""

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser, ASLParserException

from functions import close_run, dispatch, fail_run, finish_run, plan_run, promote_run, read_run_summary, wiring
from lake.rules import layout
from lake.rules.json_record import to_json
from lake.rules.plan import Plan
from lake.rules.run import RunId
from lake.rules.summary import Counts, RowSetProof, RunSummary
from lake.steps.current import current_partitions, current_snapshot, read_pointer
from lake.steps.summaries import read_plan
from tests.aws.conftest import Aws
from tests.builders import BUCKETS, KEY, MARCH, SILVER, JobOutput, Rows, csv_body
from tests.machine import Execution, Json, Task, TaskError, definition_text, load_definition, run

HANDLERS = {
    "plan_run_arn": plan_run.handler,
    "read_run_summary_arn": read_run_summary.handler,
    "promote_run_arn": promote_run.handler,
    "finish_run_arn": finish_run.handler,
    "fail_run_arn": fail_run.handler,
}


class Pipeline:
    """Deliveries in, ended executions out."""

    def __init__(self, aws: Aws) -> None:
        self.aws, self.quarantined = aws, 0
        self.silver_job: Callable[[Json], Any] = self._silver
        self.gold_job: Callable[[Json], Any] = self._gold

    def deliver(self, body: bytes, key: str = KEY) -> None:
        self.aws.s3.put_object(Bucket=BUCKETS.bronze, Key=key, Body=body)

    def run(self, *keys: str, at: str = "2024-04-01T08:00:00Z") -> Execution:
        return self._execute({"keys": list(keys or (KEY,)), "requested_at": at})

    def ask(self, kind: str, **details: str) -> Execution:
        """A run of a kind that only people start."""
        told = {"reason": "because", "requested_by": "ann", **details}
        return self._execute({"kind": kind, "details": told, "requested_at": "2024-04-02T08:00:00Z"})

    def close(self, execution: Execution) -> str:
        """What Step Functions' own event about a bad end leads to; the mail."""
        detail = {"name": execution.name, "executionArn": execution.arn, "status": execution.status}
        close_run.handler({"detail": detail}, None)
        ((_, body),) = self.aws.told()
        return body

    def _execute(self, asked: Json) -> Execution:
        event = {"trigger": "request", "dataset": "transactions", **asked}
        answer = dispatch.handler(event, None)
        assert dispatch.handler(event, None)["execution_arn"] == answer["execution_arn"]
        described = self.aws.states.describe_execution(executionArn=answer["execution_arn"])
        execution = Execution(answer["run_id"], answer["execution_arn"], json.loads(described["input"]))
        tasks: dict[str, Task] = {name: self._twice(handler) for name, handler in HANDLERS.items()}
        tasks |= {"bronze_to_silver_job": self._do_silver, "silver_to_gold_job": self._do_gold}
        tasks["compact_job"] = self._compact
        run(load_definition(), execution, tasks)
        self.aws.states.stop_execution(executionArn=execution.arn)
        return execution

    def ledger(self, execution: Execution) -> Json:
        key = layout.ledger_entry("transactions", RunId(execution.name))
        found: Json = json.loads(self.aws.s3.get_object(Bucket=BUCKETS.control, Key=key)["Body"].read())
        return found

    def states_of_claims(self) -> list[str]:
        listed = self.aws.s3.list_objects_v2(Bucket=BUCKETS.control, Prefix="sources/").get("Contents", [])
        bodies = (self.aws.s3.get_object(Bucket=BUCKETS.control, Key=each["Key"])["Body"].read() for each in listed)
        return [json.loads(body)["state"] for body in bodies]

    @staticmethod
    def _twice(handler: Callable[[Json, object], Json]) -> Task:
        """Every function is called twice, as after a lost answer; the second answer must be the first."""

        def call(payload: Json) -> Json:
            first = handler(payload, None)
            second = handler(payload, None)
            json.dumps(second)
            assert {k: v for k, v in first.items() if k != "finished_at"} == {
                k: v for k, v in second.items() if k != "finished_at"
            }
            return second

        return call

    def _do_silver(self, payload: Json) -> Any:
        return self.silver_job(payload)

    def _do_gold(self, payload: Json) -> Any:
        return self.gold_job(payload)

    def _output(self, payload: Json) -> JobOutput:
        run_id = RunId(payload["--run_id"])
        assert payload["--plan_uri"] == layout.uri(BUCKETS.control, layout.plan(run_id))
        return JobOutput(wiring.lake(), read_plan(wiring.lake(), run_id))

    def _silver(self, payload: Json) -> Json:
        output = self._output(payload)
        valid = output.plan.input_records - self.quarantined
        held = (Rows("ingest_date=2024-03-31", self.quarantined),) if self.quarantined else ()
        output.silver((Rows(MARCH, valid, payload["--run_id"], payload["--run_id"]),), held)
        return {"JobRunState": "SUCCEEDED"}

    def _compact(self, payload: Json) -> Json:
        output = self._output(payload)
        (planned,) = output.plan.partitions
        pointer = read_pointer(wiring.lake().store, SILVER, planned.partition)
        assert pointer is not None
        before = current_snapshot(wiring.lake().store, SILVER, pointer)
        proof = RowSetProof(planned.partition, before.rows, before.rows, "7", "7", 0)
        rows = Rows(planned.partition, before.rows, "0", "z")
        old = output.silver((rows,), mode="replace", counts=Counts(before.rows, before.rows), proofs=(proof,))
        self._under_the_newest_version(output.plan, old)
        return {"JobRunState": "SUCCEEDED"}

    @staticmethod
    def _under_the_newest_version(plan: Plan, old: RunSummary) -> None:
        """A month of v1 files keeps them in v1, although the run is of the newest version."""
        place = layout.table_place(BUCKETS.silver, "transactions", plan.schema_version)
        told = {"schema_version": plan.schema_version, "contract_sha256": plan.contract_sha256}
        summary = replace(old, **told, columns={}, older_columns={"v1": old.columns})
        wiring.lake().store.create(place.bucket, place.summary(RunId(plan.run_id)), to_json(summary))

    def _gold(self, payload: Json) -> Json:
        self._output(payload).gold()
        return {"JobRunState": "SUCCEEDED"}


@pytest.fixture
def pipeline(aws: Aws) -> Pipeline:
    return Pipeline(aws)


def test_moto_takes_the_definition_as_amazon_states_language() -> None:
    text = definition_text()
    AmazonStateLanguageParser.parse(text)
    with pytest.raises(ASLParserException):
        AmazonStateLanguageParser.parse(text.replace('"MaxAttempts"', '"MaxAttempt"'))


def files_of_march() -> int:
    pointer = read_pointer(wiring.lake().store, SILVER, MARCH)
    return len(pointer.uris) if pointer else 0


def two_runs(pipeline: Pipeline) -> tuple[Execution, Execution]:
    other = KEY.replace("a.csv", "b.csv")
    pipeline.deliver(csv_body(50))
    pipeline.deliver(csv_body(60), other)
    return pipeline.run(), pipeline.run(other, at="2024-04-01T09:00:00Z")


def test_a_run_goes_back_through_the_whole_pipeline(pipeline: Pipeline) -> None:
    _, second = two_runs(pipeline)
    assert files_of_march() == 2
    back = pipeline.ask("rollback", run=second.name)
    assert back.visited[:6] == ["PlanRun", "IsPlanned", "WhoWritesSilver", "ReadRunSummary", "Gate", "PromoteSilver"]
    assert back.visited[-1] == "Succeeded"
    assert files_of_march() == 1
    assert sorted(pipeline.states_of_claims()) == ["done", "refused"]
    assert pipeline.ledger(back)["reasons"] == ["asked for by ann: because"]


def test_a_compaction_goes_through_the_whole_pipeline(pipeline: Pipeline) -> None:
    two_runs(pipeline)
    compacted = pipeline.ask("compact", first="2024-03", last="2024-03")
    assert compacted.visited[-1] == "Succeeded", pipeline.ledger(compacted)["reasons"]
    assert files_of_march() == 1
    assert pipeline.ledger(compacted)["valid_count"] == 110


def test_a_refused_run_is_let_through_by_an_override(pipeline: Pipeline) -> None:
    pipeline.deliver(csv_body(100))
    pipeline.quarantined = 6
    refused = pipeline.run()
    assert refused.visited[-1] == "Refused"
    assert pipeline.ask("promote", run=refused.name).visited[-1] == "Refused"
    promoted = pipeline.ask("promote", run=refused.name, override="yes")
    assert promoted.visited[-1] == "Succeeded"
    assert files_of_march() == 1
    assert pipeline.states_of_claims() == ["done"]


def test_a_good_delivery_is_promoted_to_gold(pipeline: Pipeline) -> None:
    pipeline.deliver(csv_body(100))
    pipeline.quarantined = 3
    execution = pipeline.run()
    assert execution.visited[-1] == "Succeeded"
    entry = pipeline.ledger(execution)
    assert (entry["outcome"], entry["input_count"], entry["valid_count"]) == ("succeeded", 100, 97)
    assert current_partitions(wiring.lake().store, SILVER) == [MARCH]
    assert len(entry["partitions"]) == 4
    assert pipeline.states_of_claims() == ["done"]
    assert pipeline.aws.told() == []


def test_two_deliveries_add_up_and_a_third_run_has_nothing_to_do(pipeline: Pipeline) -> None:
    pipeline.deliver(csv_body(10))
    pipeline.run()
    other = KEY.replace("a.csv", "b.csv.gz")
    pipeline.deliver(gzip.compress(csv_body(5, prefix="u")), other)
    pipeline.run(other)
    pointer = read_pointer(wiring.lake().store, SILVER, MARCH)
    assert pointer is not None
    assert (pointer.sequence, len(pointer.uris)) == (2, 2)
    again = pipeline.run(KEY, other, at="2024-04-01T09:00:00Z")
    assert again.visited[-1] == "NothingToDo"
    assert len(pipeline.ledger(again)["reasons"]) == 2


def test_too_many_bad_rows_are_refused(pipeline: Pipeline) -> None:
    pipeline.deliver(csv_body(100))
    pipeline.quarantined = 5
    execution = pipeline.run()
    assert execution.visited[-1] == "Refused"
    assert "5 of 100 records quarantined" in pipeline.ledger(execution)["reasons"][0]
    assert current_partitions(wiring.lake().store, SILVER) == []
    assert pipeline.states_of_claims() == ["refused"]
    ((subject, body),) = pipeline.aws.told()
    assert subject.startswith("Assay test: Run of transactions was refused: ")
    assert "5 of 100 records quarantined" in body


def test_a_file_without_its_columns_is_refused_before_spark(pipeline: Pipeline) -> None:
    pipeline.deliver(b"TransactionID,Amount\n1,2\n")
    execution = pipeline.run()
    assert execution.visited == ["PlanRun", "IsPlanned", "FinishRun", "HowItEnded", "Refused"]
    assert "SCHEMA_MISMATCH" in pipeline.aws.told()[0][1]


def test_a_failed_job_gives_its_sources_back_and_the_next_run_takes_them(pipeline: Pipeline) -> None:
    def fails(payload: Json) -> Json:
        cause = {"Id": "jr_9", "JobName": "j", "JobRunState": "FAILED", "ErrorMessage": "InputMismatchError: 9, not 10"}
        raise TaskError("States.TaskFailed", json.dumps(cause))

    pipeline.deliver(csv_body(10))
    pipeline.silver_job = fails
    execution = pipeline.run()
    assert (execution.status, execution.error) == ("FAILED", "States.TaskFailed")
    assert pipeline.states_of_claims() == ["released"]
    assert "InputMismatchError: 9, not 10" in pipeline.close(execution)
    pipeline.silver_job = pipeline._silver
    assert pipeline.run(at="2024-04-01T10:00:00Z").visited[-1] == "Succeeded"


def test_a_run_that_dies_in_gold_leaves_silver_and_says_so(pipeline: Pipeline) -> None:
    def fails(payload: Json) -> Json:
        raise TaskError("States.Timeout", "")

    pipeline.deliver(csv_body(10))
    pipeline.gold_job = fails
    execution = pipeline.run()
    assert execution.visited[-3:] == ["BuildGold", "FailRun", "Failed"]
    assert "gold is not up to date" in pipeline.close(execution)
    assert current_partitions(wiring.lake().store, SILVER) == [MARCH]


def test_a_job_that_loses_a_row_is_refused(pipeline: Pipeline) -> None:
    def loses(payload: Json) -> Json:
        output = pipeline._output(payload)
        made = output.silver((Rows(MARCH, 9),))
        store, key = wiring.lake().store, SILVER.summary(RunId(made.run_id))
        text = store.read(BUCKETS.silver, key).text
        store.write(BUCKETS.silver, key, text.replace('"duplicate": 1', '"duplicate": 0'))
        return {}

    pipeline.deliver(csv_body(10))
    pipeline.silver_job = loses
    execution = pipeline.run()
    assert execution.visited[-1] == "Refused"
    assert "rows are not conserved: 10 records" in pipeline.ledger(execution)["reasons"][0]


def test_an_s3_event_starts_a_run_and_a_strange_one_does_not(pipeline: Pipeline) -> None:
    given = {
        "detail-type": "Object Created",
        "time": "2024-03-31T13:42:44Z",
        "detail": {"bucket": {"name": BUCKETS.bronze}, "object": {"key": KEY}},
    }
    assert dispatch.handler(given, None)["started"] is True
    given["detail"]["object"]["key"] = "transactions/readme.txt"  # type: ignore[index]
    assert "ignored" in dispatch.handler(given, None)
