"""How far a backfill in memory has come, and what is current then."""

from lake.rules import layout
from lake.rules.backfill import Backfill
from lake.rules.backfill_lock import PartitionLock
from lake.rules.lease import Lease
from lake.rules.summary import AmountChange, PartitionComparison
from lake.rules.trigger import RunRequest
from lake.steps.current import read_pointer
from lake.steps.records import read_record
from tests.backfills import World
from tests.builders import BUCKETS, MARCH, SILVER

SAME = PartitionComparison(MARCH, 3, 3, 0, 0, 0)
OTHER = (PartitionComparison(MARCH, 3, 3, 0, 0, 1, (AmountChange("amount", "EUR", "3.00", "4.00"),)),)


def sequence(world: World) -> int:
    """How often March was promoted."""
    pointer = read_pointer(world.store, SILVER, MARCH)
    return pointer.sequence if pointer else 0


def is_free(world: World) -> bool:
    """Whether nobody holds the month or the dataset."""
    key = layout.partition_lock("transactions", MARCH)
    lease = read_record(world.store, Lease, BUCKETS.control, layout.lease("transactions"))
    return read_record(world.store, PartitionLock, BUCKETS.control, key).state == lease.state == "free"


def to_plan(world: World, backfill: Backfill) -> RunRequest:
    """Its run is planned."""
    run = world.start(backfill)
    world.plan(run)
    return run


def to_question(world: World, backfill: Backfill) -> RunRequest:
    """Somebody was asked whether it may begin."""
    run = to_plan(world, backfill)
    world.ask(run)
    return run


def to_running(world: World, backfill: Backfill) -> RunRequest:
    """It was let begin."""
    run = to_question(world, backfill)
    world.answer(backfill)
    world.begin(run)
    return run


def to_comparison(world: World, backfill: Backfill) -> RunRequest:
    """Its job has written, and changes too much."""
    run = to_running(world, backfill)
    world.job(run, comparison=OTHER)
    assert world.compare(run).approval
    return run
