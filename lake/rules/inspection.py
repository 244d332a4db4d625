"""What a CSV file holds, found without Spark: records by RFC 4180, header, quoted newlines."""

import codecs
import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from lake.errors import SourceUnreadableError
from lake.rules.contract import Dialect
from lake.rules.pieces import with_whole_start
from lake.rules.record_count import BLANK, RecordCounter

LONGEST_HEADER = 1 << 16


@dataclass(frozen=True)
class Inspection:
    """`records` leaves out the header and blank lines; `header` is empty when there is no line at all.

    `line_each`: no line is blank and no field has a line break, so that the n-th record is on line n + 1.
    """

    records: int
    header: tuple[str, ...]
    multiline: bool
    line_each: bool


def inspect(chunks: Iterable[bytes], dialect: Dialect) -> Inspection:
    """Read a decompressed file once. Raises SourceUnreadableError when it is not the text of a CSV file."""
    counter, start = RecordCounter(dialect), b""
    pieces = with_whole_start(chunks)
    first = next(pieces)
    _refuse_utf16(first)
    for piece in chain([first.removeprefix(codecs.BOM_UTF8)], pieces):
        start += piece[: LONGEST_HEADER - len(start)]
        counter.add(piece)
    records = counter.finish()
    if counter.is_ambiguous and _is_no_text(start):
        raise SourceUnreadableError("the file begins with no text in UTF-8, so it is no CSV; deliver it as CSV")
    if counter.is_ambiguous:
        raise SourceUnreadableError(
            "fields hold line breaks and the records end in different ways, so nobody can tell for certain where a "
            "record ends; write every record with the same line end and deliver the file again"
        )
    header = _header(start, dialect) if records else ()
    line_each = not (counter.multiline or counter.has_blank_lines)
    return Inspection(max(records - 1, 0), header, counter.multiline, line_each)


def _refuse_utf16(first: bytes) -> None:
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise SourceUnreadableError("the file is UTF-16, expected UTF-8; save it as UTF-8 and deliver it again")


def _is_no_text(start: bytes) -> bool:
    """Whether a header can be looked for: a row may hold any byte, the line with the names of columns may not."""
    line = start.split(b"\n", 1)[0]
    return b"\0" in line or "\ufffd" in line.decode("utf-8", "replace")


def _header(start: bytes, dialect: Dialect) -> tuple[str, ...]:
    text = start.decode("utf-8", "replace")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=dialect.delimiter, quotechar=dialect.quote)
    try:
        return next(
            (tuple(row) for row in lines if any(value.strip(BLANK.decode()) for value in row) or len(row) > 1), ()
        )
    except csv.Error as error:
        raise SourceUnreadableError(f"the header line cannot be read: {error}") from error
