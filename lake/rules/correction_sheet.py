"""The CSV file a person corrects rows in: which row, what is wrong with it, and its fields as they came."""

import csv
import io
from collections.abc import Iterable

from lake.rules.contract import Contract
from lake.rules.held_row import HeldRow, all_in_words
from lake.rules.spreadsheet import escape

# The first columns; after them come the dataset's source columns. Only those are for editing.
ROW_ID, SOURCE_ID, INGEST_DATE, ATTEMPT_COUNT, REASONS = (
    "row_id",
    "source_id",
    "ingest_date",
    "attempt_count",
    "reasons",
)
GIVEN = (ROW_ID, SOURCE_ID, INGEST_DATE, ATTEMPT_COUNT, REASONS)
BYTE_ORDER_MARK = "\ufeff"
# Excel cuts a cell there when it opens the file.
LONGEST_CELL = 32_767


def header_of(contract: Contract) -> tuple[str, ...]:
    """The columns of the file, for the newest version of a dataset: it has the columns of all."""
    return (*GIVEN, *contract.header)


def correction_sheet(contract: Contract, rows: Iterable[HeldRow]) -> str:
    """The file's text: byte order mark (or Excel takes it for Windows-1252), CRLF, guarded cells."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header_of(contract))
    for row in rows:
        named = [escape(each) for each in (row.row_id, row.source_id, row.ingest_date)]
        fields = [escape(row.fields.get(name, "")) for name in contract.header]
        writer.writerow([*named, row.attempt_count, escape(all_in_words(row, contract)), *fields])
    return BYTE_ORDER_MARK + text.getvalue()


def too_long(contract: Contract, rows: Iterable[HeldRow]) -> list[str]:
    """Ids of the rows that Excel would damage, whatever is done: a field is longer than its cells."""
    return [
        row.row_id for row in rows if any(len(row.fields.get(name, "")) > LONGEST_CELL - 1 for name in contract.header)
    ]
