"""Decompression: whole, bounded, and honest about what it cannot read."""

import gzip
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lake.errors import SourceUnreadableError
from lake.rules.compression import compression_of, decompressed

TEXT = b"TransactionID,Currency\n" + b"t1,EUR\n" * 500


def cut(body: bytes, size: int) -> Iterator[bytes]:
    yield from (body[at : at + size] for at in range(0, len(body), size))


@given(st.binary(max_size=300), st.integers(1, 50))
def test_gzip_comes_back_whole_however_it_is_cut(body: bytes, size: int) -> None:
    assert b"".join(decompressed(cut(gzip.compress(body), size), "gzip")) == body


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=4), st.integers(1, 30))
def test_members_that_follow_each_other_are_one_text(parts: list[bytes], size: int) -> None:
    body = b"".join(gzip.compress(part) for part in parts) + b"\0" * 9
    assert b"".join(decompressed(cut(body, size), "gzip")) == b"".join(parts)


@pytest.mark.parametrize("keep", [3, 12, 40, -1])
def test_a_file_that_was_cut_short_is_refused(keep: int) -> None:
    with pytest.raises(SourceUnreadableError, match="ends early"):
        list(decompressed(cut(gzip.compress(TEXT)[:keep], 7), "gzip"))


def test_a_second_member_that_was_cut_short_is_refused() -> None:
    body = gzip.compress(TEXT) + gzip.compress(TEXT)[:20]
    with pytest.raises(SourceUnreadableError, match="ends early"):
        list(decompressed(cut(body, 16), "gzip"))


def test_a_damaged_file_is_refused() -> None:
    body = bytearray(gzip.compress(TEXT))
    body[len(body) // 2] ^= 0xFF
    with pytest.raises(SourceUnreadableError, match=r"damaged|ends early"):
        list(decompressed(cut(bytes(body), 16), "gzip"))


@pytest.mark.parametrize(
    ("body", "compression", "words"),
    [
        (TEXT, "gzip", "the file is not compressed, its name promises gzip"),
        (gzip.compress(TEXT, mtime=0), None, "the file is gzip, its name promises plain CSV"),
        (b"PK\x03\x04....", None, "a zip archive"),
        (b"PAR1....", None, "Parquet"),
        (b"", "gzip", "not compressed"),
    ],
)
def test_a_name_that_lies_is_refused(body: bytes, compression: str | None, words: str) -> None:
    with pytest.raises(SourceUnreadableError, match=words):
        list(decompressed(iter([body]), compression))


def test_plain_text_passes_through() -> None:
    assert b"".join(decompressed(cut(TEXT, 11), None)) == TEXT
    assert b"".join(decompressed(iter([b"", TEXT]), None)) == TEXT


def test_the_name_decides_as_it_does_for_spark() -> None:
    assert [compression_of(name) for name in ("a.csv.gz", "a.csv", "a.csv.GZ")] == ["gzip", None, None]


def test_what_packs_well_is_unpacked_in_small_pieces() -> None:
    body = gzip.compress(b"0" * 50_000_000)
    tracemalloc.start()
    assert sum(len(piece) for piece in decompressed(iter([body]), "gzip")) == 50_000_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000
