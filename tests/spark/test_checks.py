"""Every error code, against the transactions contract and one made for the rules it does not use."""

from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from lake.bundle import contracts_root
from lake.rules.contract import load_contracts
from tests.spark.contracts import column, silver_contract
from tests.spark.judging import Judging, codes

pytestmark = pytest.mark.spark

GOOD = {
    "TransactionID": "T-1",
    "CustomerID": "A",
    "TransactionAmount": "10.50",
    "Currency": "EUR",
    "TransactionTimestamp": "2024-03-01T10:00:00Z",
}
ID, ACCOUNT, AMOUNT, CURRENCY, MOMENT = GOOD
BAD_AMOUNT = [("BAD_TYPE", "amount")]
BAD_MOMENT = [("BAD_TIMESTAMP", "transaction_at")]

# what is changed in a good row -> the errors it must have
CASES: dict[str, tuple[dict[str, str], list[tuple[str, str]]]] = {
    "a good row": ({}, []),
    "no id": ({ID: ""}, [("MISSING_VALUE", "transaction_id")]),
    "a blank id": ({ID: "   "}, [("MISSING_VALUE", "transaction_id")]),
    "no account": ({ACCOUNT: ""}, [("MISSING_VALUE", "account_id")]),
    "no amount": ({AMOUNT: ""}, [("MISSING_VALUE", "amount")]),
    "no currency": ({CURRENCY: ""}, [("MISSING_VALUE", "currency")]),
    "no moment": ({MOMENT: ""}, [("MISSING_VALUE", "transaction_at")]),
    "nothing at all": (
        dict.fromkeys(GOOD, ""),
        [("MISSING_VALUE", name) for name in ("transaction_id", "account_id", "amount", "currency", "transaction_at")],
    ),
    "id with a blank": ({ID: "T 1"}, [("BAD_PATTERN", "transaction_id")]),
    "id with a line break at its end": ({ID: "T-1\n"}, [("BAD_PATTERN", "transaction_id")]),
    "id of 64 characters": ({ID: "T" * 64}, []),
    "id of 65 characters": ({ID: "T" * 65}, [("TOO_LONG", "transaction_id")]),
    "id too long and odd": ({ID: "?" * 65}, [("TOO_LONG", "transaction_id"), ("BAD_PATTERN", "transaction_id")]),
    "account in another script": ({ACCOUNT: '顧客 🙂 O\'Brien, "Pat"'}, []),
    "account of 128 signs, each two bytes long": ({ACCOUNT: "é" * 128}, []),
    "account of 129 characters": ({ACCOUNT: "é" * 129}, [("TOO_LONG", "account_id")]),
    "account with NUL": ({ACCOUNT: "a\0b"}, [("BAD_PATTERN", "account_id")]),
    "account of a megabyte": ({ACCOUNT: "x" * 1_000_000}, [("TOO_LONG", "account_id")]),
    "text that was not UTF-8": ({ACCOUNT: "caf\ufffd"}, [("BAD_ENCODING", "account_id")]),
    "refund": ({AMOUNT: "-10.5"}, []),
    "amount with a plus": ({AMOUNT: "+10.5"}, []),
    "minus zero": ({AMOUNT: "-0"}, []),
    "whole amount": ({AMOUNT: "7"}, []),
    "amount with zeros behind": ({AMOUNT: "10.5000"}, []),
    "largest amount": ({AMOUNT: "10000000000"}, []),
    "amount above the largest": ({AMOUNT: "10000000000.01"}, [("OUT_OF_RANGE", "amount")]),
    "amount below the least": ({AMOUNT: "-10000000001"}, [("OUT_OF_RANGE", "amount")]),
    **{
        f"amount {text!r}": ({AMOUNT: text}, BAD_AMOUNT)
        for text in (
            "1e5",
            "1,000.00",
            "1.000,00",
            "NaN",
            "nan",
            "Infinity",
            "-inf",
            "0x1F",
            "--5",
            "5-",
            "1.2.3",
            ".5",
            "5.",
            ".",
            " 12",
            "12 ",
            "1 2",
            "€12",
            "12€",
            "abc",
            "null",
            "1_000",
            "1.23456",
            "123456789012345",
            "(5)",
            "٣",
            "1d",
            "1f",
        )
    },
    "lower case currency": ({CURRENCY: "eur"}, [("UNKNOWN_CURRENCY", "currency")]),
    "currency with a blank": ({CURRENCY: "EUR "}, [("UNKNOWN_CURRENCY", "currency")]),
    "no such currency": ({CURRENCY: "XYZ"}, [("UNKNOWN_CURRENCY", "currency")]),
    "currency of the time before the euro": ({CURRENCY: "DEM"}, [("UNKNOWN_CURRENCY", "currency")]),
    "gold has no minor unit": ({CURRENCY: "XAU"}, [("UNKNOWN_CURRENCY", "currency")]),
    "kuna while it was valid": ({CURRENCY: "HRK", MOMENT: "2023-01-14T23:59:59Z"}, []),
    "kuna afterwards": ({CURRENCY: "HRK", MOMENT: "2023-01-15T00:00:00Z"}, [("UNKNOWN_CURRENCY", "currency")]),
    "kuna at a moment nobody can read": ({CURRENCY: "HRK", MOMENT: "yesterday"}, BAD_MOMENT),
    "half a yen": ({CURRENCY: "JPY", AMOUNT: "10.5"}, [("AMOUNT_SCALE", "amount")]),
    "whole yen with zeros behind": ({CURRENCY: "JPY", AMOUNT: "10.00"}, []),
    "a tenth of a cent": ({AMOUNT: "10.505"}, [("AMOUNT_SCALE", "amount")]),
    "a mill of a dinar": ({CURRENCY: "KWD", AMOUNT: "10.505"}, []),
    "too fine for a dinar": ({CURRENCY: "KWD", AMOUNT: "10.5055"}, [("AMOUNT_SCALE", "amount")]),
    "four decimals where they are allowed": ({CURRENCY: "CLF", AMOUNT: "10.5055"}, []),
    "too fine for a withdrawn currency": (
        {CURRENCY: "HRK", AMOUNT: "1.005", MOMENT: "2020-01-01T00:00:00Z"},
        [("AMOUNT_SCALE", "amount")],
    ),
    "scale of an unknown currency is not judged": (
        {CURRENCY: "XYZ", AMOUNT: "1.2345"},
        [("UNKNOWN_CURRENCY", "currency")],
    ),
    "scale of an amount that is none": ({CURRENCY: "JPY", AMOUNT: "ten"}, BAD_AMOUNT),
    "moment without a zone": ({MOMENT: "2024-03-01 10:00:00"}, []),
    "moment with microseconds": ({MOMENT: "2024-03-01T10:00:00.123456Z"}, []),
    "moment of another zone": ({MOMENT: "2024-03-01T10:00:00+05:30"}, []),
    "leap day": ({MOMENT: "2024-02-29T00:00:00Z"}, []),
    "first moment allowed": ({MOMENT: "2010-01-01T00:00:00Z"}, []),
    "a second too early": ({MOMENT: "2009-12-31T23:59:59Z"}, [("OUT_OF_RANGE", "transaction_at")]),
    "a second too late": ({MOMENT: "2040-01-01T00:00:00Z"}, [("OUT_OF_RANGE", "transaction_at")]),
    **{
        f"moment {text!r}": ({MOMENT: text}, BAD_MOMENT)
        for text in (
            "2024-03-01",
            "2024",
            "20240301T100000Z",
            "01/03/2024 10:00",
            "01.03.2024",
            "2024-13-01T00:00:00Z",
            "2023-02-29T00:00:00Z",
            "2024-02-30T00:00:00Z",
            "2024-03-01T24:00:00Z",
            "2024-03-01T25:00:00Z",
            "1709287200",
            "2024-03-01T10:60:00Z",
            "2024-03-01T10:00:60Z",
            "2024-03-01T10:00",
            "2024-03-01T10:00:00z",
            "T10:00:00Z",
            "now",
            "2024-3-1T10:00:00Z",
            " 2024-03-01T10:00:00Z",
            "2024-03-01T10:00:00 Europe/Rome",
            "2024-03-01T10:00:00.1234567Z",
            "2024-03-01T10:00:00+19:00",
            "+2024-03-01T10:00:00Z",
            "2024-03-01T10:00:00Z\n",
            "Infinity",
            "epoch",
        )
    },
    "two errors in one row": ({AMOUNT: "1e5", MOMENT: ""}, [*BAD_AMOUNT, ("MISSING_VALUE", "transaction_at")]),
}


