"""Scenario 1 with input nobody wants: each case gets a clear answer, and nothing is lost."""

import gzip
from pathlib import Path

import pytest

from assay.target import Target
from tests.scenarios import pipeline
from tests.scenarios.pipeline import HEADER, counts, outcome, query

pytestmark = pytest.mark.stack

LINE = "X-1,A,1.00,EUR,2021-01-01T00:00:00Z\n"
HEAD = ",".join(HEADER) + "\n"

REFUSED_FILES = {
    "empty": (b"", "empty"),
    "missing-column": (
        b"TransactionID,CustomerID,TransactionAmount,Currency\nX-1,A,1.00,EUR\n",
        "TransactionTimestamp",
    ),
    "renamed-column": (HEAD.replace("CustomerID", "Customer").encode() + LINE.encode(), "CustomerID"),
    "extra-column": (HEAD.replace("\n", ",Comment\n").encode() + LINE.replace("\n", ",hi\n").encode(), "Comment"),
    "wrong-delimiter": ((HEAD + LINE).replace(",", ";").encode(), ";"),
    "utf-16": ((HEAD + LINE).encode("utf-16"), "UTF-16"),
}
REFUSED_GZIP = {
    "truncated": (gzip.compress((HEAD + LINE * 5000).encode())[:-40], "gzip"),
    "not-gzip": ((HEAD + LINE).encode(), "gzip"),
}


@pytest.mark.parametrize("name", sorted(REFUSED_FILES | REFUSED_GZIP))
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(target: Target, tmp_path: Path, name: str) -> None:
    body, told = (REFUSED_FILES | REFUSED_GZIP)[name]
    file = tmp_path / f"{name}.csv{'.gz' if name in REFUSED_GZIP else ''}"
    file.write_bytes(body)
    delivery = pipeline.deliver(target, file, "2021-02-01")
    story = pipeline.finish(target, delivery)

    assert outcome(story).startswith("refused")
    assert told in outcome(story)
    assert delivery.key in pipeline.objects(target, "bronze")


def test_a_file_with_only_a_header_ends_with_nothing_to_do(target: Target, tmp_path: Path) -> None:
    file = tmp_path / "header-only.csv"
    file.write_text(HEAD)
    assert outcome(pipeline.run_file(target, file, "2021-02-01")).startswith("nothing_to_do")


def test_odd_but_readable_files_lose_nothing(target: Target, tmp_path: Path) -> None:
    """One file with BOM, CRLF, blank lines, quotes, newlines in fields, another column order, and odd values."""
    good = pipeline.rows_for("2021-03", 300, "odd")
    odd = [
        ["odd-quoted", 'Müller, "Jörg"', "-0", "EUR", "2021-03-01T00:00:00Z"],
        ["odd-lines", "first line\nsecond line", "1.00", "EUR", "2021-03-01T00:00:00Z"],
        ["odd-big", "顧客", "1" * 9 + ".5", "EUR", "2021-03-01 00:00:00"],
        ["odd-nul", "a\x00b", "1.00", "EUR", "2021-03-01T00:00:00Z"],
        ["odd-long", "x" * 1_000_000, "1.00", "EUR", "2021-03-01T00:00:00Z"],
        ["odd-exponent", "A", "1e5", "EUR", "2021-03-01T00:00:00Z"],
        ["odd-comma", "A", "1,000.00", "EUR", "2021-03-01T00:00:00Z"],
        ["odd-nan", "A", "NaN", "EUR", "2021-03-01T00:00:00Z"],
        ["odd-date", "A", "1.00", "EUR", "01.03.2021"],
        ["odd-withdrawn", "A", "1.00", "DEM", "2021-03-01T00:00:00Z"],
        ["odd-bytes", "caf\udce9", "1.00", "EUR", "2021-03-01T00:00:00Z"],
    ]
    file = tmp_path / "odd.csv"
    text = pipeline.write_csv(tmp_path / "good.csv", good).read_text().replace("\n", "\r\n") + "\r\n\r\n"
    text += "".join(",".join(_quoted(field) for field in row) + "\r\n" for row in odd)
    file.write_bytes(b"\xef\xbb\xbf" + text.encode("utf-8", "surrogateescape"))

    story = pipeline.run_file(target, file, "2021-03-31")

    assert outcome(story) == "succeeded"
    assert counts(story) == {"input": 311, "valid": 302, "quarantined": 9, "condemned": 0, "duplicate": 0}
    found = query(
        target,
        "SELECT fields['TransactionID'], code FROM transactions_quarantine "
        "CROSS JOIN UNNEST(errors) AS t (code, field, found, expected) "
        "WHERE ingest_date = '2021-03-31'",
    )
    assert sorted((str(row[0]), str(row[1])) for row in found) == sorted(
        [
            ("odd-lines", "BAD_PATTERN"),
            ("odd-nul", "BAD_PATTERN"),
            ("odd-long", "TOO_LONG"),
            ("odd-exponent", "BAD_TYPE"),
            ("odd-comma", "BAD_TYPE"),
            ("odd-nan", "BAD_TYPE"),
            ("odd-date", "BAD_TIMESTAMP"),
            ("odd-withdrawn", "UNKNOWN_CURRENCY"),
            ("odd-bytes", "BAD_ENCODING"),
        ]
    )
    account = query(target, "SELECT account_id, amount FROM transactions WHERE transaction_id = 'odd-big'")
    assert account == [["顧客", "111111111.5000"]]


def _quoted(field: str) -> str:
    return '"' + field.replace('"', '""') + '"'
