"""What a data steward does in a scenario: export a sheet, correct it, try it again; and the second person."""

import csv
import io
import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
from typer.testing import CliRunner

from assay import retries
from assay.__main__ import app
from assay.console import CommandError
from assay.target import Target
from lake.bundle import contracts_root
from lake.rules.contract import load_contracts
from lake.rules.spreadsheet import unescape
from tests.scenarios.pipeline import query

GOOD = {
    "CustomerID": "ACC-00001",
    "TransactionAmount": "12.50",
    "Currency": "EUR",
    "TransactionTimestamp": "2024-03-05T10:00:00Z",
}
Sheet = list[dict[str, str]]


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


def states(target: Target, source: str, day: str) -> dict[str, int]:
    """Rows of a source by state, of each the newest entry."""
    newest = f"""
        SELECT state, ROW_NUMBER() OVER (PARTITION BY row_id ORDER BY revision DESC) AS place
        FROM transactions_quarantine_history WHERE ingest_date = '{day}' AND source_id = '{source}'"""
    found = query(target, f"SELECT state, COUNT(*) FROM ({newest}) WHERE place = 1 GROUP BY 1")
    return {str(state): int(str(rows)) for state, rows in found}


def run_quietly(target: Target, file: Path) -> dict[str, Any]:
    """`assay quarantine retry`, as a call: two commands in one process would share their standard output."""
    contracts = load_contracts(contracts_root())
    rows = retries.from_sheet(target, contracts, "transactions", file)
    return retries.ask(target, "transactions", rows, "retry", "both at once", quiet=True)


def somebody_else(target: Target, name: str = "bob") -> Target:
    """The same stack, with the credentials of another person."""
    iam = target.client("iam")
    with suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_user(UserName=name)
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    session = boto3.session.Session(
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        region_name=target.session.region_name,
    )
    return replace(target, role_session=session)
