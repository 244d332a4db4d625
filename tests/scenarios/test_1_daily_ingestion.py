"""Scenario 1: a file arrives, a run takes it, the gate decides, analysts read it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import awswrangler
import pytest

from assay import executions, ingest, stack, terraform
from assay.progress import follow
from assay.sample import write_sample
from assay.target import Target
from tests.scenarios import pipeline
from tests.scenarios.pipeline import counts, number, outcome, query

pytestmark = pytest.mark.stack


def test_a_second_plan_is_empty(target: Target) -> None:
    assert terraform.plan_is_empty(target.environment)
    assert stack.apply(target, quiet=True).how == "nothing had changed"


def test_the_sample_becomes_balances_and_every_bad_row_is_found(target: Target, tmp_path: Path) -> None:
    sample = tmp_path / "sample.csv"
    truth = write_sample(sample, rows=2_000)

    story = pipeline.run_file(target, sample, "2024-03-31")

    assert outcome(story) == "succeeded"
    assert counts(story) == {
        "input": truth.rows,
        "valid": truth.valid,
        "quarantined": truth.quarantined,
        "condemned": 0,
        "duplicate": truth.duplicate,
    }
    assert story["summary"]["errors"] == truth.errors
    assert (
        number(target, "SELECT count(*) FROM transactions WHERE year = 2024 AND transaction_id LIKE 'TX-%'")
        == truth.valid
    )
    assert (
        number(target, "SELECT count(*) FROM transactions_quarantine WHERE ingest_date = '2024-03-31'")
        == truth.quarantined
    )
    codes = query(
        target,
        "SELECT code, count(*) FROM transactions_quarantine "
        "CROSS JOIN UNNEST(errors) AS t (code, field, found, expected) "
        "WHERE ingest_date = '2024-03-31' GROUP BY code",
    )
    assert {str(code): int(str(rows)) for code, rows in codes} == truth.errors
    run_id = story["run"]
    assert number(target, f"SELECT count(*) FROM transactions_v1_runs WHERE run_id = '{run_id}'") == truth.valid
    assert query(target, f"SELECT outcome, input_count FROM run_summaries WHERE run_id = '{run_id}'") == [
        ["succeeded", str(truth.rows)]
    ]
    _every_record_names_its_execution(target, story)


def _every_record_names_its_execution(target: Target, story: dict) -> None:  # type: ignore[type-arg]
    latest = pipeline.bodies(target, "silver", "transactions/current/year=2024/")
    records = [json.loads(body) for key, body in latest.items() if key.endswith("_LATEST.json")]
    assert records
    assert {each["execution_arn"] for each in records} == {story["execution_arn"]}
    assert story["summary"]["execution_arn"] == story["execution_arn"]


def test_saved_queries_answer_through_boto3_and_awswrangler(target: Target) -> None:
    client = target.client("athena")
    names = client.list_named_queries(WorkGroup=target.name)["NamedQueryIds"]
    saved = client.batch_get_named_query(NamedQueryIds=names)["NamedQueries"]
    assert len(saved) >= 3
    for each in saved:
        rows = query(target, each["QueryString"])
        frame = awswrangler.athena.read_sql_query(
            each["QueryString"],
            database=target.database,
            workgroup=target.name,
            ctas_approach=False,
            boto3_session=target.session,
        )
        assert len(frame) == len(rows) > 0, each["Name"]


def test_a_file_delivered_twice_is_one_runs_rows(target: Target, tmp_path: Path) -> None:
    bad = ["twice-bad", "A", "1e5", "EUR", "2024-04-01T00:00:00Z"]
    rows = [*pipeline.rows_for("2024-04", 40, "twice"), bad]
    first = pipeline.run_file(target, pipeline.write_csv(tmp_path / "twice.csv", rows), "2024-04-30")
    again = pipeline.run_file(target, pipeline.write_csv(tmp_path / "twice-again.csv.gz", rows), "2024-04-30")

    assert outcome(first) == outcome(again) == "succeeded"
    assert counts(first)["valid"] == 40
    assert counts(again) == {"input": 41, "valid": 0, "quarantined": 0, "condemned": 0, "duplicate": 41}
    assert number(target, "SELECT count(*) FROM transactions_quarantine WHERE ingest_date = '2024-04-30'") == 1
    assert number(target, "SELECT count(*) FROM transactions WHERE year = 2024 AND month = 4") == 40


def test_redelivered_events_and_a_schedule_at_once_are_one_run(target: Target, tmp_path: Path) -> None:
    before = pipeline.run_ids(target)
    today = datetime.now(UTC).date().isoformat()
    file = pipeline.write_csv(tmp_path / "events.csv", pipeline.rows_for("2024-05", 30, "event"))
    delivery = pipeline.deliver(target, file, today)
    event = _object_created(delivery)
    answers = [pipeline.dispatched(target, event) for _ in range(3)]
    scheduled = pipeline.dispatched(
        target, {"trigger": "schedule", "dataset": "transactions", "scheduled_time": f"{today}T02:00:00Z"}
    )
    story = pipeline.finish(target, delivery)
    for run_id in pipeline.run_ids(target) - before:
        follow(target, run_id, quiet=True)

    assert len({each["run_id"] for each in answers}) == 1
    assert "run_id" in scheduled
    assert counts(story)["valid"] == 30
    assert number(target, "SELECT count(*) FROM transactions WHERE year = 2024 AND month = 5") == 30
    ends = [_end(target, run_id) for run_id in pipeline.run_ids(target) - before]
    assert ends.count("succeeded") == 1
    assert set(ends) <= {"succeeded", "nothing_to_do"}


def _object_created(delivery: ingest.Delivery) -> dict:  # type: ignore[type-arg]
    return {
        "version": "0",
        "id": "11111111-2222-3333-4444-555555555555",
        "detail-type": "Object Created",
        "source": "aws.s3",
        "time": "2023-12-31T10:00:00Z",
        "region": "eu-west-1",
        "detail": {
            "bucket": {"name": delivery.bucket},
            "object": {"key": delivery.key, "size": 1, "version-id": delivery.version_id, "sequencer": "0001"},
        },
    }


def _end(target: Target, run_id: str) -> str:
    entry = executions.ledger_entry(target, "transactions", run_id) or {}
    return str(entry.get("outcome"))


def test_a_file_with_six_percent_bad_rows_is_refused_and_nothing_moves(target: Target, tmp_path: Path) -> None:
    good = pipeline.run_file(
        target, pipeline.write_csv(tmp_path / "good.csv", pipeline.rows_for("2024-06", 50, "base")), "2024-06-29"
    )
    assert outcome(good) == "succeeded"
    buckets = ("silver", "gold", "quarantine")
    before = {each: pipeline.bodies(target, each, "") for each in buckets}
    rows = pipeline.rows_for("2024-06", 94, "six") + pipeline.rows_for("2024-06", 6, "six-bad", amount="1e5")
    refused = pipeline.run_file(target, pipeline.write_csv(tmp_path / "six.csv", rows), "2024-06-30")

    assert outcome(refused).startswith("refused")
    assert "6 of 100 records quarantined (6.00%), allowed is less than 5.00%" in outcome(refused)
    assert counts(refused) == {"input": 100, "valid": 94, "quarantined": 6, "condemned": 0, "duplicate": 0}
    after = {each: pipeline.bodies(target, each, "") for each in buckets}
    for each in buckets:
        assert {key: after[each][key] for key in before[each]} == before[each]
        added = set(after[each]) - set(before[each])
        assert not [key for key in added if "/current/" in key or "/snapshots/" in key]
    assert [key for key in after["silver"] if f"run_id={refused['run']}/_SUCCESS" in key]
    told = pipeline.mails_about(target, "Run of transactions was refused", refused["run"])
    assert told
    assert "quarantine" in told[0]["body"]
