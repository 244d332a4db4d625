"""Compression of a source: named by its suffix, checked against its first bytes, undone piece by piece."""

import zlib
from collections.abc import Iterable, Iterator
from itertools import chain

from lake.errors import SourceUnreadableError
from lake.rules.pieces import with_whole_start

GZIP = "gzip"
_MAGIC = {b"\x1f\x8b": "gzip", b"PK": "a zip archive", b"BZh": "bzip2", b"\x28\xb5\x2f\xfd": "zstd", b"PAR1": "Parquet"}
_PIECE = 1 << 20


def compression_of(key: str) -> str | None:
    """What the name promises; Spark decides by the same suffix, in small letters only."""
    return GZIP if key.endswith(".gz") else None


def decompressed(chunks: Iterable[bytes], compression: str | None) -> Iterator[bytes]:
    """The text of a source. Raises SourceUnreadableError when it is not what its name promises, or is cut short."""
    pieces = with_whole_start(chunks)
    first = next(pieces)
    found = next((name for magic, name in _MAGIC.items() if first.startswith(magic)), None)
    if found != compression:
        raise SourceUnreadableError(
            f"the file is {found or 'not compressed'}, its name promises {compression or 'plain CSV'}; "
            "deliver CSV as .csv, or compressed with gzip as .csv.gz"
        )
    whole = chain([first], pieces)
    yield from _gunzip(whole) if compression else whole


def _gunzip(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """All members of a gzip file, in pieces of bounded size however well it packs."""
    member = zlib.decompressobj(wbits=31)
    try:
        for piece in pieces:
            data = piece
            while data:
                yield member.decompress(data, _PIECE)
                data = member.unconsumed_tail
                if member.eof:
                    # members may follow each other, and zeros may follow the last
                    data = member.unused_data.lstrip(b"\0")
                    member = zlib.decompressobj(wbits=31) if data else member
    except zlib.error as error:
        raise SourceUnreadableError(f"the gzip file is damaged: {error}; deliver it again") from error
    if not member.eof:
        raise SourceUnreadableError("the gzip file ends early, it was cut while it was written; deliver it again")
