"""Scenario 2, by hand: go back, come again, compact under a reader's eyes, reclaim space, promote by hand."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from assay import collection, compaction, promotion, rollback
from assay.deliveries import run_again
from assay.open_lake import open_lake
from assay.target import Target
from lake.steps.history import history
from lake.steps.places import place_of
from tests.scenarios import pipeline
from tests.scenarios.pipeline import number, outcome, query
from tests.scenarios.reading import a_reader

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(1800)]

SILVER = "transactions"


def ingested(target: Target, folder: Path, name: str, month: str, amount: str = "10.00", extra: int = 0) -> str:
    """A run over a file with 40 rows of a month; its id."""
    rows = pipeline.rows_for(month, 40, name, amount, account=f"{month}-acc")
    rows += pipeline.rows_for(month, extra, f"{name}-more", "0.50", account=f"{month}-acc")
    story = pipeline.run_file(target, pipeline.write_csv(folder / f"{name}.csv", rows), f"{month}-28")
    assert outcome(story) == "succeeded"
    return str(story["run"])


def totals(target: Target, month: str) -> list[list[str | None]]:
    """What silver and gold say of a month's rows, through Athena."""
    where = f"year = {month[:4]} AND month = {int(month[5:])}"
    silver = query(target, f"SELECT count(*), sum(amount), count(distinct source_id) FROM transactions WHERE {where}")
    account = f"account_id = '{month}-acc'"
    gold = f"SELECT as_of_month, closing_balance, transaction_count FROM account_balances_v1 WHERE {account}"
    activity = f"SELECT as_of_month, net_amount FROM monthly_activity_v1 WHERE {account}"
    return [*silver, *query(target, f"{gold} ORDER BY 1"), *query(target, f"{activity} ORDER BY 1")]


def test_a_run_goes_back_exactly_and_comes_again_when_asked_for(target: Target, tmp_path: Path) -> None:
    month, name = "2018-03", "year=2018/month=03"
    ingested(target, tmp_path, "back-good", month)
    before = totals(target, month)
    wrong = ingested(target, tmp_path, "back-wrong", month, amount="99.99")
    after = totals(target, month)
    details = rollback.order_details(wrong, [], "", "wrong rates")

    silver = pipeline.objects(target, "silver")
    looked = rollback.roll_back(target, "transactions", details, dry_run=True, quiet=True)
    assert [(each["partition"], each["rows_now"], each["rows_then"]) for each in looked["partitions"]] == [
        (name, 80, 40)
    ]
    assert pipeline.objects(target, "silver") == silver

    told = rollback.roll_back(target, "transactions", details, dry_run=False, quiet=True)
    assert told["outcome"] == "succeeded"
    assert totals(target, month) == before
    chain = history(open_lake(target), place_of(open_lake(target), "transactions", "silver"), name, 20)
    assert [(each.sequence, each.mode, each.rows) for each in chain] == [
        (3, "rollback", 40), (2, "append", 80), (1, "append", 40),
    ]  # fmt: skip
    assert (chain[0].reason, chain[0].run_id) == ("wrong rates", told["run"])
    assert chain[0].approved_by

    nothing = rollback.roll_back(target, "transactions", details, dry_run=False, quiet=True)
    assert nothing["outcome"] == "nothing_to_do"

    assert run_again(target, wrong, quiet=True)["outcome"] == "succeeded"
    assert totals(target, month) == after


