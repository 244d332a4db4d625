"""Records moved on by conditional writes: nobody's change is lost."""

import threading
from dataclasses import dataclass

import pytest

from lake.errors import ConflictError, NotFoundError
from lake.rules.json_record import RecordError
from lake.steps.records import TRIES, find_record, put_record, read_record
from tests.fakes import MemoryStore


@dataclass(frozen=True)
class Tally:
    number: int


def up(found: Tally | None) -> Tally:
    return Tally(found.number + 1 if found else 1)


def test_twenty_threads_count_to_a_hundred() -> None:
    store = MemoryStore()

    def count() -> None:
        for _ in range(5):
            put_record(store, Tally, "b", "k", up)

    threads = [threading.Thread(target=count) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read_record(store, Tally, "b", "k") == Tally(100)


@pytest.mark.parametrize("exists", [False, True])
def test_a_change_that_comes_in_between_is_kept(exists: bool) -> None:
    store = MemoryStore()
    if exists:
        put_record(store, Tally, "b", "k", up)
    visits: list[str] = []

    def somebody_else_counts_first(moment: str) -> None:
        if not visits:
            visits.append(moment)
            put_record(store, Tally, "b", "k", up)

    store.on_write = somebody_else_counts_first
    assert put_record(store, Tally, "b", "k", up) == Tally(2 + exists)


def test_what_does_not_change_is_not_written() -> None:
    store = MemoryStore()
    put_record(store, Tally, "b", "k", up)
    assert put_record(store, Tally, "b", "k", lambda found: found) == Tally(1)
    assert put_record(store, Tally, "b", "k", lambda found: None) == Tally(1)
    assert len(store.writes) == 1


def test_a_record_that_never_stands_still_is_an_error() -> None:
    store = MemoryStore()

    def somebody_else(moment: str) -> None:
        raise ConflictError("always")

    store.on_write = somebody_else
    with pytest.raises(ConflictError, match=f"changed {TRIES} times"):
        put_record(store, Tally, "b", "k", up)


def test_missing_and_unreadable_are_told_apart() -> None:
    store = MemoryStore()
    assert find_record(store, Tally, "b", "k") is None
    with pytest.raises(NotFoundError):
        read_record(store, Tally, "b", "k")
    store.write("b", "k", '{"number": "one"}')
    with pytest.raises(RecordError, match="s3://b/k is not a Tally"):
        find_record(store, Tally, "b", "k")
