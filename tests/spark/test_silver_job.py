"""The silver job as a whole: files, lineage, run summary, and what it refuses to read."""

import json
from dataclasses import replace
from datetime import datetime

import pytest
from pyspark.sql import SparkSession

from lake.errors import InputMismatchError
from lake.rules import layout
from lake.rules.json_record import from_json, to_json
from lake.rules.plan import Plan
from lake.rules.run import RunId
from lake.rules.summary import RunSummary
from tests.spark.contracts import column, silver_contract
from tests.spark.disk_lake import DiskLake, csv, row
from transforms.job_run import leave_summary
from transforms.silver import bronze_to_silver

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def finished(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> tuple[DiskLake, RunSummary]:
    """A run of two files, two months and every kind of end. Tests only look at it."""
    lake = DiskLake(spark, tmp_path_factory.mktemp("finished"))
    one = csv(
        row("T1", "10.5"), row("T2", at="2024-02-29T23:59:59Z"), row("T1", "10.50"), row("T1", "11"), row("T9", "")
    )
    return lake, lake.ingest(one, csv(row("T3"), "T4,A", row("T5", "x", "y")))


def test_every_record_ends_in_exactly_one_place(finished: tuple[DiskLake, RunSummary]) -> None:
    lake, summary = finished
    counts = summary.counts
    assert (counts.input, counts.accounted) == (8, 8)
    assert counts.valid == len(lake.silver(summary)) == 3
    assert counts.quarantined == len(lake.quarantine(summary)) == 8 - 3 - counts.duplicate


def test_error_codes_count_rows_not_errors(lake: DiskLake) -> None:
    summary = lake.ingest(csv(",,x,EUR,2024-03-01T10:00:00Z", row("T1", "x"), "T2"))
    assert summary.errors == {"BAD_TYPE": 2, "MALFORMED_RECORD": 1, "MISSING_VALUE": 1}


def test_each_quarantine_file_tells_the_reasons_of_its_rows(lake: DiskLake) -> None:
    lake.deliver(csv(row("T1", "x"), "T2"), day="2024-03-30")
    summary = lake.ingest(csv(",,x,EUR,2024-03-01T10:00:00Z", row("T3", "x")))
    by_day = {part.partition: [file.errors for file in part.files] for part in summary.quarantine}
    assert {"BAD_TYPE": 2, "MISSING_VALUE": 1} in by_day["ingest_date=2024-03-31"]
    assert all(file.errors for part in summary.quarantine for file in part.files)
    total = {code: sum(each.get(code, 0) for found in by_day.values() for each in found) for code in summary.errors}
    assert total == summary.errors


def test_silver_files_hold_the_contract_and_lineage_and_nothing_else(finished: tuple[DiskLake, RunSummary]) -> None:
    lake, summary = finished
    contract = lake.contract()
    promised = {each.name: each.type for each in (*contract.columns, *lake.lake.contracts.lineage)}
    assert summary.columns == promised
    assert list(summary.columns) == list(promised)
    quarantine = {each.name: each.type for each in lake.lake.contracts.quarantine.columns}
    assert summary.quarantine_columns == quarantine


def test_a_silver_row_can_be_traced_to_its_source(finished: tuple[DiskLake, RunSummary]) -> None:
    lake, summary = finished
    found = next(each for each in lake.silver(summary) if each["transaction_id"] == "T3")
    source = next(each for each in summary.sources if each.source_id == found["source_id"])
    body = lake.lake.store.read(source.bucket, source.key)
    assert b"T3," in body.body
    assert source.etag == body.etag
    assert found["run_id"] == summary.run_id
    assert found["ingested_at"] == datetime(2024, 6, 30, 2)
    assert found["attempt_count"] == 0


def test_files_lie_under_the_attempt_and_are_described_by_their_footers(finished: tuple[DiskLake, RunSummary]) -> None:
    lake, summary = finished
    assert [part.partition for part in summary.partitions] == ["year=2024/month=02", "year=2024/month=03"]
    place = layout.table_place(lake.buckets.silver, "transactions", "v1")
    for part in summary.partitions:
        for file in part.files:
            home = layout.uri(place.bucket, place.attempt(RunId(summary.run_id), "jr_1"))
            assert file.uri.startswith(f"{home}/{part.partition}/part-")
            rows = lake.spark.read.parquet(file.uri)
            assert file.rows == rows.count()
            ids = [each["transaction_id"] for each in rows.collect()]
            assert (file.key_min, file.key_max) == (min(ids), max(ids))
            assert file.bytes == lake.lake.store.head(*layout.split_uri(file.uri)).size
    march = summary.partitions[1]
    assert march.rows == sum(file.rows for file in march.files) == 2


def test_the_audit_manifest_names_every_file_of_the_run(finished: tuple[DiskLake, RunSummary]) -> None:
    lake, summary = finished
    place = layout.table_place(lake.buckets.silver, "transactions", "v1")
    text = lake.lake.store.read(place.bucket, place.audit_manifest(RunId(summary.run_id))).text
    assert text.splitlines() == [file.uri for part in summary.partitions for file in part.files]


def test_the_summary_is_in_the_bucket_as_it_was_returned(finished: tuple[DiskLake, RunSummary]) -> None:
    lake, summary = finished
    place = layout.table_place(lake.buckets.silver, "transactions", "v1")
    stored = lake.lake.store.read(place.bucket, place.summary(RunId(summary.run_id)))
    assert from_json(RunSummary, stored.body, "test") == summary


def test_a_finished_run_is_not_done_again(finished: tuple[DiskLake, RunSummary]) -> None:
    lake, summary = finished
    again = bronze_to_silver(lake.job_run(RunId(summary.run_id), "jr_2"))
    assert again == summary
    attempt = f"transactions/schema_v=v1/runs/run_id={summary.run_id}/attempt=jr_2"
    assert not list(lake.lake.store.list(lake.buckets.silver, attempt))


def test_a_second_attempt_leaves_the_files_of_the_first_alone(lake: DiskLake) -> None:
    run_id = lake.plan([lake.deliver(csv(row("T1"), row("T2", "x")))])
    first = bronze_to_silver(lake.job_run(run_id, "jr_1"))
    place = layout.table_place(lake.buckets.silver, "transactions", "v1")
    lake.forget(place.bucket, place.summary(run_id))
    second = bronze_to_silver(lake.job_run(run_id, "jr_2"))

    assert second.counts == first.counts
    assert {each["row_id"] for each in lake.silver(second)} == {each["row_id"] for each in lake.silver(first)}
    assert {each["row_id"] for each in lake.quarantine(second)} == {each["row_id"] for each in lake.quarantine(first)}
    assert all("attempt=jr_2" in file.uri for part in second.partitions for file in part.files)


def test_an_attempt_that_lost_the_race_takes_the_summary_that_won(lake: DiskLake) -> None:
    run_id = lake.plan([lake.deliver(csv(row("T1")))])
    slow = lake.job_run(run_id, "jr_slow")
    first = bronze_to_silver(lake.job_run(run_id, "jr_fast"))
    place = layout.table_place(lake.buckets.silver, "transactions", "v1")
    assert leave_summary(slow, place, replace(first, attempt="jr_slow", partitions=())) == first
    manifest = lake.lake.store.read(place.bucket, place.audit_manifest(run_id)).text
    assert manifest.splitlines() == [file.uri for part in first.partitions for file in part.files]


def test_a_source_that_changed_since_the_plan_is_not_read(lake: DiskLake) -> None:
    source = lake.deliver(csv(row("T1")), name="a.csv")
    run_id = lake.plan([source])
    lake.deliver(csv(row("T1"), row("T2")), name="a.csv")
    with pytest.raises(InputMismatchError, match="ETag"):
        bronze_to_silver(lake.job_run(run_id))


def test_a_plan_of_another_contract_is_not_followed(lake: DiskLake) -> None:
    run_id = lake.plan([lake.deliver(csv(row("T1")))])
    key = layout.plan(run_id)
    stored = lake.lake.store.read(lake.buckets.control, key)
    other = replace(from_json(Plan, stored.body, key), contract_sha256="0" * 64)
    lake.lake.store.write(lake.buckets.control, key, to_json(other))
    with pytest.raises(InputMismatchError, match="planned under contract"):
        bronze_to_silver(lake.job_run(run_id))


def test_another_runs_plan_is_not_followed(lake: DiskLake) -> None:
    run_id = lake.plan([lake.deliver(csv(row("T1")))])
    stranger = RunId("20240101T000000Z-daily-other")
    stored = lake.lake.store.read(lake.buckets.control, layout.plan(run_id))
    lake.lake.store.write(lake.buckets.control, layout.plan(stranger), stored.text)
    with pytest.raises(InputMismatchError, match=str(run_id)):
        lake.job_run(stranger)


def test_a_file_without_records_leaves_an_empty_summary(lake: DiskLake) -> None:
    summary = lake.ingest(csv())
    assert (summary.counts.input, summary.counts.accounted) == (0, 0)
    assert (summary.partitions, summary.quarantine, summary.columns, summary.errors) == ((), (), {}, {})


def test_only_bad_rows_leave_quarantine_files_only(lake: DiskLake) -> None:
    summary = lake.ingest(csv("x", row("T1", "?")))
    assert (summary.counts.valid, summary.counts.quarantined) == (0, 2)
    assert summary.partitions == ()


def test_quarantine_keeps_the_record_and_its_fields(lake: DiskLake) -> None:
    header = "Currency,TransactionTimestamp,TransactionID,CustomerID,TransactionAmount"
    summary = lake.ingest(csv('EUR,2024-03-01T10:00:00Z,T1,"Müller, ""Jörg""",x', "EUR,only", header=header))
    malformed, typed = sorted(lake.quarantine(summary), key=lambda each: len(each["raw_record"]))
    assert malformed["raw_record"] == "EUR,only"
    assert malformed["fields"] is None
    assert typed["raw_record"] == 'EUR,2024-03-01T10:00:00Z,T1,"Müller, ""Jörg""",x'
    assert typed["fields"] == {
        "Currency": "EUR",
        "TransactionTimestamp": "2024-03-01T10:00:00Z",
        "TransactionID": "T1",
        "CustomerID": 'Müller, "Jörg"',
        "TransactionAmount": "x",
    }
    assert (typed["dataset"], typed["schema_version"], typed["contract_version"]) == ("transactions", "v1", "1.0.0")
    assert (typed["attempt_count"], typed["retry_history"]) == (0, [])


@pytest.mark.parametrize(
    ("day", "late"), [("2024-04-05", {}), ("2024-04-06", {"2024-03": 1}), ("2024-05-06", {"2024-03": 1, "2024-04": 1})]
)
def test_rows_of_a_month_that_was_closed_are_late(lake: DiskLake, day: str, late: dict[str, int]) -> None:
    summary = lake.ingest(csv(row("T1"), row("T2", at="2024-04-01T00:00:00Z")), day=day)
    assert summary.late == late


def test_lateness_is_a_matter_of_each_source(lake: DiskLake) -> None:
    early = lake.deliver(csv(row("T1"), row("T2")), day="2024-04-05")
    late = lake.deliver(csv(row("T3"), row("T1"), row("T4", at="2024-04-01T00:00:00Z")), day="2024-04-06")
    assert lake.run([early, late]).late == {"2024-03": 1}


def test_two_kinds_of_files_in_one_run(lake: DiskLake) -> None:
    """Another column order, another kind of line break: one run reads each as it is."""
    turned = csv(
        "EUR,2024-03-01T10:00:00Z,T2,A,1.00",
        "EUR,2024-03-01T10:00:00Z,T3,A,x",
        header="Currency,TransactionTimestamp,TransactionID,CustomerID,TransactionAmount",
    )
    quoted = csv('T4,A,1.00,EUR,"2024-03-01T10:00:00Z"', 'T5,"A\nB",1.00,EUR,2024-03-01T10:00:00Z')
    summary = lake.ingest(csv(row("T1")), turned, quoted)
    assert sorted(each["transaction_id"] for each in lake.silver(summary)) == ["T1", "T2", "T4"]
    assert sorted(each["raw_record"] for each in lake.quarantine(summary)) == [
        "EUR,2024-03-01T10:00:00Z,T3,A,x",
        'T5,"A\nB",1.00,EUR,2024-03-01T10:00:00Z',
    ]


def test_any_silver_contract_will_do(lake: DiskLake) -> None:
    """A key of two columns, of which one is a number; optional columns of other types."""
    parcels = silver_contract(
        "parcels",
        column("depot", "string", required=True, key=True),
        column("number", "bigint", required=True, key=True),
        column("weight", "double"),
        column("fragile", "boolean"),
        column("on", "date", required=True),
        moment="on",
    )
    own = lake.with_contract(parcels)
    head = "DEPOT,NUMBER,WEIGHT,FRAGILE,ON"
    summary = own.ingest(
        csv(
            "a,1,0.5,true,2024-03-01",
            "a,01,0.50,true,2024-03-01",
            "b,1,,,2024-03-02",
            "a,1,9,true,2024-03-01",
            "a,x,1,true,2024-03-01",
            header=head,
        ),
        dataset="parcels",
    )
    counts = summary.counts
    assert (counts.valid, counts.quarantined + counts.duplicate) == (2, 3)
    assert summary.errors == {"BAD_TYPE": 1, "KEY_CONFLICT": summary.errors["KEY_CONFLICT"]}
    assert list(summary.columns.items())[:5] == [
        ("depot", "string"),
        ("number", "bigint"),
        ("weight", "double"),
        ("fragile", "boolean"),
        ("on", "date"),
    ]


def test_the_summary_is_plain_json(finished: tuple[DiskLake, RunSummary]) -> None:
    _, summary = finished
    document = json.loads(to_json(summary))
    assert document["counts"].keys() == {"input", "valid", "quarantined", "condemned", "duplicate", "outside", "erased"}
