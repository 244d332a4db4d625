"""Scenario 2: a past month is read again, reviewed, compared and replaced; nothing else moves."""

import csv
import json
import re
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from assay import backfills, executions, runs
from assay.console import CommandError
from assay.open_lake import open_lake, who
from assay.progress import follow
from assay.target import Target
from lake.rules import layout
from lake.rules.approval import APPROVED, DENIED
from lake.rules.backfill import Backfill
from lake.rules.json_record import to_json
from lake.rules.layout import Place
from lake.rules.trigger import RunRequest, request_of
from lake.steps.start_backfill import start_backfill
from tests.scenarios import pipeline
from tests.scenarios.deployment import contract_changed
from tests.scenarios.pipeline import outcome

# each test is several runs of Spark
pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(1800)]

SANE = r"'^[^\p{Cntrl}]+$'"
STRICT = r"'^[^\p{Cntrl}#]+$'"
LAYERS = ("bronze", "silver", "gold", "quarantine")
WHY = "the pattern of account_id was too strict"


def too_strict(contract: str) -> str:
    """A contract under which an account with a # in it is a bad row."""
    return contract.replace(SANE, STRICT)


def delivered(target: Target, path: Path, month: str, prefix: str, rows: int = 40) -> tuple[Path, dict[str, Any]]:
    """A file of one month, ingested."""
    file = pipeline.write_csv(path / f"{prefix}.csv", pipeline.rows_for(month, rows, prefix))
    story = pipeline.run_file(target, file, f"{month}-28")
    assert outcome(story) == "succeeded"
    return file, story


def waiting(target: Target, backfill: Backfill, subject: str) -> None:
    """Until its run waits for people."""
    until(lambda: backfills.story(target, backfill.backfill_id)["waits_for_approval_of"] == subject, subject)


def until(condition: Callable[[], object], what: str, seconds: float = 900) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come about within {seconds:.0f} s"
        time.sleep(0.3)


def ended(target: Target, run_id: str) -> dict[str, Any]:
    follow(target, run_id, quiet=True)
    return runs.story(target, run_id)


def state(target: Target, backfill: Backfill) -> str:
    return str(backfills.story(target, backfill.backfill_id)["status"])


def everything(target: Target) -> dict[str, dict[str, str]]:
    """ETag of every object of every layer."""
    return {layer: pipeline.objects(target, layer) for layer in LAYERS}


def moved(before: dict[str, dict[str, str]], after: dict[str, dict[str, str]]) -> Iterator[str]:
    """Every object that changed or went; what was added is not among them."""
    for layer in LAYERS:
        yield from (f"{layer}/{key}" for key, etag in before[layer].items() if after[layer].get(key) != etag)


def amount(files: list[Path], month: str) -> Decimal:
    """The total of a month, straight from the files."""
    lines = (row for file in files for row in csv.DictReader(file.read_text().splitlines()))
    amounts = (Decimal(row["TransactionAmount"]) for row in lines if row["TransactionTimestamp"][:7] == month)
    return sum(amounts, Decimal())


def silver(target: Target) -> Place:
    """Where the dataset lies."""
    return layout.table_place(target.bucket("silver"), "transactions", "v1")


def in_silver(target: Target, month: str) -> tuple[int, Decimal]:
    """Rows and total of a month, as Athena sees it."""
    year, number = int(month[:4]), int(month[5:])
    (row,) = pipeline.query(
        target, f"SELECT count(*), coalesce(sum(amount), 0) FROM transactions WHERE year = {year} AND month = {number}"
    )
    return int(str(row[0])), Decimal(str(row[1]))


