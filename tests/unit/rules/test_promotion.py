"""The commit rules: what the next snapshot holds, and when a partition has moved too far."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lake.errors import BaseMovedError, PointerMovedError
from lake.rules.promotion import check_base, next_snapshot, shows
from lake.rules.snapshot import Snapshot
from lake.rules.summary import Base, FileEntry, PartitionFiles, RunSummary, SourceRef
from tests.builders import MARCH, JobOutput, lake_on, plan_of, run_id

NOW = "2024-04-01T02:00:00Z"


def summary(number: int = 1, mode: str = "append") -> RunSummary:
    return replace(JobOutput(lake_on(), plan_of(number)).silver(), mode=mode)


def file(name: str, number: int = 1, first: str | None = "a", last: str | None = "b") -> FileEntry:
    return FileEntry(f"s3://t-silver/{name}", 5, 100, str(run_id(number)), first, last)


def part(*files: FileEntry, base: Snapshot | None = None) -> PartitionFiles:
    seen = Base(base.sequence, base.snapshot_id) if base else None
    return PartitionFiles(MARCH, sum(each.rows for each in files), files, seen)


def committed(number: int, *files: FileEntry, parent: Snapshot | None = None, mode: str = "append") -> Snapshot:
    return next_snapshot(summary(number, mode), "silver", part(*files), parent, NOW)


FIRST = committed(1, file("one"))


def test_the_first_snapshot_has_no_parent() -> None:
    assert (FIRST.sequence, FIRST.parent, FIRST.rows) == (1, None, 5)
    assert FIRST.snapshot_id == f"00000001-{run_id(1)}"


def test_append_keeps_the_parents_files() -> None:
    second = committed(2, file("two", 2), parent=FIRST)
    assert [each.uri for each in second.files] == ["s3://t-silver/one", "s3://t-silver/two"]
    assert (second.sequence, second.parent, second.rows) == (2, FIRST.snapshot_id, 10)


def test_replace_drops_them() -> None:
    second = committed(2, file("two", 2), parent=FIRST, mode="replace")
    assert [each.uri for each in second.files] == ["s3://t-silver/two"]
    assert second.sequence == 2


def test_a_snapshot_shows_its_run_and_all_whose_new_files_it_lists() -> None:
    second = committed(2, file("two", 2), parent=FIRST)
    assert shows(second, summary(2), part())
    assert shows(second, summary(1), part(file("one")))
    assert not shows(second, summary(3), part(file("three", 3)))


def test_old_files_do_not_make_a_snapshot_a_rollbacks_work() -> None:
    assert not shows(FIRST, summary(2, "rollback"), part(file("one")))
    assert shows(committed(2, file("one"), parent=FIRST, mode="rollback"), summary(2, "rollback"), part(file("one")))


def test_a_snapshot_says_who_and_why_and_whose_the_files_are() -> None:
    old = SourceRef("s", "b", "k", "v", "e", "2024-03-01", 5)
    asked = replace(summary(2, "rollback"), approved_by="ann", reason="wrong rates")
    found = next_snapshot(asked, "silver", replace(part(file("one")), sources=(old,)), FIRST, NOW)
    assert (found.mode, found.approved_by, found.reason, found.sources) == ("rollback", "ann", "wrong rates", (old,))
    assert (found.files, found.parent, found.sequence) == (FIRST.files, FIRST.snapshot_id, 2)


def test_an_unmoved_base_is_fine() -> None:
    check_base(summary(2), part(file("two", 2), base=FIRST), FIRST, None)
    check_base(summary(1), part(file("one")), None, None)
    check_base(summary(2, "replace"), part(file("two", 2), base=FIRST), FIRST, None)


def test_append_goes_on_when_the_new_keys_are_apart() -> None:
    moved = committed(2, file("two", 2, "m", "p"), parent=FIRST)
    check_base(summary(3), part(file("three", 3, "q", "z"), base=FIRST), moved, FIRST)
    check_base(summary(3), part(file("three", 3, "c", "l")), committed(2, file("two", 2, "m", "p")), None)


@pytest.mark.parametrize(("first", "last"), [("p", "z"), ("a", "m"), ("n", "o"), ("a", "z"), (None, None)])
def test_append_stops_when_keys_may_clash(first: str | None, last: str | None) -> None:
    moved = committed(2, file("two", 2, "m", "p"), parent=FIRST)
    with pytest.raises(BaseMovedError, match="keys may clash"):
        check_base(summary(3), part(file("three", 3, first, last), base=FIRST), moved, FIRST)


def test_append_stops_when_what_it_compared_with_is_gone() -> None:
    replaced = committed(2, file("two", 2, "m", "p"), parent=FIRST, mode="replace")
    with pytest.raises(BaseMovedError, match="files that it compared with are no longer current"):
        check_base(summary(3), part(file("three", 3, "x", "z"), base=FIRST), replaced, FIRST)
    with pytest.raises(BaseMovedError, match=r"from snapshot .* to nothing"):
        check_base(summary(3), part(file("three", 3), base=FIRST), None, FIRST)


def test_replace_stops_whenever_the_partition_moved() -> None:
    moved = committed(2, file("two", 2, "m", "p"), parent=FIRST)
    with pytest.raises(PointerMovedError, match="plan it again"):
        check_base(summary(3, "replace"), part(file("three", 3, "x", "z"), base=FIRST), moved, FIRST)
    with pytest.raises(PointerMovedError):
        check_base(summary(3, "replace"), part(file("three", 3)), FIRST, None)


keys = st.text("abc", min_size=1, max_size=3)
ranges = st.tuples(keys, keys).map(sorted)


@given(st.lists(ranges, min_size=1, max_size=4), st.lists(ranges, min_size=1, max_size=4))
def test_append_goes_on_only_if_no_key_can_be_in_both(mine: list[list[str]], theirs: list[list[str]]) -> None:
    added = [file(f"t{n}", 2, first, last) for n, (first, last) in enumerate(theirs)]
    moved = committed(2, *added, parent=FIRST)
    wanted = part(*(file(f"m{n}", 3, first, last) for n, (first, last) in enumerate(mine)), base=FIRST)
    shared = any(a[0] <= b[1] and b[0] <= a[1] for a in mine for b in theirs)
    try:
        check_base(summary(3), wanted, moved, FIRST)
    except BaseMovedError:
        assert shared
    else:
        assert not shared
