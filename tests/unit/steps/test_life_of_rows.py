"""Whatever happens to rows, and whoever dies where: each is in exactly one state, and none is lost."""

from collections import Counter

import pytest

from lake.rules.correction import ACCEPT, RETRY
from lake.rules.held_state import CONDEMNED, DUPLICATE, OPEN
from tests.builders import SILVER
from tests.held_world import HELD, Entry, HeldWorld
from tests.invariants import check_place

DAYS = ("2024-03-30", "2024-03-31", "2024-04-01")
KEYS = ("A", "B", "C", "S1", "S2", "D")
AMOUNTS = ("1", "2", "x", "y")
STEPS = 10


def check(world: HeldWorld) -> None:
    """Every row that arrived is in silver, open, condemned or a duplicate, and nowhere else."""
    check_place(world.store, SILVER)
    check_place(world.store, HELD)
    silver = {row.row_id: row for row in world.silver()}
    assert len(silver) == len(world.silver()), "a row is in silver twice"
    assert len({row.content[0] for row in silver.values()}) == len(silver), "a key is in silver twice"
    newest, entries = world.newest(), world.entries()
    assert all(count == 1 for count in Counter((each.row_id, each.revision) for each in entries).values())
    assert Counter(each.row_id for each in entries) == {name: each.revision + 1 for name, each in newest.items()}
    for name, each in newest.items():
        assert (name in silver) >= each.corrected, f"{name} is recovered and not in silver"
        assert not (name in silver and each.state in {OPEN, CONDEMNED, DUPLICATE}), (
            f"{name} is {each.state} and in silver"
        )
    _check_nothing_is_lost(world, newest)


def _check_nothing_is_lost(world: HeldWorld, newest: dict[str, Entry]) -> None:
    there = {row.content for row in world.silver()}
    held = {each.arrived for each in newest.values()}
    waiting = {each.arrived for each in newest.values() if each.state in {OPEN, CONDEMNED}}
    for each in newest.values():
        # as it was delivered or as it was corrected, what is settled is there; a duplicate's twin may wait by now
        assert {each.arrived, each.content} & (there | waiting), f"{each} is lost"
    arrived = [record for records in world.delivered.values() for record in records]
    for record in arrived:
        assert record in there or record in held, f"{record} is lost"
    open_rows, condemned = (len(world.in_state(state)) for state in (OPEN, CONDEMNED))
    assert len(there) + open_rows + condemned <= len(arrived), "there are more rows than arrived"


def deliver(world: HeldWorld) -> None:
    chance = world.chance
    records = [(chance.choice(KEYS), chance.choice(AMOUNTS)) for _ in range(chance.randint(1, 4))]
    world.deliver(chance.choice(DAYS), [*records, ("G", "1")])


def deliver_again(world: HeldWorld) -> None:
    if world.delivered:
        world.deliver(world.chance.choice(DAYS), world.chance.choice(list(world.delivered.values())))


def some(world: HeldWorld, state: str = OPEN) -> list[Entry]:
    rows = world.in_state(state)
    return world.chance.sample(rows, world.chance.randint(0, len(rows)))


def retry(world: HeldWorld) -> None:
    rows, chance = some(world), world.chance
    if rows:
        world.ask(rows, RETRY, {each.row_id: (chance.choice(KEYS), chance.choice(AMOUNTS)) for each in rows})


def retry_as_they_are(world: HeldWorld) -> None:
    if rows := some(world):
        world.ask(rows, RETRY)


def give_up(world: HeldWorld) -> None:
    if rows := some(world):
        world.ask(rows[:1], ACCEPT)


def release(world: HeldWorld) -> None:
    if rows := some(world, CONDEMNED):
        world.release(rows)


def change_rules(world: HeldWorld) -> None:
    world.rules = "strict" if world.rules == "loose" else "loose"


def replace_march(world: HeldWorld) -> None:
    if world.silver():
        world.replace_march()


ACTS = (deliver, deliver, deliver_again, retry, retry, retry_as_they_are, give_up, release, change_rules, replace_march)


@pytest.mark.parametrize("hundred", range(4))
def test_random_lives_conserve_every_row(hundred: int) -> None:
    for seed in range(hundred * 100, hundred * 100 + 100):
        world = HeldWorld(seed)
        done = []
        for _ in range(STEPS):
            act = world.chance.choice(ACTS)
            done.append(act.__name__)
            act(world)
            try:
                check(world)
            except AssertionError as error:
                raise AssertionError(f"seed {seed}, after {done}: {error}") from error
