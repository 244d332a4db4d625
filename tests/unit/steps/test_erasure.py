"""Condemned rows are erased by two people: nothing goes back behind it, and what held their values is garbage."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from lake.errors import InvalidRequestError
from lake.rules.correction import ACCEPT, ERASE, RETRY
from lake.rules.held_state import ERASED, OPEN
from lake.rules.rollback import Order
from lake.steps.choose_rollback import choose_rollback
from lake.steps.collect_garbage import collect_garbage
from lake.steps.plan_run import plan_run
from tests.backfills import ANN
from tests.builders import BUCKETS
from tests.held_rows import NOTHING
from tests.held_summary import HELD
from tests.held_world import HeldWorld
from tests.unit.steps.test_life_of_rows import check

DAY = "2024-03-31"


@pytest.fixture
def world() -> HeldWorld:
    """One row was corrected in vain and given up, another one waits."""
    found = HeldWorld(mortal=False)
    found.deliver(DAY, [("A", "1"), ("B", "x"), ("C", "y")])
    found.ask([found.row("B"), found.row("C")], RETRY, {each.row_id: ("B", "z") for each in [found.row("B")]})
    found.ask([found.row("B")], ACCEPT)
    return found


def test_one_entry_is_left_of_an_erased_row_and_the_others_are_as_they_were(world: HeldWorld) -> None:
    other = world.row("C")
    world.erase([world.row("B")])
    check(world)
    (left,) = (each for each in world.entries() if each.arrived[0] == "B")
    assert (left.state, left.content, left.revision) == (ERASED, NOTHING, 3)
    assert world.row("C") == other
    assert world.mail.events[-1].reason.startswith("1 condemned row(s) wait to be erased")
    assert "gone for good" in world.mail.mails[-1][1]


def test_only_condemned_rows_are_erased_and_only_once(world: HeldWorld) -> None:
    wish = [world.row("B"), world.row("C")]
    world.erase(wish)
    assert world.row("C").state == OPEN
    before = world.entries()
    world.erase(wish)
    assert world.entries() == before


def test_an_approval_to_release_erases_nothing(world: HeldWorld) -> None:
    world.release([world.row("B")])
    wanted = world.request_for(ERASE, [world.row("B")], ERASE, {})
    name = world.store.keys(BUCKETS.control, "approvals/release-transactions-")[0].split("-")[-1].removesuffix(".json")
    details = {**wanted.details, "request": name, "approved_by": "bob"}
    with pytest.raises(InvalidRequestError, match=r"nobody has approved request '\w+' to erase rows"):
        plan_run(world.lake, world.executions, replace(wanted, details=details))


def test_nothing_goes_back_behind_an_erasure(world: HeldWorld) -> None:
    first = world.store.keys(BUCKETS.control, "runs/")[0].split("/")[1]
    world.erase([world.row("B")])
    with pytest.raises(InvalidRequestError, match="which erased rows of quarantine"):
        choose_rollback(world.lake, "transactions", Order("why", ANN, run=first, partitions=(f"ingest_date={DAY}",)))


class Bin:
    """A deleter that remembers what it deleted."""

    def __init__(self, world: HeldWorld) -> None:
        self.world, self.deleted = world, set[str]()

    def delete(self, bucket: str, keys: Sequence[str]) -> None:
        for key in keys:
            self.world.store.objects.pop((bucket, key), None)
            self.deleted.add(f"{bucket}/{key}")


def collected(world: HeldWorld) -> set[str]:
    bin_ = Bin(world)
    world.clock.moment = "2024-06-21T00:00:00Z"
    collect_garbage(world.lake, world.executions, bin_, "transactions", keep=10, grace_days=0)
    return {each for each in bin_.deleted if each.startswith(BUCKETS.quarantine)}


def test_files_and_corrections_that_held_an_erased_row_are_garbage_whatever_is_kept(world: HeldWorld) -> None:
    world.deliver("2024-04-01", [("A2", "1"), ("D", "x")])
    held = set(world.store.keys(BUCKETS.quarantine, f"{HELD.prefix}/runs/"))
    corrections = world.store.keys(BUCKETS.quarantine, "transactions/corrections/")
    assert collected(world) == set()
    world.erase([world.row("B")])
    deleted = {each for each in collected(world) if "/audit/" not in each}
    gone = {each for each in held if f"ingest_date={DAY}/" in each}
    # the retry had values of the row, the wish to give it up had none
    assert deleted == {f"{BUCKETS.quarantine}/{each}" for each in (*gone, corrections[0])}
    check(world)
    assert collected(world) == set()
