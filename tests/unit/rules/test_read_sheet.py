"""The correction sheet on its way back: what a spreadsheet and a person may do to it, and what is said about it."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lake.errors import SheetError
from lake.rules.choose_rows import correction_of, rules_changed, target_version
from lake.rules.correction_sheet import correction_sheet
from lake.rules.held_row import HeldRow
from lake.rules.read_sheet import SheetLine, is_changed, problems_of, read_sheet
from lake.rules.sheet_damage import damage
from tests.builders import CONTRACTS
from tests.quarantine_rows import NEWEST, held_row

ROWS = [held_row(1), held_row(2), held_row(3, CustomerID="Zoë", TransactionID="0012345678901234")]


def sheet(rows: Sequence[HeldRow] = ROWS) -> list[dict[str, str]]:
    """The lines of an export, as a spreadsheet shows them."""
    text = correction_sheet(NEWEST, rows).removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def saved(lines: Sequence[dict[str, str]], encoding: str = "utf-8-sig", delimiter: str = ",") -> bytes:
    """The file that a spreadsheet writes."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(lines[0]), delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode(encoding)


def complaints(lines: Sequence[dict[str, str]], rows: Sequence[HeldRow] = ROWS, rules: bool = False) -> list[str]:
    known = {each.row_id: each for each in rows}
    found = read_sheet(saved(lines), NEWEST)
    return [each for line in found for each in problems_of(line, known.get(line.row_id), rules_changed=rules)]


def corrected(line: dict[str, str], **fields: str) -> dict[str, str]:
    return {**line, **(fields or {"TransactionAmount": "100000"})}


def test_an_export_that_comes_back_corrected_is_taken_as_it_is() -> None:
    lines = [corrected(each) for each in sheet()]
    assert complaints(lines) == []
    found = read_sheet(saved(lines), NEWEST)
    assert [each.number for each in found] == [2, 3, 4]
    assert found[2].fields["TransactionID"] == "0012345678901234"
    assert all(is_changed(line, row) for line, row in zip(found, ROWS, strict=True))


def test_an_export_that_comes_back_unchanged_says_so_for_every_line() -> None:
    assert [each.partition(": ")[2][:19] for each in complaints(sheet())] == ["nothing was changed"] * 3
    assert complaints(sheet(), rules=True) == []


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_separator_of_a_country_is_understood(delimiter: str) -> None:
    lines = read_sheet(saved([corrected(each) for each in sheet()], delimiter=delimiter), NEWEST)
    assert [each.fields["CustomerID"] for each in lines] == ["ACC-1", "ACC-1", "Zoë"]


def test_columns_may_be_moved_blank_lines_be_there_and_the_reasons_be_gone() -> None:
    lines = [dict(reversed(list(corrected(each).items()))) for each in sheet()]
    for line in lines:
        del line["reasons"]
    body = saved(lines) + b",,,,,,,,\r\n"
    assert len(read_sheet(body, NEWEST)) == 3


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (saved([corrected(each) for each in sheet()], "utf-16"), "the file is UTF-16"),
        (saved([corrected(each) for each in sheet()], "cp1252"), "line 2: the file is not UTF-8"),
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf\r\n", "the file is empty"),
        (b"PK\x03\x04\x14\x00", "the file is a workbook, expected CSV; save it as CSV UTF-8"),
        (saved(sheet()).replace(b"CustomerID", b"Customer"), "missing: CustomerID, unknown: Customer"),
        (saved(sheet()).split(b"\r\n")[0] + b"\r\n", "the file names no row"),
        (saved(sheet()) + b"a,b\r\n", "line 5: 2 cells, expected"),
        (
            saved([sheet()[0], sheet()[1], sheet()[0]]),
            "line 4: row 00112233445566ff-000000000000000000000001 is in line 2",
        ),
        (saved(sheet()) + b'"open,,,,,,,,,,', "it is not CSV"),
    ],
)
def test_what_is_no_sheet_is_refused_as_a_whole(body: bytes, words: str) -> None:
    with pytest.raises(SheetError) as refused:
        read_sheet(body, NEWEST)
    assert any(words in each for each in refused.value.problems), refused.value.problems


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"row_id": "'00112233445566ff-0000000000000000000000ff"},
            "there is no row 00112233445566ff-0000000000000000000000ff",
        ),
        ({"source_id": "'0000000000000000", "Currency": "EUR"}, "source_id was edited from 00112233445566ff"),
        ({"attempt_count": "1", "Currency": "EUR"}, "is at attempt 0 by now, the file says 1"),
        ({"attempt_count": "", "Currency": "EUR"}, "the file says nothing"),
        ({"CustomerID": "ZoÃ«"}, "UTF-8 opened as another character set (“Zoë”?)"),
        ({"CustomerID": "Zo\ufffd"}, "has characters that got lost"),
        ({"CustomerID": "Zo?"}, "has question marks in place of letters"),
        ({"TransactionID": "1.23457E+13"}, "was “0012345678901234” and was shortened"),
        ({"TransactionID": "12345678901234"}, "lost its leading zeros"),
    ],
)
def test_each_damage_is_told_with_its_line(fields: dict[str, str], words: str) -> None:
    lines = [corrected(each) for each in sheet()]
    lines[2] = {**sheet()[2], **fields}
    (told,) = complaints(lines)
    assert told.startswith("line 4: ") and words in told


@pytest.mark.parametrize("state", ["recovered", "duplicate", "condemned"])
def test_a_row_that_is_settled_is_told_with_its_state(state: str) -> None:
    rows = [replace(ROWS[0], state=state), *ROWS[1:]]
    (told,) = complaints([corrected(each) for each in sheet()], rows)
    assert f"is no longer open, it is {state}; see: assay quarantine show {ROWS[0].row_id}" in told


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_text_breaks_the_search_for_damage(before: str, after: str) -> None:
    told = damage(before, after)
    assert told is None or told


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00"), min_size=1, max_size=20))
def test_every_value_survives_export_and_import(value: str) -> None:
    row = held_row(1, CustomerID=value)
    (line,) = read_sheet(saved(sheet([row])), NEWEST)
    assert line.fields["CustomerID"] == value
    assert not is_changed(line, row)


def test_a_correction_carries_what_the_person_saw() -> None:
    row = replace(ROWS[0], attempt_count=2)
    found = correction_of(CONTRACTS, "transactions", row, {"TransactionAmount": "5", "MerchantCategory": ""})
    assert (found.row_id, found.attempt_count, found.schema_version) == (row.row_id, 2, "v1")
    assert found.fields == {"TransactionAmount": "5"}
    assert correction_of(CONTRACTS, "transactions", row).fields is None


def test_a_row_goes_to_the_newest_version_only_when_it_fills_one_of_its_columns() -> None:
    assert target_version(CONTRACTS, "transactions", ROWS[0], {"TransactionID": "1"}).schema_version == "v1"
    filled = {"TransactionID": "1", "MerchantCategory": "5411"}
    assert target_version(CONTRACTS, "transactions", ROWS[0], filled).schema_version == "v2"
    gone = replace(ROWS[0], schema_version="v0")
    assert target_version(CONTRACTS, "transactions", gone, {}).schema_version == "v2"


def test_rules_have_changed_when_their_fingerprint_has() -> None:
    assert rules_changed(CONTRACTS, "transactions", ROWS[0])
    given_line = SheetLine(2, {"row_id": ROWS[0].row_id}, ROWS[0].fields)
    assert not is_changed(given_line, ROWS[0])