def test_a_month_spoilt_by_a_rule_is_repaired_and_nothing_else_moves(target: Target, tmp_path: Path) -> None:
    months = ("2019-02", "2019-03", "2019-04")
    rows = [row for month in months for row in pipeline.rows_for(month, 32, f"strict-{month}")]
    rows += pipeline.rows_for("2019-03", 4, "strict-hash", account="strict-#1")
    file = pipeline.write_csv(tmp_path / "strict.csv", rows)
    with contract_changed(target, too_strict):
        story = pipeline.run_file(target, file, "2019-03-31")
    assert pipeline.counts(story)["quarantined"] == 4
    assert in_silver(target, "2019-03") == (32, amount([file], "2019-03") - 40)
    before = everything(target)

    backfill = backfills.plan(target, "transactions", "2019-03", WHY)
    (source,) = backfill.sources
    assert (source.why, source.records) == ("fed", 100)
    run_id = backfills.start(target, backfill.backfill_id)
    waiting(target, backfill, "start")
    assert list(moved(before, everything(target))) == []
    backfills.answer(target, backfill.backfill_id, APPROVED, "looked at the plan")
    waiting(target, backfill, "comparison")
    assert list(moved(before, everything(target))) == []
    (compared,) = backfills.story(target, backfill.backfill_id)["comparison"]
    assert (compared["rows_before"], compared["rows_after"], compared["added"]) == (32, 36, 4)
    totals = [(Decimal(each["before"]), Decimal(each["after"])) for each in compared["amounts"]]
    assert totals == [(Decimal(320), Decimal(360))]
    backfills.answer(target, backfill.backfill_id, APPROVED, "four rows come back, as expected")
    repaired = ended(target, run_id)

    assert (outcome(repaired), state(target, backfill)) == ("succeeded", "promoted")
    counts = repaired["summary"]["counts"]
    assert (counts["valid"], counts["outside"], counts["quarantined"]) == (36, 64, 0)
    for month, expected in (("2019-02", 32), ("2019-03", 36), ("2019-04", 32)):
        assert in_silver(target, month) == (expected, amount([file], month))
    _only_the_month_and_what_follows_from_it_moved(target, before)
    pipeline.balances_agree(target, "strict-%", [file])
    held = pipeline.number(target, "SELECT count(*) FROM transactions_quarantine WHERE ingest_date = '2019-03-31'")
    assert held == 0
    _the_snapshot_says_who_and_why(target, backfill, run_id)


def _only_the_month_and_what_follows_from_it_moved(target: Target, before: dict[str, dict[str, str]]) -> None:
    held = layout.quarantine_place(target.bucket("quarantine"), "transactions")
    own = (
        f"silver/{silver(target).current_prefix}year=2019/month=03/",
        f"silver/{silver(target).version_manifest('year=2019/month=03')}",
        f"quarantine/{held.current_prefix}ingest_date=2019-03-31/",
    )
    for key in moved(before, everything(target)):
        gold = re.match(r"gold/.*/current/as_of_month=(\d{4}-\d\d)/", key)
        assert key.startswith(own) or (gold and gold[1] >= "2019-03"), key


def _the_snapshot_says_who_and_why(target: Target, backfill: Backfill, run_id: str) -> None:
    key = silver(target).latest("year=2019/month=03")
    (latest,) = pipeline.bodies(target, "silver", key).values()
    snapshot = json.loads(latest)
    assert (snapshot["run_id"], snapshot["mode"]) == (run_id, "replace")
    assert snapshot["approved_by"] == who(target)
    assert snapshot["reason"] == f"{backfill.backfill_id}: {WHY}"
    token = re.compile("taskToken", re.IGNORECASE)
    mails = pipeline.mails_about(target, "Approval needed", backfill.backfill_id)
    assert mails and not any(token.search(mail["body"]) for mail in mails)


@pytest.mark.long
def test_a_daily_run_between_plan_and_promotion_wins_and_a_new_plan_helps(target: Target, tmp_path: Path) -> None:
    first, _ = delivered(target, tmp_path, "2018-05", "race-1")
    backfill = backfills.plan(target, "transactions", "2018-05", "see who is faster")
    run_id = backfills.start(target, backfill.backfill_id)
    waiting(target, backfill, "start")
    second, _ = delivered(target, tmp_path, "2018-05", "race-2")
    before = in_silver(target, "2018-05")
    assert before[0] == 80
    backfills.answer(target, backfill.backfill_id, APPROVED, "nobody saw it coming")
    story = ended(target, run_id)
    assert outcome(story).startswith("failed")
    assert "PointerMovedError" in outcome(story)
    assert state(target, backfill) == "refused"
    assert in_silver(target, "2018-05") == before

    # a source that is gone from bronze by now is read at the version that was ingested
    key = f"transactions/ingest_date=2018-05-28/{first.name}"
    target.client("s3").delete_object(Bucket=target.bucket("bronze"), Key=key)
    again = backfills.replan(target, backfill.backfill_id)
    assert "deleted from bronze since" in next(each.note for each in again.sources if each.key == key)
    run_id = backfills.start(target, again.backfill_id)
    waiting(target, again, "start")
    backfills.answer(target, again.backfill_id, APPROVED, "once more")
    story = ended(target, run_id)
    assert (outcome(story), state(target, again)) == ("succeeded", "promoted")
    assert in_silver(target, "2018-05") == (80, amount([first, second], "2018-05"))
    read = {each["key"]: each["uri"] for each in story["sources"]}
    assert f"runs/{run_id}/sources/" in read[key]


