"""Scenario 4, what a steward does: correct rows, try them again, and what becomes of those that nobody can save."""

import csv
import io
import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from assay import condemned
from assay.__main__ import app
from assay.console import CommandError
from assay.sample import HEADER, Truth, write_sample
from assay.target import Target
from lake.bundle import contracts_root
from lake.rules.contract import load_contracts
from lake.rules.release import APPROVED
from lake.rules.spreadsheet import unescape
from tests.scenarios import pipeline
from tests.scenarios.pipeline import number, outcome, query

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(1800)]

DAY = "2024-07-03"
GOOD = {
    "CustomerID": "ACC-00001",
    "TransactionAmount": "12.50",
    "Currency": "EUR",
    "TransactionTimestamp": "2024-03-05T10:00:00Z",
}
Sheet = list[dict[str, str]]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    """The generated sample, with a seed of its own and every kind of bad row."""
    file = tmp_path_factory.mktemp("retry") / "retry.csv"
    truth = write_sample(file, 2_000, seed=45)
    file.write_text(file.read_text().replace("TX-2024", "RETRY"))
    return file, truth


@pytest.fixture(scope="module")
def source(target: Target, sample: tuple[Path, Truth]) -> str:
    """The source that brought the sample."""
    found = pipeline.run_file(target, sample[0], DAY)
    assert outcome(found) == "succeeded"
    return str(found["sources"][0]["source_id"])


def run(*arguments: str, group: str = "quarantine") -> Any:
    """What `assay quarantine … --json` answers."""
    done = CliRunner().invoke(app, [group, *arguments, "--json"])
    assert done.exit_code == 0, f"{done.output}\n{done.exception}"
    return json.loads(done.stdout)


def complaint(*arguments: str) -> str:
    """What `assay quarantine …` complains about."""
    done = CliRunner().invoke(app, ["quarantine", *arguments])
    assert isinstance(done.exception, CommandError), done.output
    return str(done.exception)


def export(source: str, file: Path) -> Sheet:
    """The sheet of a source's open rows, as a spreadsheet shows it."""
    done = CliRunner().invoke(app, ["quarantine", "export", "--source", source, "--out", str(file)])
    assert done.exit_code == 0, done.output
    return list(csv.DictReader(io.StringIO(file.read_bytes().decode("utf-8-sig"), newline="")))


