"""Promotion of one partition: once, whole, in order; whoever dies where, and whoever comes in between."""

import threading
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lake.errors import BaseMovedError, ConflictError, PointerMovedError
from lake.rules.json_record import from_json
from lake.rules.snapshot import Snapshot
from lake.rules.summary import RunSummary
from lake.steps.current import current_snapshot, read_pointer
from lake.steps.lake import Lake
from lake.steps.promote_partition import promote_partition
from tests.builders import BUCKETS, MARCH, SILVER, JobOutput, Rows, lake_on, plan_of, run_id
from tests.fakes import KillAt, KilledError, MemoryStore
from tests.invariants import check_partition

WRITES = 4  # snapshot, manifest, manifest of the schema version, _LATEST.json


def written(lake: Lake, number: int, first: str = "", last: str = "", mode: str = "append") -> RunSummary:
    """A run with keys of its own, or with the given ones."""
    keys = (first or f"{number:03d}a", last or f"{number:03d}z")
    return JobOutput(lake, plan_of(number)).silver((Rows(MARCH, 10, *keys),), mode=mode)


def promote(lake: Lake, summary: RunSummary) -> str:
    return promote_partition(lake, SILVER, "silver", summary, summary.partitions[0])


def runs_in(store: MemoryStore) -> list[str]:
    pointer = read_pointer(store, SILVER, MARCH)
    return [file.run_id for file in current_snapshot(store, SILVER, pointer).files] if pointer else []


def latest(store: MemoryStore) -> Snapshot:
    return from_json(Snapshot, store.read(BUCKETS.silver, SILVER.latest(MARCH)).body, "latest")


def test_files_of_many_runs_add_up() -> None:
    store = MemoryStore()
    lake = lake_on(store)
    ids = [promote(lake, written(lake, number)) for number in (1, 2, 3)]
    assert ids == [f"{n:08d}-{run_id(n)}" for n in (1, 2, 3)]
    assert runs_in(store) == [str(run_id(n)) for n in (1, 2, 3)]
    assert latest(store).snapshot_id == ids[-1]
    check_partition(store, SILVER, MARCH)


def test_promoting_again_changes_nothing() -> None:
    store = MemoryStore()
    lake = lake_on(store)
    one, two = written(lake, 1), written(lake, 2)
    first, last = promote(lake, one), promote(lake, two)
    before = len(store.writes)
    assert promote(lake, one) == first
    assert promote(lake, two) == last
    assert len(store.writes) == before


def test_replace_leaves_only_its_own_files() -> None:
    store = MemoryStore()
    lake = lake_on(store)
    promote(lake, written(lake, 1))
    promote(lake, written(lake, 2, mode="replace"))
    assert runs_in(store) == [str(run_id(2))]
    check_partition(store, SILVER, MARCH)


def test_replace_refuses_when_somebody_was_faster() -> None:
    store = MemoryStore()
    lake = lake_on(store)
    promote(lake, written(lake, 1))
    replacement = written(lake, 2, mode="replace")
    promote(lake, written(lake, 3))
    with pytest.raises(PointerMovedError):
        promote(lake, replacement)
    assert runs_in(store) == [str(run_id(1)), str(run_id(3))]


def test_append_refuses_when_keys_may_clash() -> None:
    store = MemoryStore()
    lake = lake_on(store)
    mine, theirs = written(lake, 1, "a", "m"), written(lake, 2, "m", "z")
    promote(lake, theirs)
    with pytest.raises(BaseMovedError, match=str(run_id(1))):
        promote(lake, mine)
    assert runs_in(store) == [str(run_id(2))]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", range(1, WRITES + 1))
def test_whoever_dies_at_any_write_leaves_a_whole_partition(number: int, after: bool) -> None:
    store = MemoryStore()
    lake = lake_on(store)
    promote(lake, written(lake, 1))
    summary = written(lake, 2)
    store.on_write = KillAt(number, after)
    with pytest.raises(KilledError):
        promote(lake, summary)
    store.on_write = lambda moment: None
    check_partition(store, SILVER, MARCH)
    assert runs_in(store) in ([str(run_id(1))], [str(run_id(1)), str(run_id(2))])
    promote(lake, summary)
    assert runs_in(store) == [str(run_id(1)), str(run_id(2))]
    assert latest(store).run_id == str(run_id(2))
    check_partition(store, SILVER, MARCH)


