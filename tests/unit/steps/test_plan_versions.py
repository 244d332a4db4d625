"""PlanRun gives each source the schema version of its header, and refuses what no version takes."""

from dataclasses import replace

from lake.rules.contract import Contracts
from lake.rules.life_cycle import VersionState
from lake.rules.plan import Plan
from lake.rules.run import RunId
from lake.rules.trigger import REQUEST
from lake.steps.plan_run import PlanAnswer, plan_run
from lake.steps.summaries import read_plan
from tests.builders import BUCKETS, CONTRACTS, HEADER, csv_body, lake_on, request
from tests.fakes import MemoryExecutions, MemoryStore

DAY = "transactions/ingest_date=2024-03-31/"
V1, V2 = f"{DAY}v1.csv", f"{DAY}v2.csv"
OLD, NEW = csv_body(3), csv_body(0, f"{HEADER},MerchantCategory") + b"n1,acc1,1.00,EUR,2024-03-02T10:00:00Z,Fuel\n"


def with_v1(status: str) -> Contracts:
    """The contracts with v1 further on in its life."""
    life = CONTRACTS.life_cycles["transactions"]
    for step in ("deprecated", "closed"):
        life = life.moved("v1", step, "2026-11-01", "every producer sends v2")
        if step == status:
            break
    v1 = replace(
        CONTRACTS.get("transactions", "v1"),
        status=status,
        accepts_data="v1" in life.write_versions,
        since="2026-11-01",
        reason="every producer sends v2",
    )
    by_version = {**CONTRACTS.by_version, ("transactions", "v1"): v1}
    return replace(CONTRACTS, by_version=by_version, life_cycles={**CONTRACTS.life_cycles, "transactions": life})


def plan(store: MemoryStore, contracts: Contracts, number: int, *keys: str) -> tuple[PlanAnswer, Plan]:
    lake, executions, wanted = lake_on(store, contracts), MemoryExecutions(), request(number, *keys, trigger=REQUEST)
    executions.running.add(wanted.execution_arn)
    answer = plan_run(lake, executions, wanted)
    return answer, read_plan(lake, RunId(wanted.run_id))


def delivered() -> MemoryStore:
    store = MemoryStore()
    store.put_bytes(BUCKETS.bronze, V1, OLD)
    store.put_bytes(BUCKETS.bronze, V2, NEW)
    return store


def test_files_of_two_versions_go_into_one_run() -> None:
    answer, found = plan(delivered(), CONTRACTS, 1, V1, V2)
    assert [(each.key, each.schema_version, each.records) for each in found.sources] == [(V1, "v1", 3), (V2, "v2", 1)]
    assert found.schema_version == "v2"
    assert answer.input_records == 4


def test_a_run_of_old_files_only_is_a_run_of_the_old_version() -> None:
    _, found = plan(delivered(), CONTRACTS, 1, V1)
    assert found.schema_version == "v1"
    assert found.contract_sha256 == CONTRACTS.get("transactions", "v1").fingerprint


def test_a_deprecated_version_is_still_taken() -> None:
    _, found = plan(delivered(), with_v1("deprecated"), 1, V1)
    assert [each.schema_version for each in found.sources] == ["v1"]
    assert found.refused_sources == ()


def test_a_file_of_a_closed_version_is_refused_and_the_other_one_taken() -> None:
    answer, found = plan(delivered(), with_v1("closed"), 1, V1, V2)
    assert [each.key for each in found.sources] == [V2]
    (refused,) = found.refused_sources
    assert refused.code == "SCHEMA_MISMATCH"
    assert "transactions v1, which is closed since 2026-11-01 and accepts no data (every producer" in refused.message
    assert any("accepts no data" in reason for reason in answer.reasons)


def test_the_fingerprint_of_a_dataset_changes_with_its_life_cycle() -> None:
    """So that a file refused by a closed version is looked at again when that is undone."""
    life = CONTRACTS.life_cycles["transactions"]
    moved = replace(life, versions={**life.versions, "v1": VersionState("deprecated", "2026-11-01", "old")})
    changed = replace(CONTRACTS, life_cycles={**CONTRACTS.life_cycles, "transactions": moved})
    assert changed.fingerprint("transactions") != CONTRACTS.fingerprint("transactions")
    assert changed.fingerprint("account_balances") == CONTRACTS.fingerprint("account_balances")
