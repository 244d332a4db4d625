"""The independent count: equal to Python's csv module on every text, however it is cut into pieces."""

import csv
import io
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lake.errors import SourceUnreadableError
from lake.rules.contract import Dialect
from lake.rules.inspection import Inspection, inspect
from lake.rules.record_count import RecordCounter

PLAIN = Dialect()


def pieces(body: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
    return [body[start:end] for start, end in pairwise(edges)]


def count(body: bytes, cuts: list[int] | None = None, dialect: Dialect = PLAIN) -> RecordCounter:
    counter = RecordCounter(dialect)
    for piece in pieces(body, cuts or []):
        counter.add(piece)
    return counter


def look(body: bytes, *cuts: int) -> Inspection:
    return inspect(iter(pieces(body, list(cuts))), PLAIN)


def by_csv_module(text: str, dialect: Dialect = PLAIN) -> int:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=dialect.delimiter, quotechar=dialect.quote)
    return sum(1 for row in rows if len(row) > 1 or any(value.strip() for value in row))


texts = st.text(alphabet='ab",\n\r ', max_size=40)
cuts = st.lists(st.integers(0, 40), max_size=5)


@settings(max_examples=2000, deadline=None)
@given(texts, cuts)
def test_it_counts_as_the_csv_module_does(text: str, where: list[int]) -> None:
    # the csv module cannot tell a blank line from a quoted blank one; no text of this alphabet has the latter alone
    quoted_blanks = any(
        len(row) == 1 and not row[0].strip() for row in csv.reader(io.StringIO(text, newline="")) if row
    )
    found = count(text.encode(), where).finish()
    assert found >= by_csv_module(text)
    if not quoted_blanks:
        assert found == by_csv_module(text)


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.lists(st.text(max_size=8), min_size=2, max_size=4), max_size=8),
    st.sampled_from([("\r\n", csv.QUOTE_MINIMAL), ("\n", csv.QUOTE_ALL)]),
    cuts,
)
def test_what_the_csv_module_writes_is_counted_record_by_record(
    rows: list[list[str]], form: tuple[str, Any], where: list[int]
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=form[0], quoting=form[1]).writerows(rows)
    body = text.getvalue().encode()
    counter = count(body, where)
    assert counter.finish() == len(rows)
    assert counter.multiline == any("\n" in value or "\r" in value for row in rows for value in row)


@settings(max_examples=500, deadline=None)
@given(texts, cuts)
def test_the_pieces_do_not_matter(text: str, where: list[int]) -> None:
    whole, cut = count(text.encode()), count(text.encode(), where)
    assert (whole.finish(), whole.multiline, whole.has_blank_lines) == (
        cut.finish(),
        cut.multiline,
        cut.has_blank_lines,
    )


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab';\n", max_size=40), cuts)
def test_another_dialect_counts_the_same_way(text: str, where: list[int]) -> None:
    dialect = Dialect(delimiter=";", quote="'", escape="'")
    same = text.replace(";", ",").replace("'", '"')
    assert count(text.encode(), where, dialect).finish() == count(same.encode(), where).finish()


@pytest.mark.parametrize(
    ("body", "records", "multiline"),
    [
        (b"h\n1\n2\n", 2, False),
        (b"h\n1\n2", 2, False),
        (b"h\r\n1\r\n\r\n2\r\n", 2, False),
        (b"h\r1\r2", 2, False),
        (b"h\n\n  \t\n1\n\n", 1, False),
        (b'h,i\n"a\nb",1\n', 1, True),
        (b'h,i\n"a ""quoted"" b",1\n', 1, False),
        (b'h,i\na"b,1\nc,2\n', 2, False),
        (b'h,i\n"a"b"\n,2\n', 2, False),
        (b'h,i\n"never closed,1\nc,2\n', 1, True),
        (b'h,i\n"a\nb",1\n  \n\n2,3\n', 2, True),
        (b'h,i\n"a\nb",1\r\n2,3\n', 2, True),
        (b'h,i\r\n"a\nb",1\r\n2,3\r\n', 2, True),
        (b"h,i\n1,2\r\n3,4\r5,6\n", 3, False),
        (b"h,i\n", 0, False),
        (b"h,i", 0, False),
    ],
)
def test_records(body: bytes, records: int, multiline: bool) -> None:
    for cut in range(len(body)):
        found = look(body, cut)
        assert (found.records, found.multiline) == (records, multiline)
        assert found.line_each == (len(body.splitlines()) == records + 1)


@pytest.mark.parametrize("ends", [("\r\n", "\n"), ("\n", "\r"), ("\r", "\n"), ("\r\n", "\r")])
def test_mixed_line_ends_are_refused_where_fields_hold_line_breaks(ends: tuple[str, str]) -> None:
    body = f'h,i{ends[0]}"a\nb",1{ends[1]}2,3{ends[0]}'.encode()
    for cut in range(len(body)):
        with pytest.raises(SourceUnreadableError, match="with the same line end"):
            look(body, cut)


@pytest.mark.parametrize("start", [b"\x89PNG\r\n", b"a\0b\r\n"])
def test_what_begins_with_no_text_is_no_csv_whatever_its_lines_look_like(start: bytes) -> None:
    with pytest.raises(SourceUnreadableError, match="no text in UTF-8"):
        look(start + b'"a\nb",1\r2\n')


def test_a_header_is_read_as_csv_and_may_follow_blank_lines() -> None:
    assert look(b'\n\n"a,1",b\r\n1,2\n').header == ("a,1", "b")


def test_an_empty_file_has_no_header() -> None:
    assert look(b"") == Inspection(0, (), False, True)
    assert look(b"\n \n").header == ()


def test_a_byte_order_mark_is_no_part_of_the_header() -> None:
    for cut in range(5):
        found = look("\ufeffa,b\n1,2\n".encode(), cut)
        assert (found.header, found.records) == (("a", "b"), 1)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_refused_in_words(encoding: str) -> None:
    with pytest.raises(SourceUnreadableError, match="UTF-16, expected UTF-8"):
        look("\ufeffa,b\n".encode(encoding), 1)


def test_memory_does_not_grow_with_a_record() -> None:
    counter = RecordCounter(PLAIN)
    for _ in range(1000):
        counter.add(b'x,"yy",' * 100)
    assert len(counter._rest) < 10
    assert counter.finish() == 1