@pytest.fixture(scope="module", params=["false", "true"], ids=["ansi-off", "ansi-on"])
def results(request: Any, spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """All cases judged in one go, under both readings of SQL."""
    contract = load_contracts(contracts_root()).get("transactions", "v1")
    spark.conf.set("spark.sql.ansi.enabled", request.param)
    rows = [list({**GOOD, **changed}.values()) for changed, _ in CASES.values()]
    found = Judging(spark, tmp_path_factory.mktemp("checks"), contract).judge_fields(rows)
    spark.conf.set("spark.sql.ansi.enabled", "false")
    assert len(found) == len(CASES)
    return dict(zip(CASES, found, strict=True))


@pytest.mark.parametrize("name", CASES)
def test_a_row_has_exactly_these_errors(results: dict[str, dict[str, Any]], name: str) -> None:
    assert codes(results[name]) == CASES[name][1]


def test_an_error_says_what_was_found_and_what_is_expected(results: dict[str, dict[str, Any]]) -> None:
    assert results["amount '1e5'"]["_errors"] == [
        {"code": "BAD_TYPE", "column": "amount", "found": "1e5", "expected": "a decimal(18,4) such as -12.50"}
    ]
    assert results["no id"]["_errors"][0]["found"] == ""
    assert len(results["account of a megabyte"]["_errors"][0]["found"]) == 200


def test_only_clean_rows_have_a_partition(results: dict[str, dict[str, Any]]) -> None:
    assert (results["a good row"]["year"], results["a good row"]["month"]) == (2024, 3)
    assert (results["amount '1e5'"]["year"], results["amount '1e5'"]["month"]) == (None, None)
    offset = results["moment of another zone"]
    assert offset["transaction_at"].isoformat() == "2024-03-01T04:30:00"


def test_too_few_and_too_many_fields_are_malformed(spark: SparkSession, tmp_path: Path) -> None:
    contract = load_contracts(contracts_root()).get("transactions", "v1")
    good = ",".join(GOOD.values())
    never_closed = f'T-4,"{good}\n{good}'
    body = "\n".join([",".join(GOOD), good, "T-2,A", f"{good},more", never_closed])

    found = Judging(spark, tmp_path, contract).judge(body.encode())

    assert [codes(row) for row in found] == [[], *[[("MALFORMED_RECORD", "")]] * 3]
    assert [row["_corrupt"] for row in found] == [None, "T-2,A", f"{good},more", never_closed]


def test_rules_that_transactions_does_not_use(spark: SparkSession, tmp_path: Path) -> None:
    contract = silver_contract(
        "parcels",
        column("id", "bigint", required=True, key=True),
        column("state", "string", oneOf=["sent", "lost"]),
        column("weight", "double", {"minimum": 0}),
        column("on", "date", {"maximum": "2024-12-31"}),
        column("at", "timestamp", required=True),
    )
    rows = [
        ["1", "sent", "0.5", "2024-12-31", "2024-01-01T00:00:00Z"],
        ["2", "", "", "", "2024-01-01T00:00:00Z"],
        ["3", "SENT", "-0.5", "2025-01-01", "2024-01-01T00:00:00Z"],
        ["x", "lost", "heavy", "today", "2024-01-01T00:00:00Z"],
    ]
    assert [codes(row) for row in Judging(spark, tmp_path, contract).judge_fields(rows)] == [
        [],
        [],
        [("NOT_ALLOWED", "state"), ("OUT_OF_RANGE", "weight"), ("OUT_OF_RANGE", "on")],
        [("BAD_TYPE", "id"), ("BAD_TYPE", "weight"), ("BAD_TYPE", "on")],
    ]
