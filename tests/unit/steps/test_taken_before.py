"""A file that is taken again because its run failed, under rules that have changed meanwhile."""

import pytest

from lake.errors import InvalidRequestError
from lake.rules import layout
from lake.rules.bronze import name_source
from lake.rules.claim import Claim
from lake.rules.held_state import OPEN, RECOVERED
from lake.rules.rollback import Order
from lake.rules.run import RunId
from lake.steps.choose_rollback import choose_rollback
from lake.steps.records import read_record
from lake.steps.summaries import read_plan
from tests.backfills import ANN
from tests.builders import BUCKETS, MARCH
from tests.held_world import HeldWorld
from tests.unit.steps.test_life_of_rows import check

DAY = "2024-04-01"


@pytest.fixture
def world() -> HeldWorld:
    """Under strict rules S waited; the run failed in gold, and the rules are loose by now."""
    found = HeldWorld(mortal=False)
    found.change_rules()
    found.doomed = "BuildGold"
    found.deliver(DAY, [("A", "1"), ("S", "1"), ("B", "x")])
    found.change_rules()
    return found


def runs(world: HeldWorld) -> list[str]:
    return sorted({each.split("/")[1] for each in world.store.keys(BUCKETS.control, "runs/")})


def test_the_claim_remembers_its_runs_and_the_plan_says_so(world: HeldWorld) -> None:
    (key,) = world.untaken
    world.take_again()
    first, second = runs(world)
    source = name_source(BUCKETS.bronze, key, world.store.head(BUCKETS.bronze, key).version_id)
    claim = read_record(world.store, Claim, BUCKETS.control, layout.claim("transactions", DAY, source))
    assert (claim.run_id, claim.before, claim.state) == (second, (first,), "done")
    taken = [read_plan(world.lake, RunId(each)).sources[0].taken_before for each in (first, second)]
    assert taken == [False, True]


def test_a_row_that_waited_and_is_valid_now_is_in_silver_and_nowhere_else(world: HeldWorld) -> None:
    assert (world.row("S").state, {each.content for each in world.silver()}) == (OPEN, {("A", "1")})
    world.take_again()
    assert (world.row("S").state, world.row("B").state) == (RECOVERED, OPEN)
    assert {each.content for each in world.silver()} == {("A", "1"), ("S", "1")}
    check(world)


def test_the_month_does_not_go_back_without_the_row(world: HeldWorld) -> None:
    world.take_again()
    second = runs(world)[-1]
    with pytest.raises(InvalidRequestError, match=f"--run {second}"):
        choose_rollback(world.lake, "transactions", Order("why", ANN, partitions=(MARCH,)))
    found = choose_rollback(world.lake, "transactions", Order("why", ANN, run=second))
    assert {each.partition for each in found} == {MARCH, f"ingest_date={DAY}"}
