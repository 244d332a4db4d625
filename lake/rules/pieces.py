"""A file as a stream of pieces."""

from collections.abc import Iterable, Iterator

LONGEST_MAGIC = 4


def with_whole_start(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes, no piece empty but perhaps the first; that one holds the file's magic number, if it has one."""
    pieces = iter(chunks)
    start = b""
    for piece in pieces:
        start += piece
        if len(start) >= LONGEST_MAGIC:
            break
    yield start
    yield from (piece for piece in pieces if piece)
