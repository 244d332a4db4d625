"""Compaction: only what is scattered is planned; the gate believes nothing but the proof."""

from dataclasses import replace

import pytest

from lake.errors import InvalidRequestError, PointerMovedError
from lake.rules.compaction import files_needed, is_scattered
from lake.rules.json_record import to_json
from lake.rules.run import RunId
from lake.rules.summary import Base, Counts, FileEntry, PartitionFiles, RowSetProof, RunSummary
from lake.steps.read_run_summary import read_run_summary
from lake.steps.summaries import read_plan
from tests.builders import MARCH, SILVER, JobOutput, Rows, run_id
from tests.invariants import check_place
from tests.unit.steps.history_of_runs import FEBRUARY, World

MB = 1 << 20


def files(*megabytes: int) -> list[FileEntry]:
    return [FileEntry(f"s3://b/{n}", 1, size * MB, str(run_id(1))) for n, size in enumerate(megabytes)]


@pytest.mark.parametrize(
    ("sizes", "needed", "scattered"),
    [
        ((1,), 1, False),
        ((1, 1), 1, True),
        ((128,), 1, False),
        ((100, 100), 2, False),
        ((50,) * 8, 4, True),
        ((), 0, False),
    ],
)
def test_twice_as_many_files_as_needed_are_worth_it(sizes: tuple[int, ...], needed: int, scattered: bool) -> None:
    found = files(*sizes)
    assert files_needed(found, 128) == needed
    assert is_scattered(found, 128) is scattered


@pytest.fixture
def world() -> World:
    """March has three small files, February one."""
    world = World()
    world.ingested(1, FEBRUARY, MARCH)
    world.ingested(2)
    world.ingested(3)
    return world


def compacted(world: World, **proof: object) -> str:
    """A compaction whose job ran: one file, and a proof that is right unless told otherwise."""
    wanted = world.asked(9, "compact", first="2024-01", last="2024-12")
    assert world.plan(wanted).outcome == "planned"
    plan = read_plan(world.lake, RunId(wanted.run_id))
    right = RowSetProof(MARCH, 12, 12, "77", "77", 0)
    JobOutput(world.lake, plan).silver(
        [Rows(MARCH, 12, "001a", "003z")],
        mode="replace",
        counts=Counts(12, 12),
        proofs=(replace(right, **proof),),  # type: ignore[arg-type]
    )
    return wanted.run_id


def test_only_the_scattered_month_is_planned(world: World) -> None:
    name = compacted(world)
    (planned,) = read_plan(world.lake, RunId(name)).partitions
    assert (planned.partition, planned.base) == (MARCH, Base(3, f"00000003-{run_id(3)}"))


def test_where_nothing_is_scattered_there_is_nothing_to_do(world: World) -> None:
    answer = world.plan(world.asked(9, "compact", first="2024-02", last="2024-02"))
    assert (answer.outcome, answer.reasons) == (
        "nothing_to_do", ("no month from 2024-02 to 2024-02 has many more files than it needs",),
    )  # fmt: skip


def test_the_compacted_file_replaces_the_others(world: World) -> None:
    name = compacted(world)
    assert read_run_summary(world.lake, RunId(name), "silver").reasons == ()
    world.promote(name)
    assert world.runs_in() == [name]
    assert (world.current().rows, world.current().mode, world.current().sequence) == (12, "replace", 4)
    check_place(world.store, SILVER)


@pytest.mark.parametrize(
    ("proof", "told"),
    [
        ({"rows_before": 11}, "11 rows were read, its snapshot has 12"),
        ({"rows_after": 11}, "11 rows after compaction, 12 before"),
        ({"sum_after": "78"}, "the rows are not the same"),
        ({"difference": 2}, "2 rows are on one side only"),
        ({"partition": FEBRUARY}, "there is no proof"),
    ],
)
def test_without_a_proof_that_holds_nothing_is_promoted(world: World, proof: dict[str, object], told: str) -> None:
    name = compacted(world, **proof)
    answer = read_run_summary(world.lake, RunId(name), "silver")
    assert answer.decision == "refuse"
    assert any(told in reason for reason in answer.reasons)


def test_a_summary_of_another_state_is_refused(world: World) -> None:
    name = compacted(world)
    place, run = SILVER, RunId(name)
    summary = JobOutput(world.lake, read_plan(world.lake, run)).silver()
    assert isinstance(summary, RunSummary)
    moved = PartitionFiles(MARCH, 12, summary.partitions[0].files, Base(2, f"00000002-{run_id(2)}"))
    world.store.write(place.bucket, place.summary(run), to_json(replace(summary, partitions=(moved,))))
    assert "or other bases" in read_run_summary(world.lake, run, "silver").reasons[0]


def test_an_append_in_between_stops_a_compaction(world: World) -> None:
    name = compacted(world)
    world.executions.end(name)
    world.ingested(4)
    before = world.current()
    with pytest.raises(PointerMovedError, match="plan it again"):
        world.promote(name)
    assert world.current() == before


@pytest.mark.parametrize(("first", "last"), [("", "2024-03"), ("2024-03", "")])
def test_a_range_has_two_ends(world: World, first: str, last: str) -> None:
    with pytest.raises(InvalidRequestError, match="first and its last month"):
        world.plan(world.asked(9, "compact", first=first, last=last))
