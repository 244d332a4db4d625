"""The correction sheet on its way back: all is checked before anything runs, and each complaint names its line."""

import codecs
import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lake.errors import SheetError
from lake.rules.contract import Contract
from lake.rules.correction_sheet import ATTEMPT_COUNT, GIVEN, INGEST_DATE, REASONS, ROW_ID, SOURCE_ID
from lake.rules.held_row import HeldRow
from lake.rules.held_state import OPEN
from lake.rules.sheet_damage import damage
from lake.rules.spreadsheet import unescape

SAVE_AS = "save it as CSV UTF-8"
# the beginning of a zip file, which .xlsx and .ods are
_WORKBOOK = b"PK\x03\x04"


@dataclass(frozen=True)
class SheetLine:
    """One row of the sheet: its line in the file, the given columns, and the fields without their guards."""

    number: int
    given: Mapping[str, str]
    fields: Mapping[str, str]

    @property
    def row_id(self) -> str:
        """The row it is about."""
        return self.given[ROW_ID]


def read_sheet(body: bytes, contract: Contract) -> list[SheetLine]:
    """The lines of a sheet. Raises SheetError when it is no sheet of this dataset, or names a row twice."""
    text = _decoded(body)
    wanted = (*GIVEN, *contract.header)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        header = next(rows, [])
        _check_header(header, wanted)
        lines = [_line(rows.line_num, cells, header) for cells in rows if any(each.strip() for each in cells)]
    except csv.Error as error:
        raise SheetError([f"line {rows.line_num}: it is not CSV ({error}); {SAVE_AS}"]) from error
    problems = list(_twice(lines))
    if not lines:
        problems.append("the file names no row")
    if problems:
        raise SheetError(problems)
    return lines


def problems_of(line: SheetLine, row: HeldRow | None, *, rules_changed: bool) -> Iterator[str]:
    """What is wrong with one line. `row`: the newest entry of the row it names, None where there is none."""
    at = f"line {line.number}"
    if row is None:
        day = line.given[INGEST_DATE]
        yield f"{at}: there is no row {line.row_id} delivered on {day}; the first columns stay as they are"
        return
    if row.state != OPEN:
        yield f"{at}: row {row.row_id} is no longer open, it is {row.state}; see: assay quarantine show {row.row_id}"
        return
    if line.given[SOURCE_ID] != row.source_id:
        yield f"{at}: {SOURCE_ID} was edited from {row.source_id}; the first columns stay as they are"
    if line.given[ATTEMPT_COUNT] != str(row.attempt_count):
        yield (
            f"{at}: row {row.row_id} is at attempt {row.attempt_count} by now, the file says "
            f"{line.given[ATTEMPT_COUNT] or 'nothing'}; it was tried since, export it again"
        )
    changed = {name: text for name, text in line.fields.items() if text != row.fields.get(name, "")}
    for name, after in changed.items():
        reason = damage(row.fields.get(name, ""), after)
        if reason:
            yield f"{at}: {name} {reason}"
    if not changed and not rules_changed:
        yield f"{at}: nothing was changed, and the rules are the same as before; correct it or delete the line"


def is_changed(line: SheetLine, row: HeldRow) -> bool:
    """Whether a line gives a field another value."""
    return any(text != row.fields.get(name, "") for name, text in line.fields.items())


def _decoded(body: bytes) -> str:
    if body.startswith(_WORKBOOK):
        raise SheetError([f"the file is a workbook, expected CSV; {SAVE_AS}"])
    if not body.removeprefix(codecs.BOM_UTF8).strip():
        raise SheetError(["the file is empty"])
    try:
        if body.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise SheetError([f"the file is UTF-16, expected UTF-8; {SAVE_AS}"])
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = body.count(b"\n", 0, error.start) + 1
        raise SheetError([f"line {number}: the file is not UTF-8; {SAVE_AS}"]) from error


def _delimiter(text: str) -> str:
    """Spreadsheets write the separator of their country."""
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def _check_header(header: list[str], wanted: tuple[str, ...]) -> None:
    missing = [name for name in wanted if name not in header and name != REASONS]
    unknown = [name for name in header if name not in wanted]
    if missing or unknown or len(set(header)) != len(header):
        raise SheetError(
            [
                f"line 1: expected the columns {', '.join(wanted)} (missing: {', '.join(missing) or 'none'}, unknown: "
                f"{', '.join(unknown) or 'none'}); export the rows again"
            ]
        )


def _line(number: int, cells: list[str], header: list[str]) -> SheetLine:
    if len(cells) != len(header):
        raise SheetError([f"line {number}: {len(cells)} cells, expected {len(header)} as in the first line"])
    found = {name: unescape(cell) for name, cell in zip(header, cells, strict=True)}
    given = {name: found[name].strip() for name in header if name in GIVEN}
    return SheetLine(number, given, {name: text for name, text in found.items() if name not in GIVEN})


def _twice(lines: list[SheetLine]) -> Iterator[str]:
    first: dict[str, int] = {}
    for line in lines:
        if line.row_id in first:
            yield f"line {line.number}: row {line.row_id} is in line {first[line.row_id]} already"
        first.setdefault(line.row_id, line.number)
