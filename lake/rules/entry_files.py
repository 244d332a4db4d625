"""Which files of a day of quarantine may hold entries of named rows: those whose range of row ids meets one of them."""

from bisect import bisect_left
from collections.abc import Collection, Iterable

from lake.rules.summary import FileEntry


def files_with(files: Iterable[FileEntry], row_ids: Collection[str]) -> list[str]:
    """Addresses of the files that must be read; a file without a range may hold any row."""
    named = sorted(row_ids)
    return [each.uri for each in files if _may_hold(each, named)]


def _may_hold(file: FileEntry, named: list[str]) -> bool:
    if file.key_min is None or file.key_max is None:
        return bool(named)
    place = bisect_left(named, file.key_min)
    return place < len(named) and named[place] <= file.key_max