@pytest.fixture
def planned(target: Target, tmp_path: Path) -> Iterator[Backfill]:
    """A backfill whose run waits for its start; what nobody ended is cancelled."""
    if in_silver(target, "2019-02")[0] == 0:
        delivered(target, tmp_path, "2019-02", "quiet")
    found = backfills.plan(target, "transactions", "2019-02", f"for {tmp_path.name}")
    yield found
    if state(target, found) not in {"refused", "cancelled", "expired"}:
        backfills.cancel(target, found.backfill_id, "the test is over")


def test_a_denied_backfill_ends_with_its_own_outcome_and_mail(target: Target, planned: Backfill) -> None:
    before = everything(target)
    run_id = backfills.start(target, planned.backfill_id)
    waiting(target, planned, "start")
    backfills.answer(target, planned.backfill_id, DENIED, "not in the month's closing")
    story = ended(target, run_id)
    assert story["ledger"]["outcome"] == "denied"
    assert state(target, planned) == "refused"
    _nothing_happened(target, planned, before, "was denied")


def test_a_cancelled_backfill_ends_with_its_own_outcome_and_mail(target: Target, planned: Backfill) -> None:
    before = everything(target)
    run_id = backfills.start(target, planned.backfill_id)
    waiting(target, planned, "start")
    backfills.cancel(target, planned.backfill_id, "no longer wanted")
    story = ended(target, run_id)
    assert story["ledger"]["outcome"] == "cancelled"
    assert state(target, planned) == "cancelled"
    _nothing_happened(target, planned, before, "was cancelled")


def test_a_backfill_that_nobody_answers_expires(target: Target, planned: Backfill) -> None:
    """On a machine of the same definition whose people have two seconds."""
    before = everything(target)
    run_id = _start_impatiently(target, planned)
    until(lambda: state(target, planned) == "expired", "expiry")
    entry = executions.ledger_entry(target, "transactions", run_id) or {}
    assert entry["outcome"] == "expired"
    _nothing_happened(target, planned, before, "expired")


def _start_impatiently(target: Target, backfill: Backfill) -> str:
    lake, client = open_lake(target), target.client("stepfunctions")
    event = start_backfill(lake, backfill, who(target))
    request = request_of(event, lake.buckets.bronze, lake.contracts, lake.clock.now())
    assert isinstance(request, RunRequest)
    patient = client.describe_state_machine(stateMachineArn=target.state_machine)
    definition = json.loads(patient["definition"])
    definition["States"]["AskToStart"]["TimeoutSeconds"] = 2
    machine = client.create_state_machine(
        name=f"{target.name}-impatient", roleArn=patient["roleArn"], definition=json.dumps(definition)
    )["stateMachineArn"]
    client.start_execution(stateMachineArn=machine, name=request.run_id, input=to_json(request))
    return request.run_id


def test_two_backfills_of_a_month_are_told_apart(target: Target, planned: Backfill) -> None:
    with pytest.raises(CommandError, match=f"backfill {planned.backfill_id}.*assay backfill cancel"):
        backfills.plan(target, "transactions", "2019-01..2019-02", "me too")
    backfills.cancel(target, planned.backfill_id, "the other one may")
    other = backfills.plan(target, "transactions", "2019-02", "me too")
    backfills.cancel(target, other.backfill_id, "enough")


def _nothing_happened(target: Target, backfill: Backfill, before: dict[str, dict[str, str]], told: str) -> None:
    assert everything(target) == before
    assert len(pipeline.mails_about(target, "Not approved for transactions", told, backfill.backfill_id)) == 1
    lease = executions.read_json(target, "leases/transactions.json") or {}
    lock = executions.read_json(target, "backfills/transactions/partitions/year=2019/month=02.json") or {}
    assert (lease["state"], lock["state"]) == ("free", "free")
