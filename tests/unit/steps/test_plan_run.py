"""PlanRun: what a run takes, once, and what it answers however often it is asked."""

import gzip
from dataclasses import replace

import pytest

from lake.errors import DatasetBusyError, InvalidRequestError, InvalidRunIdError, NotFoundError
from lake.rules import layout
from lake.rules.claim import Claim
from lake.rules.contract import Contracts
from lake.rules.layout import READY_MARKER
from lake.rules.lease import Lease
from lake.rules.plan import Plan
from lake.rules.run import RunId
from lake.rules.trigger import REQUEST, SCHEDULE, RunRequest
from lake.steps.lake import Lake
from lake.steps.plan_run import PlanAnswer, plan_run
from lake.steps.records import read_record
from lake.steps.summaries import read_plan
from tests.builders import BUCKETS, CONTRACTS, HEADER, KEY, contracts_with, csv_body, lake_on, request
from tests.fakes import KillAt, KilledError, MemoryExecutions, MemoryStore

DAY = "transactions/ingest_date=2024-03-31/"


class World:
    """A store with deliveries, and runs over it."""

    def __init__(self, contracts: Contracts = CONTRACTS) -> None:
        self.store, self.executions = MemoryStore(), MemoryExecutions()
        self.lake: Lake = lake_on(self.store, contracts)

    def deliver(self, key: str = KEY, body: bytes = csv_body()) -> str:
        return self.store.put_bytes(BUCKETS.bronze, key, body)

    def plan(self, wanted: RunRequest) -> PlanAnswer:
        self.executions.running.add(wanted.execution_arn)
        return plan_run(self.lake, self.executions, wanted)

    def plan_record(self, wanted: RunRequest) -> Plan:
        return read_plan(self.lake, RunId(wanted.run_id))

    def end(self, wanted: RunRequest) -> None:
        self.executions.running.discard(wanted.execution_arn)

    def claims(self) -> list[Claim]:
        keys = self.store.keys(BUCKETS.control, "sources/")
        return [read_record(self.store, Claim, BUCKETS.control, key) for key in keys]


@pytest.fixture
def world() -> World:
    return World()


def test_an_object_is_claimed_counted_and_planned(world: World) -> None:
    version = world.deliver(body=csv_body(3))
    answer = world.plan(request(1, KEY))
    assert (answer.outcome, answer.input_records, answer.sources, answer.reasons) == ("planned", 3, 1, ())
    (source,) = world.plan_record(request(1, KEY)).sources
    assert (source.key, source.version_id, source.records, source.ingest_date) == (KEY, version, 3, "2024-03-31")
    assert source.header == tuple(HEADER.split(","))
    (claim,) = world.claims()
    assert (claim.state, claim.run_id, claim.source.key) == ("claimed", request(1).run_id, KEY)


def test_asked_twice_it_answers_the_same_and_writes_nothing(world: World) -> None:
    world.deliver()
    first = world.plan(request(1, KEY))
    written = len(world.store.writes)
    assert world.plan(request(1, KEY)) == first
    assert len(world.store.writes) == written


def test_a_killed_run_takes_up_its_own_claims(world: World) -> None:
    """Dead before or after every single write, a second try ends with the same plan."""
    for number in range(1, 8):
        for after in (False, True):
            world = World()
            world.deliver()
            world.store.on_write = KillAt(number, after)
            try:
                answer = world.plan(request(1, KEY))
            except KilledError:
                world.store.on_write = lambda moment: None
                answer = world.plan(request(1, KEY))
            assert (answer.outcome, answer.input_records) == ("planned", 3)
            assert [claim.state for claim in world.claims()] == ["claimed"]


def test_gzip_and_quoted_newlines_are_noted(world: World) -> None:
    world.deliver(f"{DAY}a.csv.gz", gzip.compress(csv_body(2)))
    world.deliver(f"{DAY}b.csv", csv_body(0) + b'"t\n1",a,1,EUR,2024-03-01T00:00:00Z\n')
    world.plan(request(1, f"{DAY}a.csv.gz", f"{DAY}b.csv", trigger=REQUEST))
    one, two = world.plan_record(request(1)).sources
    assert (one.compression, one.records, one.multiline) == ("gzip", 2, False)
    assert (two.compression, two.records, two.multiline) == (None, 1, True)


