"""JSON records in S3: read, written once, or moved on by conditional writes."""

from collections.abc import Callable
from typing import TypeVar

from lake.errors import ConflictError, NotFoundError
from lake.rules import layout
from lake.rules.json_record import from_json, to_json
from lake.steps.ports import Store

R = TypeVar("R")
# each lost race means that somebody else moved on, so this many in a row is not a race but a fault
TRIES = 50


def read_record(store: Store, kind: type[R], bucket: str, key: str) -> R:
    """A record. Raises NotFoundError or RecordError."""
    return from_json(kind, store.read(bucket, key).body, layout.uri(bucket, key))


def find_record(store: Store, kind: type[R], bucket: str, key: str) -> R | None:
    """A record, or None when there is none."""
    try:
        return read_record(store, kind, bucket, key)
    except NotFoundError:
        return None


def put_record(
    store: Store,
    kind: type[R],
    bucket: str,
    key: str,
    change: Callable[[R | None], R | None],
    *,
    one_line: bool = False,
) -> R | None:
    """Write what `change` makes of the record that is there (None: none is). It returns None to leave it alone.

    Whoever writes in between is read again first. Returns the record as it then is.
    """
    for _ in range(TRIES):
        found, etag = _read(store, kind, bucket, key)
        wanted = change(found)
        if wanted is None or wanted == found:
            return found
        try:
            _write(store, bucket, key, to_json(wanted, one_line=one_line), etag)
            return wanted
        except ConflictError:
            continue
    raise ConflictError(f"{layout.uri(bucket, key)} changed {TRIES} times while it was being written; try again")


def _read(store: Store, kind: type[R], bucket: str, key: str) -> tuple[R | None, str | None]:
    try:
        found = store.read(bucket, key)
    except NotFoundError:
        return None, None
    return from_json(kind, found.body, layout.uri(bucket, key)), found.etag


def _write(store: Store, bucket: str, key: str, text: str, etag: str | None) -> None:
    if etag is None:
        store.create(bucket, key, text)
    else:
        store.replace(bucket, key, text, etag)