def save(file: Path, lines: Iterable[dict[str, str]]) -> Path:
    """Write a sheet as a spreadsheet would."""
    text = io.StringIO()
    found = list(lines)
    writer = csv.DictWriter(text, list(found[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(found)
    file.write_bytes(b"\xef\xbb\xbf" + text.getvalue().encode())
    return file


def corrected(position: int, line: dict[str, str]) -> dict[str, str]:
    """A line with good values, an amount of its own and a key that nobody has."""
    return {**line, **GOOD, "TransactionID": f"RETRY-FIXED-{position}", "TransactionAmount": f"{position + 1}.25"}


def still_wrong(text: str, line: dict[str, str]) -> dict[str, str]:
    """A line in which another amount is no number."""
    return {**line, **GOOD, "TransactionID": unescape(line["row_id"])[-8:], "TransactionAmount": text}


def states(target: Target, source: str) -> dict[str, int]:
    """Rows of a source by state, of each the newest entry."""
    newest = f"""
        SELECT state, ROW_NUMBER() OVER (PARTITION BY row_id ORDER BY revision DESC) AS place
        FROM transactions_quarantine_history WHERE ingest_date = '{DAY}' AND source_id = '{source}'"""
    found = query(target, f"SELECT state, COUNT(*) FROM ({newest}) WHERE place = 1 GROUP BY 1")
    return {str(state): int(str(rows)) for state, rows in found}


def test_the_corrected_half_is_in_silver_and_the_other_half_counts_one_attempt(
    target: Target, sample: tuple[Path, Truth], source: str, tmp_path: Path
) -> None:
    before = number(target, "SELECT COUNT(*) FROM transactions")
    lines = export(source, tmp_path / "all.csv")
    assert len(lines) == sample[1].quarantined
    half = len(lines) // 2
    fixed = [corrected(place, line) for place, line in enumerate(lines[:half])]
    wrong = [still_wrong("one hundred", line) for line in lines[half:]]
    file = save(tmp_path / "fix.csv", [*fixed, *wrong])

    told = run("retry", str(file))

    assert told["outcome"] == "succeeded"
    assert (told["counts"]["valid"], told["counts"]["quarantined"]) == (len(fixed), len(wrong))
    assert number(target, "SELECT COUNT(*) FROM transactions") == before + half
    amount = query(target, "SELECT SUM(amount) FROM transactions WHERE transaction_id LIKE 'RETRY-FIXED-%'")[0][0]
    assert Decimal(str(amount)) == sum((Decimal(line["TransactionAmount"]) for line in fixed), Decimal(0))
    names = {row[0] for row in query(target, "SELECT row_id FROM transactions WHERE attempt_count > 0")}
    assert names >= {unescape(line["row_id"]) for line in fixed}
    assert states(target, source) == {"open": len(wrong), "recovered": half}
    attempts = query(target, f"SELECT DISTINCT attempt_count FROM transactions_quarantine WHERE source_id = '{source}'")
    assert attempts == [["1"]]
    assert run("check") == []
    # the same file once more: nothing of it is as it was when it was exported
    assert "is no longer open, it is recovered" in complaint("retry", str(file))
    assert "it was tried since, export it again" in complaint("retry", str(save(file, wrong)))


def test_the_third_failure_condemns_and_two_people_bring_one_back(target: Target, source: str, tmp_path: Path) -> None:
    waiting = states(target, source)["open"]
    for text in ("two hundred", "three hundred"):
        lines = [still_wrong(text, line) for line in export(source, tmp_path / "rest.csv")]
        told = run("retry", str(save(tmp_path / "again.csv", lines)))
        assert told["outcome"] == "succeeded"
    assert told["counts"]["condemned"] == waiting
    assert states(target, source).keys() == {"condemned", "recovered"}
    row_id = run("list", "--source", source, "--limit", "1", group="condemned")["rows"][0]["row_id"]

    request = run("request", "--ids", row_id, "--reason", "the producer knows the amount", group="condemned")
    assert pipeline.mails_about(target, "Approval needed for transactions", request["name"])
    with pytest.raises(CommandError, match="somebody else has to answer it"):
        condemned.answer(target, "transactions", request["name"], APPROVED, "I am sure")
    other = somebody_else(target)
    answer = condemned.answer(other, "transactions", request["name"], APPROVED, "seen the invoice")
    assert condemned.carry_out(target, answer, quiet=True)["outcome"] == "succeeded"

    (line,) = export(source, tmp_path / "released.csv")
    assert unescape(line["row_id"]) == row_id
    told = run("retry", str(save(tmp_path / "last.csv", [corrected(9_999, line)])))
    assert told["counts"]["valid"] == 1
    assert run("check") == []

    story = run("show", row_id)
    assert story["state"] == "in silver"
    changes = [each["changed"] for each in story["row"]["retry_history"]]
    assert len(changes) == 6
    assert "one hundred" in changes[1] and "three hundred" in changes[3]
    assert changes[4].startswith("released, approved by ") and "10000.25" in changes[5]
    assert [each["kind"] for each in story["runs"]] == ["event", "retry", "retry", "retry", "release", "retry"]


def test_two_stewards_at_once_move_each_row_once(target: Target, tmp_path: Path) -> None:
    rows = [[f"TWO-{n}", "A", "x", "EUR", "2024-03-05T10:00:00Z"] for n in range(6)]
    good = pipeline.rows_for("2024-03", 200, "TWOGOOD")
    story = pipeline.run_file(target, pipeline.write_csv(tmp_path / "two.csv", [*good, *rows], HEADER), DAY)
    source = str(story["sources"][0]["source_id"])
    lines = export(source, tmp_path / "all.csv")
    sheets = [
        save(tmp_path / f"{name}.csv", [{**line, "TransactionAmount": amount} for line in part])
        for name, amount, part in (("ann", "1.00", lines[:4]), ("bob", "2.00", lines[2:]))
    ]
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda file: run_quietly(target, file), sheets))
    assert sorted(each["outcome"] for each in told) == ["succeeded", "succeeded"]
    assert sorted(each["counts"]["outside"] for each in told) == [0, 2]
    found = query(target, "SELECT transaction_id FROM transactions WHERE transaction_id LIKE 'TWO-%'")
    assert sorted(str(row[0]) for row in found) == [f"TWO-{n}" for n in range(6)]
    assert states(target, source) == {"recovered": 6}


def test_a_file_that_makes_things_worse_is_refused_and_mailed(target: Target, tmp_path: Path) -> None:
    rows = [["WORSE-1", "A", "x", "EUR", "2024-03-05T10:00:00Z"]]
    good = pipeline.rows_for("2024-03", 100, "WORSEGOOD")
    story = pipeline.run_file(target, pipeline.write_csv(tmp_path / "worse.csv", [*good, *rows], HEADER), DAY)
    source = str(story["sources"][0]["source_id"])
    (line,) = export(source, tmp_path / "all.csv")
    file = save(tmp_path / "bad.csv", [{**line, "Currency": "EURO", "CustomerID": ""}])
    assert "the gate refused it" in complaint("retry", str(file))
    assert pipeline.mails_about(target, "make things worse")
    assert states(target, source) == {"open": 1}
    # the row did not lose an attempt, so the same file may be corrected
    told = run("retry", str(save(file, [{**line, "TransactionAmount": "1.00"}])))
    assert told["counts"]["valid"] == 1


def test_a_damaged_file_is_told_line_by_line_and_nothing_runs(target: Target, tmp_path: Path) -> None:
    rows = [[f"SHEET-{n}", "Zoë", "x", "EUR", "2024-03-05T10:00:00Z"] for n in range(3)]
    good = pipeline.rows_for("2024-03", 200, "SHEETGOOD")
    story = pipeline.run_file(target, pipeline.write_csv(tmp_path / "s.csv", [*good, *rows], HEADER), DAY)
    source = str(story["sources"][0]["source_id"])
    one, two, three = export(source, tmp_path / "all.csv")
    runs = pipeline.run_ids(target)
    damaged = [
        {**one, "row_id": "'" + "0" * 16 + "-" + "0" * 24},
        {**two, "CustomerID": "ZoÃ«", "TransactionAmount": "1"},
        {**three, "source_id": "'" + "0" * 16, "TransactionAmount": "1"},
    ]
    told = complaint("retry", str(save(tmp_path / "damaged.csv", damaged)))
    assert [line.partition(": ")[2][:6] for line in told.splitlines()] == ["line 2", "line 3", "line 4"]
    assert "UTF-8 opened as another character set" in told and "source_id was edited" in told
    assert pipeline.run_ids(target) == runs


def run_quietly(target: Target, file: Path) -> dict[str, Any]:
    """`assay quarantine retry`, as a call: two commands in one process would share their standard output."""
    from assay import retries

    contracts = load_contracts(contracts_root())
    rows = retries.from_sheet(target, contracts, "transactions", file)
    return retries.ask(target, "transactions", rows, "retry", "both at once", quiet=True)


def somebody_else(target: Target) -> Target:
    """The same stack, with the credentials of another person."""
    iam = target.client("iam")
    iam.create_user(UserName="bob")
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_user_policy(UserName="bob", PolicyName="all", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName="bob")["AccessKey"]
    session = boto3.session.Session(
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        region_name=target.session.region_name,
    )
    return replace(target, role_session=session)