def test_a_second_run_waits_for_the_first(world: World) -> None:
    world.deliver()
    world.deliver(f"{DAY}b.csv")
    world.plan(request(1, KEY))
    with pytest.raises(DatasetBusyError, match=request(1).run_id):
        world.plan(request(2, f"{DAY}b.csv"))
    world.end(request(1))
    assert world.plan(request(2, f"{DAY}b.csv")).outcome == "planned"
    lease = read_record(world.store, Lease, BUCKETS.control, layout.lease("transactions"))
    assert lease.is_held_by(request(2).run_id)


def test_a_source_that_is_done_is_not_taken_again(world: World) -> None:
    world.deliver()
    world.plan(request(1, KEY))
    settle(world, "done")
    answer = world.plan(request(2, KEY))
    assert (answer.outcome, answer.sources) == ("nothing_to_do", 0)
    assert answer.reasons == (f"{KEY}: run {request(1).run_id} has ingested it",)


def test_a_new_version_of_a_key_is_a_new_source(world: World) -> None:
    world.deliver()
    world.plan(request(1, KEY))
    settle(world, "done")
    world.deliver(body=csv_body(5))
    assert world.plan(request(2, KEY)).input_records == 5


def test_a_version_that_was_replaced_meanwhile_is_refused(world: World) -> None:
    old = world.deliver()
    world.deliver(body=csv_body(5))
    answer = world.plan(request(1, KEY, version_id=old))
    assert answer.outcome == "refused"
    assert "SUPERSEDED: version v2 has taken its place" in answer.reasons[0]


def test_a_source_of_a_dead_run_is_taken_over(world: World) -> None:
    world.deliver()
    world.plan(request(1, KEY))
    world.end(request(1))
    assert world.plan(request(2, KEY)).outcome == "planned"
    assert [claim.run_id for claim in world.claims()] == [request(2).run_id]


def test_a_refused_source_is_taken_again_only_on_demand(world: World) -> None:
    world.deliver()
    world.plan(request(1, KEY))
    settle(world, "refused")
    assert world.plan(request(2, KEY)).outcome == "nothing_to_do"
    world.end(request(2))
    assert world.plan(request(3, KEY, trigger=REQUEST)).outcome == "nothing_to_do"
    world.end(request(3))
    assert world.plan(request(4, KEY, trigger=REQUEST, again=True)).outcome == "planned"


def test_a_refused_source_is_taken_again_under_another_contract(world: World) -> None:
    world.deliver()
    world.plan(request(1, KEY))
    settle(world, "refused")
    world.lake = lake_on(world.store, contracts_with(fingerprint="corrected"))
    assert world.plan(request(2, KEY)).outcome == "planned"


def test_what_the_contract_cannot_read_is_refused_with_reasons(world: World) -> None:
    world.deliver(body=b"TransactionID;CustomerID\n")
    answer = world.plan(request(1, KEY))
    assert (answer.outcome, answer.input_records) == ("refused", 0)
    assert "SCHEMA_MISMATCH" in answer.reasons[0]
    (refused,) = world.plan_record(request(1)).refused_sources
    assert (refused.key, refused.code) == (KEY, "SCHEMA_MISMATCH")


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("a.csv", b"", "SCHEMA_MISMATCH"),
        ("a.csv.gz", b"plain", "UNREADABLE"),
        ("a.csv.gz", gzip.compress(csv_body(), mtime=0)[:-9], "UNREADABLE"),
        ("a.csv", gzip.compress(csv_body(), mtime=0), "UNREADABLE"),
        ("a.csv", "\ufeffa".encode("utf-16-le"), "UNREADABLE"),
    ],
)
def test_the_good_sources_go_on_without_the_bad_one(world: World, name: str, body: bytes, code: str) -> None:
    world.deliver(f"{DAY}{name}", body)
    world.deliver(f"{DAY}good.csv")
    answer = world.plan(request(1, f"{DAY}{name}", f"{DAY}good.csv", trigger=REQUEST))
    assert (answer.outcome, answer.sources) == ("planned", 1)
    assert f"{DAY}{name}: {code}" in answer.reasons[0]


