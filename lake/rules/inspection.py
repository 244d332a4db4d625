"""What a CSV file holds, found without Spark: records by RFC 4180, header, quoted newlines, doubtful bytes."""

import codecs
import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from lake.errors import SourceUnreadableError
from lake.rules.contract import Dialect
from lake.rules.pieces import with_whole_start

LONGEST_HEADER = 1 << 16
_BLANK = bytes(range(0x21))


@dataclass(frozen=True)
class Inspection:
    """`records` leaves out the header and blank lines; `header` is empty when there is no line at all."""

    records: int
    header: tuple[str, ...]
    multiline: bool
    has_bom: bool
    has_invalid_utf8: bool
    has_nul: bool


def inspect(chunks: Iterable[bytes], dialect: Dialect) -> Inspection:
    """Read a decompressed file once. Raises SourceUnreadableError when it is not the text of a CSV file."""
    counter, text = RecordCounter(dialect), _TextCheck()
    pieces = with_whole_start(chunks)
    first = next(pieces)
    _refuse_utf16(first)
    has_bom, start = first.startswith(codecs.BOM_UTF8), b""
    for piece in chain([first.removeprefix(codecs.BOM_UTF8)], pieces):
        start += piece[: LONGEST_HEADER - len(start)]
        counter.add(piece)
        text.add(piece)
    records = counter.finish()
    header = _header(start, dialect) if records else ()
    return Inspection(max(records - 1, 0), header, counter.multiline, has_bom, text.finish(), text.has_nul)


class RecordCounter:
    """Counts records a piece at a time, with work done in C: quoted fields are emptied, then lines are counted.

    A quote opens a field only at the field's start; inside, a doubled quote stands for one; what follows a closing
    quote up to the delimiter is part of the field. A blank line (nothing above U+0020) is no record, as for Spark.
    """

    def __init__(self, dialect: Dialect) -> None:
        delimiter, quote = dialect.delimiter.encode(), dialect.quote.encode()
        self._delimiter, self._quote, self._empty = delimiter, quote, quote * 2
        d, q = re.escape(delimiter), re.escape(quote)
        inside = rb"(?<![^%b\r\n])%b[^%b]*+(?:%b%b[^%b]*+)*+" % (d, q, q, q, q, q)
        self._closed, self._open = re.compile(inside + q), re.compile(inside + rb"\Z")
        self._records, self._rest = 0, b""
        self.multiline = False

    def add(self, chunk: bytes) -> None:
        """Count the records that end in this piece."""
        text = self._rest + chunk
        if self._quote in text:
            text = self._empty_quoted(text)
        cut = max(text.rfind(b"\n"), text.rfind(b"\r")) + 1
        self._records += _filled_lines(text[:cut])
        self._rest = self._shorten(text[cut:])

    def finish(self) -> int:
        """All records, the last one with or without a line end; the header counts as one."""
        return self._records + bool(self._rest.strip(_BLANK))

    def _empty_quoted(self, text: bytes) -> bytes:
        emptied = self._closed.sub(self._empty, text)
        found = self._open.search(emptied)
        if found:
            emptied = emptied[: found.start()] + self._quote
        self.multiline = self.multiline or _line_ends(emptied) != _line_ends(text)
        return emptied

    def _shorten(self, rest: bytes) -> bytes:
        """The start of a record, as short as what decides the meaning of the next piece: its last field's start."""
        field = rest.rpartition(self._delimiter)[2]
        before = b"x" + self._delimiter if len(field) < len(rest) else b""
        if field.startswith(self._quote):
            return before + field[:3]
        return before + (b"x" if field.strip(_BLANK) else field[:1])


class _TextCheck:
    def __init__(self) -> None:
        self._decoder: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
        self.has_nul = False

    def add(self, chunk: bytes) -> None:
        self.has_nul = self.has_nul or b"\0" in chunk
        self._decode(chunk, final=False)

    def finish(self) -> bool:
        """Whether anything was not UTF-8."""
        self._decode(b"", final=True)
        return self._decoder is None

    def _decode(self, chunk: bytes, *, final: bool) -> None:
        try:
            if self._decoder:
                self._decoder.decode(chunk, final)
        except UnicodeDecodeError:
            self._decoder = None


def _refuse_utf16(first: bytes) -> None:
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise SourceUnreadableError("the file is UTF-16, expected UTF-8; save it as UTF-8 and deliver it again")


def _filled_lines(text: bytes) -> int:
    return len([True for line in text.splitlines() if line.strip(_BLANK)])


def _line_ends(text: bytes) -> int:
    return text.count(b"\n") + text.count(b"\r")


def _header(start: bytes, dialect: Dialect) -> tuple[str, ...]:
    text = start.decode("utf-8", "replace")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=dialect.delimiter, quotechar=dialect.quote)
    try:
        return next(
            (tuple(row) for row in lines if any(value.strip(_BLANK.decode()) for value in row) or len(row) > 1), ()
        )
    except csv.Error as error:
        raise SourceUnreadableError(f"the header line cannot be read: {error}") from error
