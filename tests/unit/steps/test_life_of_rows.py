"""Whatever happens to rows, and whoever dies where: each is in exactly one state, and none is lost."""

import os
from collections import Counter

import pytest

from lake.rules.correction import ACCEPT, RETRY
from lake.rules.held_state import CONDEMNED, DUPLICATE, ERASED, OPEN
from tests.builders import SILVER
from tests.held_rows import NOTHING, Entry
from tests.held_summary import HELD
from tests.held_world import HeldWorld
from tests.invariants import check_place

DAYS = ("2024-03-30", "2024-03-31", "2024-04-01")
KEYS = ("A", "B", "C", "S1", "S2", "D")
AMOUNTS = ("1", "2", "x", "y")
STEPS = 12
# every night more of them are lived, see the Makefile
LIVES = int(os.environ.get("ASSAY_RANDOM_LIVES", "500"))


def check(world: HeldWorld) -> None:
    """Every row that arrived is in silver, open, condemned or a duplicate, and nowhere else."""
    check_place(world.store, SILVER)
    check_place(world.store, HELD)
    silver = {row.row_id: row for row in world.silver()}
    assert len(silver) == len(world.silver()), "a row is in silver twice"
    assert len({row.content[0] for row in silver.values()}) == len(silver), "a key is in silver twice"
    newest, entries = world.newest(), world.entries()
    assert all(count == 1 for count in Counter((each.row_id, each.revision) for each in entries).values())
    _check_entries(entries, newest)
    between = world.in_between()
    for name, each in newest.items():
        if name in between and each.state == OPEN:
            continue
        assert (name in silver) >= each.corrected, f"{name} is recovered and not in silver"
        assert not (name in silver and each.state in {OPEN, CONDEMNED, DUPLICATE, ERASED}), (
            f"{name} is {each.state} and in silver"
        )
    _check_nothing_is_lost(world, newest)
    world.count_dead()
    if not world.untaken and not world.unfinished():
        _check_conservation(world)


def _check_entries(entries: list[Entry], newest: dict[str, Entry]) -> None:
    """Revisions without a gap, from the first on; of an erased row nothing is left of what was before."""
    oldest: dict[str, int] = {}
    for each in entries:
        oldest[each.row_id] = min(each.revision, oldest.get(each.row_id, each.revision))
    numbers = {name: each.revision - oldest[name] + 1 for name, each in newest.items()}
    assert Counter(each.row_id for each in entries) == numbers
    gone = {name for name, each in newest.items() if each.state == ERASED}
    assert {name for name, first in oldest.items() if first} <= gone
    assert all(each.state == ERASED and each.content == NOTHING for each in entries if each.row_id in gone)


def _check_conservation(world: HeldWorld) -> None:
    """Silver + open + condemned + erased + duplicates = arrived; duplicates are what runs counted as such."""
    arrived = sum(len(records) for records in world.delivered.values())
    held = {state: len(world.in_state(state)) for state in (OPEN, CONDEMNED, ERASED)}
    ends = {"silver": len(world.silver()), **held, "duplicates": world.duplicates}
    assert sum(ends.values()) == arrived, f"{arrived} rows arrived, found {ends}"


def _check_nothing_is_lost(world: HeldWorld, newest: dict[str, Entry]) -> None:
    there = {row.content for row in world.silver()}
    held = {each.arrived for each in newest.values()}
    kept = {each.arrived for each in newest.values() if each.state in {OPEN, CONDEMNED, ERASED}}
    for each in newest.values():
        # as it was delivered or as it was corrected, what is settled is there; a duplicate's twin may have moved on
        twins = {other.arrived for other in newest.values() if other is not each}
        assert {each.arrived, each.content} & (there | kept) or each.content in twins, f"{each} is lost"
    for key, records in world.delivered.items():
        for record in records if key not in world.untaken else ():
            assert record in there or record in held, f"{record} is lost"


def deliver(world: HeldWorld) -> None:
    chance = world.chance
    records = [(chance.choice(KEYS), chance.choice(AMOUNTS)) for _ in range(chance.randint(1, 4))]
    world.deliver(chance.choice(DAYS), [*records, ("G", "1")])


def deliver_again(world: HeldWorld) -> None:
    if world.delivered:
        world.deliver(world.chance.choice(DAYS), world.chance.choice(list(world.delivered.values())))


def some(world: HeldWorld, state: str = OPEN) -> list[Entry]:
    rows = world.in_state(state)
    return world.chance.sample(rows, world.chance.randint(1, len(rows))) if rows else []


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


def erase(world: HeldWorld) -> None:
    if rows := some(world, CONDEMNED):
        world.erase(rows)


def change_rules(world: HeldWorld) -> None:
    world.change_rules()


def replace_march(world: HeldWorld) -> None:
    if world.silver():
        world.replace_march()


def take_again(world: HeldWorld) -> None:
    world.take_again()


def finish(world: HeldWorld) -> None:
    """Another file: whatever a dead run left half done is finished by then."""
    world.deliver(DAYS[0], [("END", "1")])
    world.take_again()
    assert not world.unfinished()


ACTS = (
    *(deliver, deliver, deliver_again, take_again),
    *(retry, retry, retry_as_they_are, give_up, give_up, release, erase, erase),
    *(change_rules, replace_march),
)


@pytest.mark.parametrize("part", range(10))
def test_random_lives_conserve_every_row(part: int) -> None:
    for seed in range(part * LIVES // 10, (part + 1) * LIVES // 10):
        live(seed)


def live(seed: int) -> None:
    """One life; in the end everything that arrived was taken, and every promotion is finished."""
    world = HeldWorld(seed)
    done = []
    for act in (*(world.chance.choice(ACTS) for _ in range(STEPS)), take_again, finish):
        done.append(act.__name__)
        act(world)
        try:
            check(world)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}, after {done}: {error}") from error