def test_a_header_alone_is_nothing_to_do(world: World) -> None:
    world.deliver(body=csv_body(0))
    answer = world.plan(request(1, KEY))
    assert (answer.outcome, answer.sources, answer.input_records) == ("nothing_to_do", 1, 0)
    assert answer.reasons == ("the sources hold no records",)


def test_a_sweep_takes_the_last_days_and_leaves_the_rest(world: World) -> None:
    for day in ("2024-03-25", "2024-03-26", "2024-04-01", "2024-04-02"):
        world.deliver(f"transactions/ingest_date={day}/a.csv")
    world.deliver("transactions/ingest_date=2024-04-01/_hidden.csv")
    world.deliver("transactions/ingest_date=2024-04-01/readme.txt")
    world.plan(request(1, trigger=SCHEDULE))
    days = [source.ingest_date for source in world.plan_record(request(1)).sources]
    assert days == ["2024-03-26", "2024-04-01"]


def test_a_sweep_finds_nothing_twice(world: World) -> None:
    world.deliver()
    world.plan(request(1, trigger=SCHEDULE))
    settle(world, "done")
    answer = world.plan(request(2, trigger=SCHEDULE))
    assert (answer.outcome, answer.reasons) == ("nothing_to_do", ("no source is waiting",))


def test_a_marker_completes_its_day() -> None:
    world = World(contracts_with(trigger="on_ready_marker"))
    world.deliver()
    world.deliver("transactions/ingest_date=2024-03-30/late.csv")
    world.plan(request(1, trigger=SCHEDULE))
    assert world.plan_record(request(1)).sources == ()
    world.end(request(1))
    world.deliver(DAY + READY_MARKER, b"")
    world.plan(request(2, DAY + READY_MARKER))
    assert [source.key for source in world.plan_record(request(2)).sources] == [KEY]
    settle(world, "released")
    assert world.plan(request(3, trigger=SCHEDULE)).sources == 1


def test_a_key_that_is_not_there_fails(world: World) -> None:
    with pytest.raises(NotFoundError):
        world.plan(request(1, KEY))


def test_a_key_of_something_else_fails(world: World) -> None:
    with pytest.raises(InvalidRequestError, match="no bronze key of transactions"):
        world.plan(request(1, "payments/ingest_date=2024-03-31/a.csv"))


def test_an_execution_has_the_name_of_its_run(world: World) -> None:
    with pytest.raises(InvalidRequestError, match="start runs through the dispatcher"):
        world.plan(replace(request(1, KEY), execution_arn="arn:aws:states:eu-west-1:0:execution:m:by-hand"))
    with pytest.raises(InvalidRunIdError):
        world.plan(replace(request(1, KEY), run_id="by-hand"))
    with pytest.raises(InvalidRequestError, match="there are:"):
        world.plan(replace(request(1, KEY), dataset="payments"))


def test_a_resumed_run_goes_on_only_if_nobody_took_its_sources(world: World) -> None:
    world.deliver()
    first = world.plan(request(1, KEY))
    settle(world, "released")
    assert world.plan(request(1, KEY)) == first
    settle(world, "released")
    world.plan(request(2, KEY))
    world.end(request(2))
    world.executions.running.add(request(1).execution_arn)
    settle(world, "done")
    with pytest.raises(InvalidRequestError, match="cannot go on"):
        world.plan(request(1, KEY))


def settle(world: World, state: str) -> None:
    """Give every claim a state, and end every execution."""
    for key in world.store.keys(BUCKETS.control, "sources/"):
        found = world.store.read(BUCKETS.control, key)
        body = found.text.replace('"claimed"', f'"{state}"')
        world.store.replace(BUCKETS.control, key, body, found.etag)
    world.executions.running.clear()
