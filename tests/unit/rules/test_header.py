"""A header that differs from the contract is refused with words a producer can act on."""

from dataclasses import replace

import pytest

from lake.rules.contract import Dialect
from lake.rules.header import header_problem
from tests.builders import TRANSACTIONS

HEADER = TRANSACTIONS.header
LISTED = ", ".join(HEADER)


def problem(*found: str) -> str:
    answer = header_problem(found, TRANSACTIONS)
    assert answer is not None
    return answer


def test_the_order_of_columns_is_free() -> None:
    assert header_problem(HEADER, TRANSACTIONS) is None
    assert header_problem(HEADER[::-1], TRANSACTIONS) is None


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ((), "the file is empty"),
        (HEADER[:-1], "column TransactionTimestamp is missing"),
        ((*HEADER[:-1], "TransactionTime"), "column TransactionTimestamp is missing, 'TransactionTime' looks like it"),
        (
            ("transactionid", *HEADER[1:]),
            "column TransactionID is missing, 'transactionid' is it in another case: write TransactionID",
        ),
        ((" TransactionID", *HEADER[1:]), "column TransactionID is missing, ' TransactionID' looks like it"),
        ((*HEADER, "Branch"), "Branch is not in the contract"),
        ((*HEADER, "Currency"), "column Currency is there twice"),
        ((";".join(HEADER),), "the file is delimited by semicolon, expected comma"),
        (("\t".join(HEADER),), "the file is delimited by tab, expected comma"),
    ],
)
def test_each_fault_has_its_words(found: tuple[str, ...], words: str) -> None:
    answer = problem(*found)
    assert words in answer
    assert f"Expected: {LISTED}." in answer


def test_found_is_shown() -> None:
    assert problem("TransactionID", "Branch").endswith("Found: TransactionID, Branch")


def test_data_in_place_of_a_header_is_not_shown() -> None:
    answer = problem("T1", "Jane Doe", "12.50", "EUR", "2024-03-31")
    assert "is the header line missing?" in answer
    assert "Jane" not in answer


def test_a_contract_may_ignore_extra_columns() -> None:
    lenient = replace(TRANSACTIONS, dialect=Dialect(extra_columns="ignore"))
    assert header_problem((*HEADER, "Branch"), lenient) is None
    assert header_problem((*HEADER[1:], "Branch"), lenient) is not None
