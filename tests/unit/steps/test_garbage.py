"""Space is reclaimed by reachability: nothing that a kept snapshot, a young or an open run needs is ever touched."""

from collections.abc import Sequence

import pytest

from lake.errors import DatasetBusyError
from lake.rules import layout
from lake.rules.reachability import Garbage
from lake.rules.run import RunId
from lake.steps.collect_garbage import collect_garbage
from lake.steps.explain_failure import RunFailure
from lake.steps.fail_run import fail_run
from lake.steps.find_garbage import find_garbage
from lake.steps.plan_run import plan_run
from lake.steps.promote_partition import promote_partition
from lake.steps.read_run_summary import read_run_summary
from tests.builders import BUCKETS, MARCH, SILVER, JobOutput, Rows, request, run_id
from tests.fakes import Counted, KillAt, KilledError, MemoryLogs, MemoryStore
from tests.invariants import check_place
from tests.unit.steps.history_of_runs import FEBRUARY, World

LATER = "2024-06-01T00:00:00Z"


class Bin:
    """A deleter that remembers what it deleted, in order."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store
        self.deleted: list[str] = []

    def delete(self, bucket: str, keys: Sequence[str]) -> None:
        assert len(keys) <= 1000
        for key in keys:
            self.store.objects.pop((bucket, key), None)
            self.deleted.append(f"{bucket}/{key}")


@pytest.fixture
def world() -> World:
    """Three appends, then a replacement: only its file is current. Two months later."""
    world = World()
    for number in (1, 2, 3):
        world.ingested(number)
    replace(world, 4)
    world.lake.clock.moment = LATER  # type: ignore[attr-defined]
    return world


def replace(world: World, number: int) -> None:
    plan = world.planned(number)
    summary = JobOutput(world.lake, plan).silver([Rows(MARCH, 4, "a", "z")], mode="replace")
    promote_partition(world.lake, SILVER, "silver", summary, summary.partitions[0])
    world.end(plan.run_id, plan.kind)


def found(world: World, keep: int = 1, days: float = 14) -> list[Garbage]:
    return list(find_garbage(world.lake, world.executions, "transactions", keep=keep, grace_days=days))


def runs(garbage: list[Garbage]) -> list[str]:
    return [each.run_id for each in garbage]


def collect(world: World, keep: int = 1, days: float = 14) -> Bin:
    bin_ = Bin(world.store)
    collect_garbage(world.lake, world.executions, bin_, "transactions", keep=keep, grace_days=days)
    return bin_


def test_only_what_kept_snapshots_do_not_name_is_garbage(world: World) -> None:
    assert runs(found(world, keep=1)) == [str(run_id(n)) for n in (1, 2, 3)]
    assert runs(found(world, keep=2)) == []
    assert all(each.bytes > 0 and len(each.keys) == 1 for each in found(world))


def test_nothing_young_is_garbage(world: World) -> None:
    assert found(world, days=365) == []
    assert len(found(world, days=0)) == 3


def test_looking_changes_nothing(world: World) -> None:
    before = dict(world.store.objects)
    found(world)
    assert world.store.objects == before


def test_after_collection_everything_current_is_there_and_every_record(world: World) -> None:
    summaries = world.store.keys(BUCKETS.silver, f"{SILVER.prefix}/runs")
    deleted = collect(world).deleted
    assert len([each for each in deleted if each.endswith(".parquet")]) == 3
    assert {each for each in summaries if each.endswith("_SUCCESS")} <= set(
        world.store.keys(BUCKETS.silver, f"{SILVER.prefix}/runs")
    )
    assert not any("/snapshots/" in each or "/current/" in each or each.endswith("_SUCCESS") for each in deleted)
    check_place(world.store, SILVER)
    assert collect(world).deleted == []


def test_the_audit_manifest_goes_before_the_files_it_names(world: World) -> None:
    deleted = collect(world).deleted
    first = f"{BUCKETS.silver}/{SILVER.audit_manifest(run_id(1))}"
    assert deleted.index(first) < min(n for n, each in enumerate(deleted) if str(run_id(1)) in each and "part" in each)


def test_a_file_of_a_run_that_is_partly_current_stays(world: World) -> None:
    world.lake.clock.moment = "2024-04-01T02:00:00Z"  # type: ignore[attr-defined]
    world.ingested(5, FEBRUARY, MARCH)
    replace(world, 6)
    world.lake.clock.moment = LATER  # type: ignore[attr-defined]
    (left,) = [each for each in found(world) if each.run_id == str(run_id(5))]
    assert all(MARCH in key for key in left.keys)
    collect(world)
    assert world.runs_in(FEBRUARY) == [str(run_id(5))]
    check_place(world.store, SILVER)


def test_what_a_refused_run_wrote_is_kept_for_the_grace_period(world: World) -> None:
    """`assay promote --override` may still take it."""
    plan = world.planned(7)
    JobOutput(world.lake, plan).silver([Rows(MARCH, 4)])
    world.end(plan.run_id, plan.kind, "refused", "because")
    assert str(run_id(7)) in runs(found(world))
    world.lake.clock.moment = "2024-04-10T00:00:00Z"  # type: ignore[attr-defined]
    assert str(run_id(7)) not in runs(found(world))


def test_a_run_that_works_or_stopped_half_way_is_left_alone(world: World) -> None:
    plan = world.planned(7)
    JobOutput(world.lake, plan).silver([Rows(FEBRUARY, 4, "x", "y"), Rows(MARCH, 4, "x", "y")])
    assert str(run_id(7)) not in runs(found(world))
    world.executions.end(plan.run_id)

    def dies_in_the_second_partition(moment: str) -> None:
        if moment == "before" and len([each for each in world.store.writes if "/current/" in each]) > before:
            raise KilledError

    before = len([each for each in world.store.writes if "/current/" in each]) + 1
    world.store.on_write = dies_in_the_second_partition
    with pytest.raises(KilledError):
        world.promote(plan.run_id)
    world.store.on_write = lambda moment: None
    world.store.write(BUCKETS.control, layout.lease("transactions"), "{}")
    world.store.objects.pop((BUCKETS.control, layout.lease("transactions")))
    assert str(run_id(7)) not in runs(found(world))


def test_while_a_run_works_nothing_is_collected_and_the_other_way_round(world: World) -> None:
    world.planned(7)
    with pytest.raises(DatasetBusyError, match=str(run_id(7))):
        collect(world)
    world.end(str(run_id(7)), "event")

    class Meanwhile(Bin):
        def delete(self, bucket: str, keys: Sequence[str]) -> None:
            with pytest.raises(DatasetBusyError, match="gc-2024"):
                plan_run(world.lake, world.executions, request(8))
            super().delete(bucket, keys)

    bin_ = Meanwhile(world.store)
    collect_garbage(world.lake, world.executions, bin_, "transactions", keep=1, grace_days=14)
    assert bin_.deleted
    assert plan_run(world.lake, world.executions, request(8)).outcome == "nothing_to_do"


def test_a_collector_that_died_blocks_nobody_for_long(world: World) -> None:
    class Dies(Bin):
        def delete(self, bucket: str, keys: Sequence[str]) -> None:
            raise KilledError

    def never(*_: object) -> None:
        raise KilledError

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KilledError):
        patch.setattr("lake.steps.collect_garbage.free_lease", never)
        collect_garbage(world.lake, world.executions, Dies(world.store), "transactions", keep=1, grace_days=14)
    with pytest.raises(DatasetBusyError):
        plan_run(world.lake, world.executions, request(8))
    world.lake.clock.moment = "2024-06-01T00:15:00Z"  # type: ignore[attr-defined]
    assert plan_run(world.lake, world.executions, request(8)).outcome == "nothing_to_do"


def test_a_collector_whose_lease_went_to_a_run_meanwhile_deletes_nothing_more(world: World) -> None:
    """Its search took longer than its lease lasts; the run that came is over, but may have brought files back."""

    class Slow(Bin):
        def delete(self, bucket: str, keys: Sequence[str]) -> None:
            super().delete(bucket, keys)
            world.lake.clock.moment = "2024-06-01T00:16:00Z"  # type: ignore[attr-defined]
            plan_run(world.lake, world.executions, request(8))
            world.end(str(run_id(8)), "event")

    slow = Slow(world.store)
    with pytest.raises(DatasetBusyError, match="lost"), pytest.MonkeyPatch.context() as patch:
        patch.setattr("lake.steps.collect_garbage.MOST_AT_ONCE", 1)
        collect_garbage(world.lake, world.executions, slow, "transactions", keep=1, grace_days=14)
    assert len(slow.deleted) == 1


def test_a_rollback_to_what_was_collected_is_refused(world: World) -> None:
    collect(world)
    wanted = world.asked(9, "rollback", partitions=MARCH)
    world.plan(wanted)

    assert "is gone" in read_run_summary(world.lake, RunId(wanted.run_id), "silver").reasons[0]


def test_nothing_is_collected_while_a_run_that_died_half_way_is_unfinished(world: World) -> None:
    """A rollback brings back files that no kept snapshot names, and the next run finishes it without another gate."""
    undo = world.asked(9, "rollback", partitions=MARCH)
    assert world.plan(undo).outcome == "planned"
    world.store.on_write = KillAt(2)
    with pytest.raises(KilledError):
        world.promote(undo.run_id)
    world.store.on_write = lambda moment: None
    failed = RunFailure(undo.run_id, "transactions", "rollback", "PromoteSilver", "Timeout", "", undo.execution_arn)
    fail_run(world.lake, world.executions, Counted(), MemoryLogs(), failed)
    world.executions.end(undo.run_id)
    world.lake.clock.moment = "2024-06-01T01:00:00Z"  # type: ignore[attr-defined]

    with pytest.raises(DatasetBusyError, match=f"run {undo.run_id} died .* the next run of transactions finishes it"):
        collect(world, keep=1, days=0)
    assert world.plan(request(8)).unfinished == undo.run_id
    world.promote(undo.run_id)
    check_place(world.store, SILVER)
    assert world.plan(request(8)).outcome == "nothing_to_do"
    world.end(str(run_id(8)), "event", "nothing_to_do")
    assert collect(world, keep=1, days=0).deleted
    check_place(world.store, SILVER)