def test_a_record_left_behind_is_repaired_by_the_next_promotion() -> None:
    store = MemoryStore()
    lake = lake_on(store)
    summary = written(lake, 1)
    store.on_write = KillAt(WRITES)
    with pytest.raises(KilledError):
        promote(lake, summary)
    store.on_write = lambda moment: None
    assert store.keys(BUCKETS.silver, SILVER.latest(MARCH)) == []
    promote(lake, written(lake, 2))
    assert latest(store).run_id == str(run_id(2))


def test_a_late_writer_does_not_turn_the_record_back() -> None:
    store = MemoryStore()
    lake = lake_on(store)
    one, two = written(lake, 1), written(lake, 2)
    interrupted: list[str] = []

    def second_comes_before_the_firsts_record(moment: str) -> None:
        if moment == "before" and store.writes[-1].endswith("symlink.txt") and not interrupted:
            interrupted.append(moment)
            promote(lake, two)

    store.on_write = second_comes_before_the_firsts_record
    promote(lake, one)
    assert interrupted
    assert latest(store).run_id == str(run_id(2))


class LostAnswer:
    """The n-th write happens, but its sender is told that it lost."""

    def __init__(self, number: int) -> None:
        self.number, self.seen = number, 0

    def __call__(self, moment: str) -> None:
        self.seen += moment == "after"
        if moment == "after" and self.seen == self.number:
            raise ConflictError("the answer was lost, and the client sent the request again")


@pytest.mark.parametrize("number", range(1, WRITES + 1))
def test_a_lost_answer_is_found_out(number: int) -> None:
    store = MemoryStore()
    lake = lake_on(store)
    promote(lake, written(lake, 1))
    summary = written(lake, 2)
    store.on_write = LostAnswer(number)
    promote(lake, summary)
    assert runs_in(store) == [str(run_id(1)), str(run_id(2))]
    check_partition(store, SILVER, MARCH)


def test_a_summary_rewritten_after_the_snapshot_is_refused() -> None:
    store = MemoryStore()
    lake = lake_on(store)
    summary = written(lake, 1)
    store.on_write = KillAt(2)
    with pytest.raises(KilledError):
        promote(lake, summary)
    store.on_write = lambda moment: None
    part = summary.partitions[0]
    other = replace(part, files=(replace(part.files[0], uri=part.files[0].uri + "x"),))
    with pytest.raises(PointerMovedError, match="run summary was rewritten"):
        promote(lake, replace(summary, partitions=(other,)))
    assert runs_in(store) == []


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 12), st.integers(2, 5), st.booleans()), max_size=5), st.integers(0, 12))
def test_any_interleaving_and_any_death_keeps_the_invariants(visits: list[tuple[int, int, bool]], death: int) -> None:
    """While run 1 promotes, others come in between its writes, some of them die; then run 1 may die; all resume."""
    store = MemoryStore()
    lake = lake_on(store)
    summaries = {number: written(lake, number) for number in range(1, 6)}
    plan = {at: (number, dies) for at, number, dies in visits}
    seen = 0

    def hook(moment: str) -> None:
        nonlocal seen
        seen += 1
        if seen in plan:
            number, dies = plan[seen]
            try:
                promote(lake, summaries[number])
            finally:
                check_partition_if_any(store)
            if dies:
                raise KilledError(f"run at event {seen}")
        if seen == death:
            raise KilledError("run 1")

    store.on_write = hook
    try:
        promote(lake, summaries[1])
    except KilledError:
        check_partition_if_any(store)
    store.on_write = lambda moment: None
    for summary in summaries.values():
        promote(lake, summary)
    assert sorted(runs_in(store)) == [str(run_id(number)) for number in range(1, 6)]
    check_partition(store, SILVER, MARCH)


def check_partition_if_any(store: MemoryStore) -> None:
    if read_pointer(store, SILVER, MARCH):
        check_partition(store, SILVER, MARCH)


def test_twenty_threads_promote_twenty_runs() -> None:
    store = MemoryStore()
    lake = lake_on(store)
    summaries = [written(lake, number) for number in range(20)]
    threads = [threading.Thread(target=promote, args=(lake, summary)) for summary in summaries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(runs_in(store)) == [str(run_id(number)) for number in range(20)]
    check_partition(store, SILVER, MARCH)


def test_twenty_threads_promote_the_same_run_once() -> None:
    store = MemoryStore()
    lake = lake_on(store)
    summary = written(lake, 1)
    threads = [threading.Thread(target=promote, args=(lake, summary)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert runs_in(store) == [str(run_id(1))]
    check_partition(store, SILVER, MARCH)
