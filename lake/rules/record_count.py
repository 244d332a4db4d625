"""The independent count of a CSV file's records: RFC 4180, a piece at a time, fast, and the same as Spark's."""

import re

from lake.rules.contract import Dialect

BLANK = bytes(range(0x21))
_LF, _CRLF, _CR = b"\n", b"\r\n", b"\r"
_LINE_END = re.compile(rb"\r\n|\n|\r")


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
        self._records, self._rest, self._held = 0, b"", b""
        self._first_end, self._line_ends = b"", set[bytes]()
        self.multiline, self.has_blank_lines = False, False

    def add(self, chunk: bytes) -> None:
        """Count the records that end in this piece."""
        # a carriage return at the end may be half a line end
        whole = self._held + chunk
        self._held = b"\r" if whole.endswith(b"\r") else b""
        self._count(whole.removesuffix(b"\r"))

    def finish(self) -> int:
        """All records, the last one with or without a line end; the header counts as one."""
        self._count(self._held)
        if self._rest:
            self._count_lines(self._rest)
        self._rest, self._held = b"", b""
        return self._records

    @property
    def is_ambiguous(self) -> bool:
        """Whether Spark would see other records: with line breaks in fields it goes by the file's first line end."""
        readable = len(self._line_ends) < 2 or (self._first_end == _LF and self._line_ends == {_LF, _CRLF})
        return self.multiline and not readable

    def _count(self, chunk: bytes) -> None:
        text = self._rest + chunk
        if self._quote in text:
            text = self._empty_quoted(text)
        cut = max(text.rfind(b"\n"), text.rfind(b"\r")) + 1
        self._count_lines(text[:cut])
        self._rest = self._shorten(text[cut:])

    def _count_lines(self, text: bytes) -> None:
        lines = text.splitlines()
        records = len([True for line in lines if line.strip(BLANK)])
        self._records += records
        self.has_blank_lines = self.has_blank_lines or records < len(lines)
        self._line_ends |= _line_ends(text)
        if not self._first_end and text:
            found = _LINE_END.search(text)
            self._first_end = found[0] if found else b""

    def _empty_quoted(self, text: bytes) -> bytes:
        emptied = self._closed.sub(self._empty, text)
        found = self._open.search(emptied)
        if found:
            emptied = emptied[: found.start()] + self._quote
        self.multiline = self.multiline or _breaks(emptied) != _breaks(text)
        return emptied

    def _shorten(self, rest: bytes) -> bytes:
        """The start of a record, as short as what decides the meaning of the next piece: its last field's start."""
        field = rest.rpartition(self._delimiter)[2]
        before = b"x" + self._delimiter if len(field) < len(rest) else b""
        if field.startswith(self._quote):
            return before + field[:3]
        return before + (b"x" if field.strip(BLANK) else field[:1])


def _breaks(text: bytes) -> int:
    return text.count(b"\n") + text.count(b"\r")


def _line_ends(text: bytes) -> set[bytes]:
    if _CR not in text:
        return {_LF} if _LF in text else set()
    both = text.count(_CRLF)
    found = {_CRLF: both, _LF: text.count(_LF) - both, _CR: text.count(_CR) - both}
    return {end for end, count in found.items() if count}
