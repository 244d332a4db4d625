"""What a scenario does and sees: deliver a file, follow its run, ask Athena, look into buckets."""

import csv
import gzip
import io
import json
import time
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from assay import executions, ingest, runs
from assay.progress import follow
from assay.query import ask
from assay.target import Target
from local_aws import control

HEADER = ["TransactionID", "CustomerID", "TransactionAmount", "Currency", "TransactionTimestamp"]
Balances = dict[tuple[str, str, str], Decimal]


def write_csv(path: Path, rows: Iterable[list[str]], header: list[str] = HEADER) -> Path:
    """A CSV file as a producer would write it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    body = text.getvalue().encode()
    path.write_bytes(gzip.compress(body) if path.suffix == ".gz" else body)
    return path


def rows_for(month: str, count: int, prefix: str, amount: str = "10.00", account: str = "") -> list[list[str]]:
    """Good rows of one month, each with a key of its own."""
    return [
        [f"{prefix}-{n:05d}", account or f"{prefix}-acc-{n % 7}", amount, "EUR", f"{month}-{n % 28 + 1:02d}T10:00:00Z"]
        for n in range(count)
    ]


def deliver(target: Target, file: Path, day: str) -> ingest.Delivery:
    """Put a file into bronze."""
    return ingest.deliver(target, "transactions", file, day)


def dispatched(target: Target, event: dict[str, Any]) -> dict[str, Any]:
    """What the dispatcher answers to an event, a schedule or a request."""
    answer = target.client("lambda").invoke(FunctionName=f"{target.name}-dispatch", Payload=json.dumps(event))
    assert "FunctionError" not in answer
    return dict(json.loads(answer["Payload"].read()))


def finish(target: Target, delivery: ingest.Delivery, seconds: float = 240) -> dict[str, Any]:
    """Wait for the run that takes a delivery; its story."""
    claim = ingest.find_claim(target, "transactions", delivery, seconds)
    follow(target, claim["run_id"], quiet=True)
    return runs.story(target, claim["run_id"])


def run_file(target: Target, file: Path, day: str) -> dict[str, Any]:
    """Deliver a file and wait for its run."""
    return finish(target, deliver(target, file, day))


def outcome(story: dict[str, Any]) -> str:
    """How a run ended, with its reasons if it did not succeed."""
    ledger = story["ledger"]
    reasons = "; ".join(ledger.get("reasons", []))
    return str(ledger.get("outcome", story["status"])) + (f" ({reasons or story['error']})" if reasons else "")


def counts(story: dict[str, Any]) -> dict[str, int]:
    """The counts of a run that ingests, checked against the equation of P1."""
    found: dict[str, int] = dict(story["summary"]["counts"])
    assert found.pop("outside") == 0, "only a run that replaces leaves rows outside"
    assert found.pop("erased") == 0, "only a run that erases takes rows away"
    assert found["input"] == found["valid"] + found["quarantined"] + found["condemned"] + found["duplicate"]
    return found


def query(target: Target, sql: str) -> list[list[str | None]]:
    """The rows Athena answers."""
    return ask(target, sql).rows


def number(target: Target, sql: str) -> int:
    """The one number Athena answers."""
    return int(query(target, sql)[0][0] or 0)


def objects(target: Target, bucket: str, prefix: str = "") -> dict[str, str]:
    """ETag of every object below a prefix."""
    pages = target.client("s3").get_paginator("list_objects_v2").paginate(Bucket=target.bucket(bucket), Prefix=prefix)
    return {each["Key"]: each["ETag"] for page in pages for each in page.get("Contents", [])}


def bodies(target: Target, bucket: str, prefix: str) -> dict[str, bytes]:
    """Content of every object below a prefix."""
    client = target.client("s3")
    return {
        key: client.get_object(Bucket=target.bucket(bucket), Key=key)["Body"].read()
        for key in objects(target, bucket, prefix)
    }


def run_ids(target: Target) -> set[str]:
    """Every run so far."""
    return {each["name"] for each in executions.latest(target, 1000)}


def mails(target: Target) -> list[dict[str, Any]]:
    """Every mail so far."""
    return control.outbox()


def mails_about(target: Target, *words: str, seconds: float = 30) -> list[dict[str, Any]]:
    """The mails that hold all these words, once there is one: they are written by a function of their own."""
    deadline = time.monotonic() + seconds
    while True:
        found = [each for each in mails(target) if all(word in f"{each['subject']}\n{each['body']}" for word in words)]
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.2)


def independent_balances(files: list[Path]) -> Balances:
    """Month-end balances straight from the CSV files: plain Python, no part of the pipeline."""
    nets: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    months: set[str] = set()
    for file in files:
        with file.open(newline="", encoding="utf-8-sig") as lines:
            for row in csv.DictReader(lines):
                month = row["TransactionTimestamp"][:7]
                months.add(month)
                nets[row["CustomerID"], row["Currency"]][month] += Decimal(row["TransactionAmount"])
    return _carried_forward(nets, _all_months(min(months), max(months)))


def _carried_forward(nets: dict[tuple[str, str], dict[str, Decimal]], months: list[str]) -> Balances:
    balances: Balances = {}
    for (account, currency), by_month in nets.items():
        total = Decimal()
        for month in months:
            total += by_month.get(month, Decimal())
            if month >= min(by_month):
                balances[account, currency, month] = total
    return balances


def _all_months(first: str, last: str) -> list[str]:
    start, end = (int(each[:4]) * 12 + int(each[5:]) - 1 for each in (first, last))
    return [f"{index // 12:04d}-{index % 12 + 1:02d}" for index in range(start, end + 1)]


def athena_balances(target: Target, accounts_like: str) -> Balances:
    """The same, as Athena answers it."""
    found = query(
        target,
        "SELECT account_id, currency, as_of_month, closing_balance FROM account_balances_v1 "
        f"WHERE account_id LIKE '{accounts_like}'",
    )
    return {(str(row[0]), str(row[1]), str(row[2])): Decimal(str(row[3])) for row in found}


def balances_agree(target: Target, accounts_like: str, files: list[Path]) -> None:
    """Athena answers what the files say; in later months, which other tests may bring, an account keeps its balance."""
    expected = independent_balances(files)
    last = max(month for _, _, month in expected)
    found = athena_balances(target, accounts_like)
    assert {key: balance for key, balance in found.items() if key[2] <= last} == expected
    later = {(account, currency): balance for (account, currency, month), balance in found.items() if month > last}
    assert all(balance == expected[(*key, last)] for key, balance in later.items())