@pytest.mark.long
def test_a_month_is_compacted_while_somebody_reads_and_space_is_reclaimed(target: Target, tmp_path: Path) -> None:
    month = "2018-06"
    ingested(target, tmp_path, "small-1", month)
    ingested(target, tmp_path, "small-2", month, extra=5)
    before, files = totals(target, month), current_files(target, month)
    rows = every_row(target, month)
    given = {"first": month, "last": month}
    with a_reader(target, month) as seen:
        told = compaction.compact(target, "transactions", given, dry_run=False, quiet=True)
    assert told["outcome"] == "succeeded"
    assert told["months"] == [{"month": month, "rows": 85, "files": 2, "files_after": 1}]
    assert seen == {85}
    assert len(files) == 2
    assert len(current_files(target, month)) == 1
    assert totals(target, month) == before
    assert every_row(target, month) == rows
    again = compaction.compact(target, "transactions", given, dry_run=False, quiet=True)
    assert again["outcome"] == "nothing_to_do"

    everything = pipeline.objects(target, "silver"), pipeline.objects(target, "gold")
    found = collection.collect(target, "transactions", keep=1, grace_days=0, delete=False)
    named = {f"s3://{each.place.bucket}/{key}" for each in found for key in each.keys}
    assert set(files) <= named
    assert (pipeline.objects(target, "silver"), pipeline.objects(target, "gold")) == everything

    collection.collect(target, "transactions", keep=1, grace_days=0, delete=True)
    left = pipeline.objects(target, "silver")
    gone = set(everything[0]) - set(left)
    assert {key.removeprefix(f"s3://{target.bucket('silver')}/") for key in files} <= gone
    assert not [key for key in gone if "/current/" in key or "/snapshots/" in key or key.endswith("_SUCCESS")]
    assert totals(target, month) == before
    assert number(target, "SELECT count(*) FROM transactions") == number(
        target, "SELECT sum(transaction_count) FROM monthly_activity_v1"
    )
    assert collection.collect(target, "transactions", keep=1, grace_days=0, delete=False) == []


@pytest.mark.long
def test_what_a_person_started_stays_unpromoted_until_it_is_promoted(target: Target, tmp_path: Path) -> None:
    month = "2018-09"
    rows = pipeline.rows_for(month, 94, "hand") + pipeline.rows_for(month, 6, "hand-bad", amount="1e5")
    delivery = pipeline.deliver(target, pipeline.write_csv(tmp_path / "hand.csv", rows), f"{month}-28")
    assert outcome(pipeline.finish(target, delivery)).startswith("refused")
    planned = promotion.plan_by_hand(target, "transactions", [delivery.key], again=True)
    assert (planned["outcome"], planned["input_records"]) == ("planned", 100)
    assert start_by_hand(target, planned) == "SUCCEEDED"
    count = f"SELECT count(*) FROM transactions WHERE year = 2018 AND month = {int(month[5:])}"
    assert number(target, count) == 0

    looked = promotion.look(target, planned["run"], override=False, reason="")
    assert looked.reasons == looked.overridable
    assert "6 of 100 records quarantined" in looked.reasons[0]
    assert [(each.partition, each.rows, each.rows_now) for each in looked.changes] == [
        ("year=2018/month=09", 94, 0), (f"ingest_date={month}-28", 6, 0),
    ]  # fmt: skip
    assert promotion.promote(target, planned["run"], False, "", quiet=True)["outcome"] == "refused"
    assert number(target, count) == 0

    told = promotion.promote(target, planned["run"], True, "the producer knows", quiet=True)
    assert told["outcome"] == "succeeded"
    assert number(target, count) == 94
    assert number(target, f"SELECT count(*) FROM transactions_quarantine WHERE ingest_date = '{month}-28'") == 6
    (mail,) = pipeline.mails_about(target, told["run"])
    assert "A run of transactions was promoted by override" in mail["subject"]
    entry = query(target, f"SELECT outcome, reasons FROM run_summaries WHERE run_id = '{told['run']}'")
    assert entry[0][0] == "succeeded"
    assert "the producer knows" in str(entry[0][1])


def current_files(target: Target, month: str) -> list[str]:
    """The files that a month's manifest names."""
    key = f"{SILVER}/current/year={month[:4]}/month={month[5:]}/symlink.txt"
    return pipeline.bodies(target, "silver", key)[key].decode().split()


def every_row(target: Target, month: str) -> list[list[str | None]]:
    """All rows of a month with all their columns."""
    where = f"year = {month[:4]} AND month = {int(month[5:])}"
    return query(target, f"SELECT * FROM transactions_v1 WHERE {where} ORDER BY transaction_id")


def start_by_hand(target: Target, planned: dict[str, Any]) -> str:
    """`aws glue start-job-run` with the arguments that were printed; how the job run ended."""
    arguments = json.loads(planned["start"].partition("--arguments ")[2].strip("'"))
    glue = target.client("glue")
    run = glue.start_job_run(JobName=planned["job"], Arguments=arguments)["JobRunId"]
    while True:
        state = glue.get_job_run(JobName=planned["job"], RunId=run)["JobRun"]["JobRunState"]
        if state in {"SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT", "ERROR"}:
            return str(state)
        time.sleep(1)
