"""Errors in plain words, the correction sheet, and what is masked."""

import csv
import io

import pytest

from lake.rules import checks
from lake.rules.correction_sheet import BYTE_ORDER_MARK, correction_sheet, too_long
from lake.rules.held_row import RowError, all_in_words, in_words
from lake.rules.masking import masked
from lake.rules.spreadsheet import unescape
from tests.quarantine_rows import NEWEST, held_row

AMOUNT = RowError("BAD_TYPE", "amount", "1e5", "a decimal(18,4) such as -12.50")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (AMOUNT, "TransactionAmount is “1e5”; expected a number with at most 4 decimals such as -12.50"),
        (RowError("MISSING_VALUE", "account_id", "", "a value"), "CustomerID is empty; a value is needed"),
        (RowError("MALFORMED_RECORD", "", "a,b", "the fields"), "the line does not have the fields: a,b"),
        (RowError("BAD_ENCODING", "account_id", "�", "x"), "CustomerID has characters that are not UTF-8: �"),
        (
            RowError("KEY_CONFLICT", "transaction_id", "T1", "x"),
            "TransactionID T1 is there already, with other content",
        ),
        (RowError("ODD", "gone", "1", "2"), "gone is “1”; expected 2"),
    ],
)
def test_an_error_in_words(error: RowError, words: str) -> None:
    assert in_words(error, NEWEST) == words


def test_every_code_has_words() -> None:
    said = [in_words(RowError(code, "amount", "found", "expected"), NEWEST) for code in checks.CODES]
    assert all(said) and not any("None" in each for each in said)


def test_all_that_is_wrong_in_one_line_and_long_values_are_cut() -> None:
    row = held_row(1, AMOUNT, RowError("TOO_LONG", "account_id", "x" * 200, "at most 128 characters"))
    first, second = all_in_words(row, NEWEST).split("; CustomerID")
    assert first.startswith("TransactionAmount") and "… (200 characters)" in second


def test_a_sheet_opens_in_excel_and_gives_back_every_field() -> None:
    nasty = {"TransactionID": "=1+1", "CustomerID": 'a "quoted",\nline', "TransactionAmount": "00123", "Currency": "'x"}
    text = correction_sheet(NEWEST, [held_row(1, AMOUNT, **nasty)])
    assert text.startswith(BYTE_ORDER_MARK) and text.endswith("\r\n")
    head, line = csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline=""))
    assert head == ["row_id", "source_id", "ingest_date", "attempt_count", "reasons", *NEWEST.header]
    cells = dict(zip(head, line, strict=True))
    assert cells["TransactionID"] == "'=1+1" and cells["ingest_date"] == "'2024-04-01" and cells["attempt_count"] == "0"
    assert {name: unescape(cells[name]) for name in nasty} == nasty
    assert unescape(cells["row_id"]) == held_row(1).row_id


def test_a_field_that_excel_would_cut_is_told() -> None:
    assert too_long(NEWEST, [held_row(1), held_row(2, MerchantCategory="x" * 40_000)]) == [held_row(2).row_id]


def test_restricted_fields_are_masked_wherever_they_show() -> None:
    row = masked(held_row(1, RowError("TOO_LONG", "account_id", "Jane Doe", "short"), CustomerID="Jane Doe"), NEWEST)
    assert "Jane" not in repr(row)
    assert row.fields["CustomerID"] == "•••• (8 characters)" and row.fields["TransactionAmount"] == "1e5"


def test_a_record_that_could_not_be_split_is_masked_as_a_whole() -> None:
    row = masked(held_row(1, RowError("MALFORMED_RECORD", "", "TX-1,Jane Doe", "the fields")), NEWEST)
    assert "Jane" not in repr(row) and row.raw_record.startswith("••••")


def test_a_field_without_a_contract_is_masked() -> None:
    assert "Jane" not in repr(masked(held_row(1, AMOUNT, Nickname="Jane"), NEWEST))


def test_an_empty_restricted_field_is_seen_to_be_empty() -> None:
    row = masked(held_row(1, RowError("MISSING_VALUE", "account_id", "", "a value"), CustomerID=""), NEWEST)
    assert row.fields["CustomerID"] == "" and row.errors[0].found == ""
