"""The history of a partition, and what a promotion by hand would add to it."""

import pytest

from lake.errors import InvalidRequestError, NotFoundError
from lake.rules.history import feeding_sources
from lake.rules.rollback import order_of
from lake.steps.choose_rollback import choose_rollback
from lake.steps.current import chain
from lake.steps.history import history
from lake.steps.places import place_of, places_of
from lake.steps.preview_promotion import preview_promotion
from tests.builders import BUCKETS, MARCH, SILVER, JobOutput, Rows, lake_on, run_id
from tests.unit.steps.history_of_runs import ANN, World


@pytest.fixture
def world() -> World:
    world = World()
    for number in (1, 2, 3):
        world.ingested(number)
    return world


def test_it_lists_the_newest_snapshots_first(world: World) -> None:
    found = history(world.lake, SILVER, MARCH, 2)
    assert [(each.sequence, each.run_id) for each in found] == [(3, str(run_id(3))), (2, str(run_id(2)))]
    assert [each.rows for each in history(world.lake, SILVER, MARCH, 20)] == [12, 8, 4]


def test_without_a_promotion_there_is_no_history(world: World) -> None:
    with pytest.raises(NotFoundError, match="nothing was ever promoted there"):
        history(world.lake, SILVER, "year=1999/month=01", 20)


def test_sources_add_up_until_a_snapshot_names_them_all(world: World) -> None:
    assert len(feeding_sources(chain(world.store, SILVER, world.current()))) == 3
    world.through(world.asked(9, "rollback", partitions=MARCH))
    world.ingested(4)
    names = {each.key[-5:] for each in feeding_sources(chain(world.store, SILVER, world.current())).values()}
    assert names == {"1.csv", "2.csv", "4.csv"}


def test_a_choice_says_what_goes_and_changes_nothing(world: World) -> None:
    writes = len(world.store.writes)
    details = {"partitions": MARCH, "to": "1", "reason": "r", "requested_by": ANN}
    (found,) = choose_rollback(world.lake, "transactions", order_of(details))
    assert [each.run_id for each in found.undone] == [str(run_id(3)), str(run_id(2))]
    assert {each.key[-5:] for each in found.lost} == {"2.csv", "3.csv"}
    assert len(world.store.writes) == writes


def test_every_layer_has_its_place() -> None:
    lake = lake_on()
    assert place_of(lake, "transactions", "silver", "v1") == SILVER
    assert place_of(lake, "transactions", "silver").commits == SILVER.commits
    assert place_of(lake, "account_balances", "gold").bucket == BUCKETS.gold
    assert place_of(lake, "transactions", "quarantine").prefix == "transactions/quarantined"
    with pytest.raises(InvalidRequestError, match="there is no layer 'bronze'"):
        place_of(lake, "transactions", "bronze")
    assert {each.prefix for each in places_of(lake, "transactions")} >= {
        "transactions/schema_v=v1",
        "transactions/schema_v=v2",
        "account_balances/schema_v=v1",
        "transactions/quarantined",
    }


def test_a_preview_shows_each_partition_and_the_gates_verdict(world: World) -> None:
    plan = world.planned(5)
    JobOutput(world.lake, plan).silver([Rows(MARCH, 94, "005a", "005z")], [Rows("ingest_date=2024-03-31", 6)])
    writes = len(world.store.writes)
    found = preview_promotion(world.lake, world.asked(9, "promote", run=plan.run_id))
    assert found.reasons == found.overridable
    assert "6 of 100 records quarantined" in found.reasons[0]
    assert [(each.partition, each.rows, each.rows_now, each.rows_then) for each in found.changes] == [
        (MARCH, 94, 12, 106), ("ingest_date=2024-03-31", 6, 0, 6),
    ]  # fmt: skip
    assert found.changes[0].base == found.changes[0].current == f"00000003-{run_id(3)}"
    assert len(world.store.writes) == writes
